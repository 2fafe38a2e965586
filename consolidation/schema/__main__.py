"""Publish the schemas: ``python -m consolidation.schema``."""

from consolidation.schema import publish

publish()
