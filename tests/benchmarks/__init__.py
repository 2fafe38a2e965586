"""Benchmarks: what plans cost, how good they are proven to be, and what that takes. See ``README.md`` here."""
