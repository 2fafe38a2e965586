"""Patches on parameters, on options of the search, and on any column of any table."""

from __future__ import annotations

import dataclasses
from typing import Any

from consolidation.scenarios.draft import Draft, name_of, rows_in_words
from consolidation.scenarios.patches import Options, PlanningValues, RateScenario, SetValues, ValueOfDay
from consolidation.settings import apply_settings
from network.cells import cell_text
from network.errors import InputError, nearest
from network.tables import KEYS


def value_of_day(draft: Draft, patch: ValueOfDay) -> None:
    """Change the price of a day in transit."""
    value = patch.change.of(draft.network.planning.value_of_day_per_m3)
    draft.network = apply_settings(draft.network, None, float(value))
    draft.tell(f"value of a day {patch.change}")


def rate_scenario(draft: Draft, patch: RateScenario) -> None:
    """Change the rate scenario in force."""
    try:
        draft.network = apply_settings(draft.network, patch.name, None)
    except InputError as fault:
        for found in fault.findings:
            draft.refuse("name", found.value, found.expected, found.maybe, found.rule)
        return
    draft.tell(f"rate scenario {patch.name or 'none'}")


def planning(draft: Draft, patch: PlanningValues) -> None:
    """Change planning parameters."""
    new = draft.changed(draft.network.planning, patch.values, "values")
    if new is not None:
        draft.network = draft.network.replace(planning=new)
        draft.tell(f"planning: {_listed(patch.values)}")


def set_values(draft: Draft, patch: SetValues) -> None:
    """Change columns of rows of any table whose rows have ids."""
    if patch.table not in KEYS:
        draft.refuse("table", patch.table, f"one of {', '.join(KEYS)}", nearest(patch.table, KEYS))
        return
    keys = [name for name in KEYS[patch.table] if name in patch.values]
    for name in keys:
        draft.refuse(f"values.{name}", cell_text(patch.values[name]), "another column, as this one is the id of the row",
                     rule="VALUE.ID")  # fmt: skip
    chosen = draft.select.named(patch.ids, getattr(draft.network, patch.table), name_of, "ids")
    made: dict[int, Any] = {}
    for row in [] if keys else chosen:
        new = draft.changed(row, patch.values, "values")
        if new is None:
            return
        made[id(row)] = [new]
    draft.edit(patch.table, chosen, lambda row: made.get(id(row)))
    if chosen and not keys:
        draft.tell(f"{patch.table}: {_listed(patch.values)}: {rows_in_words(chosen, 'row')}")


def options(draft: Draft, patch: Options) -> None:
    """Change options of the search."""
    stated = {name: value for name, value in patch if name != "kind" and value is not None}
    values: dict[str, Any] = {name: float(value) if name in ("gap", "time_limit_s") else value
                              for name, value in stated.items()}  # fmt: skip
    draft.options = dataclasses.replace(draft.options, **values)
    draft.tell(f"options: {_listed(stated)}")


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {cell_text(value) or 'blank'}" for name, value in values.items())
