"""Data shipped with the product besides the reference network."""

from __future__ import annotations

from pathlib import Path


def week() -> Path:
    """Return the file of the shipped week: 300 shipments ready from 30 November 2026, for the reference network."""
    return Path(__file__).parent / "week.csv"
