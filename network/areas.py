"""Countries that count as one where goods are collected."""

from __future__ import annotations

_GROUPS = {"HK": "CN", "MO": "CN"}


def country_group(country: str) -> str:
    """Return the country whose origin warehouses serve goods of `country`: Hong Kong and Macau are one with China.

    >>> country_group("HK"), country_group("IN")
    ('CN', 'IN')
    """
    return _GROUPS.get(country, country)
