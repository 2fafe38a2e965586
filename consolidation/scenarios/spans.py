"""Rows that change for a span of days only: their validity is cut into the days before, within and after it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from consolidation.scenarios.draft import Draft
from consolidation.scenarios.parts import Dated
from network.price_tables import Charge, Duty
from network.tables import KEYS, Departure

DatedRow = TypeVar("DatedRow", Charge, Duty, Departure)
_DAY = dt.timedelta(days=1)
_DATE = re.compile(r"~\d{4}-\d{2}-\d{2}$")


def cut(row: DatedRow, key: str, span: Dated, change: Callable[[DatedRow], DatedRow | None]) -> list[DatedRow] | None:
    """Return the parts of a row, changed within a span; None where it is not in force on any of these days.

    The first part keeps the id of the row; a later one has ``~`` and its first day behind it, so that cuts can be
    made in any order.

    Parameters
    ----------
    key : column of the id
    change : returns the changed row, or None when it cannot be
    """
    first, last = row.valid_from or dt.date.min, row.valid_to or dt.date.max
    start, end = max(first, span.first_day or dt.date.min), min(last, span.last_day or dt.date.max)
    if start > end:
        return None
    parts = []
    if first < start:
        parts.append(_part(row, key, row.valid_from, start - _DAY))
    within = change(row if (start, end) == (first, last) else _part(row, key, row.valid_from if start == first else start,
                                                                   row.valid_to if end == last else end))  # fmt: skip
    if within is None:
        return None
    parts.append(within)
    if end < last:
        parts.append(_part(row, key, end + _DAY, row.valid_to))
    return parts


def _part(row: DatedRow, key: str, first: dt.date | None, last: dt.date | None) -> DatedRow:
    name = getattr(row, key) if first == row.valid_from else f"{_DATE.sub('', getattr(row, key))}~{first}"
    changes: dict[str, Any] = {key: name, "valid_from": first, "valid_to": last}
    if isinstance(row, Departure):
        days = [day for day in row.skip_dates if str(first or dt.date.min) <= day <= str(last or dt.date.max)]
        changes["skip_dates"] = tuple(days)
    return row.model_copy(update=changes)


def edit_within(
    draft: Draft, table: str, chosen: Sequence[DatedRow], span: Dated, change: Callable[[DatedRow], DatedRow | None]
) -> int:
    """Change rows of a table within a span and return how many; none that is in force within it is a fault.

    A dated departure is in force on its local day of departure.
    """
    before = len(draft.findings)

    def made(row: Any) -> list[Any] | None:
        if isinstance(row, Departure) and row.etd is not None:
            first, last = span.first_day or dt.date.min, span.last_day or dt.date.max
            new = change(row) if first <= row.etd.date() <= last else None  # type: ignore[arg-type]
            return None if new is None else [new]
        return cut(row, KEYS[table][0], span, change)

    count = draft.edit(table, chosen, made)
    if chosen and not count and len(draft.findings) == before:
        draft.refuse("first_day", span.days_in_words.strip(), f"days on which the selected {table} are in force",
                     rule="SELECTION.EMPTY")  # fmt: skip
    return count
