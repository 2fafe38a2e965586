"""Patches on charges, duties and exchange rates."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, TypeVar

from consolidation.scenarios.draft import Draft, rows_in_words
from consolidation.scenarios.parts import Change, Charges
from consolidation.scenarios.patches import DutyRates, Fx, Rates, SwitchDuties
from consolidation.scenarios.selecting import freight_tariffs
from consolidation.scenarios.spans import edit_within
from network.charges import Break
from network.columns import Row
from network.errors import nearest
from network.price_tables import Charge, Duty, Rate
from network.tables import Courier, Lane

Service = TypeVar("Service", Lane, Courier)

_AMOUNTS = ("minimum", "maximum", "small_amount")
_DUTY_RATES = ("rate_pct", "per_unit", "per_kg", "per_line")


def rates(draft: Draft, patch: Rates) -> None:
    """Change rates of charges; those of some lanes alone do not change what other lanes cost."""
    before = len(draft.findings)
    chosen = draft.select.charges(patch.charges)
    if len(draft.findings) == before and _separate(draft, patch.charges):
        chosen = draft.select.charges(patch.charges)
    with_breaks = [row.charge_id for row in chosen if row.breaks] if patch.value is not None else []
    for name in with_breaks:
        draft.refuse("value", str(patch.value), f"percent or add, as charge {name} has breaks", rule="VALUE.BREAKS")
    if with_breaks:
        return

    def dearer(row: Charge) -> Charge | None:
        return draft.changed(row, _rated(row, patch.change), patch.stated)

    edit_within(draft, "charges", chosen, patch, dearer)
    if chosen:
        draft.tell(f"rates {patch.change}{patch.days_in_words}: {rows_in_words(chosen, 'charge')}")


def _separate(draft: Draft, selection: Charges) -> bool:
    """Give the lanes and couriers of a selection copies of the tariffs that others use too; return whether there were any."""
    network = draft.network
    meant = {id(row) for row in draft.select.services(selection)}
    services: tuple[Lane | Courier, ...] = (*network.lanes, *network.couriers)
    theirs = {name for row in services if id(row) in meant for name in freight_tariffs(row)}
    others = {name for row in services if id(row) not in meant for name in freight_tariffs(row)}
    others |= {name for row in (*network.places, *network.links, *network.regimes) for name in _named_tariffs(row)}
    known = {row.tariff for row in network.charges}
    renamed: dict[str, str] = {}
    for tariff in sorted(theirs & others):
        k = next(k for k in itertools.count(1) if f"{tariff}~{k}" not in known)
        renamed[tariff] = f"{tariff}~{k}"
    copies = [
        row.model_copy(
            update={"tariff": renamed[row.tariff], "charge_id": row.charge_id + renamed[row.tariff][len(row.tariff) :]}
        )
        for row in network.charges
        if row.tariff in renamed
    ]
    if copies:
        draft.put("charges", (*network.charges, *copies))
        draft.put("lanes", [_on_own(row, renamed) if id(row) in meant else row for row in network.lanes])
        draft.put("couriers", [_on_own(row, renamed) if id(row) in meant else row for row in network.couriers])
    return bool(copies)


def _named_tariffs(row: Row) -> set[str]:
    """Return every tariff that a row of any table names."""
    return {value for name, value in row if name.endswith("tariff") and value}


def _on_own(row: Service, renamed: Mapping[str, str]) -> Service:
    changes = {name: renamed[value] for name, value in row if name.endswith("tariff") and value in renamed}
    return row.model_copy(update=changes)


def _rated(row: Charge, change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {
        "rate": change.of(row.rate), "breaks": tuple(Break(part.start, change.of(part.rate)) for part in row.breaks)
    }  # fmt: skip
    if change.percent is not None:
        values |= {name: change.of(amount) for name in _AMOUNTS if (amount := getattr(row, name)) is not None}
    return values


def switch_duties(draft: Draft, patch: SwitchDuties) -> None:
    """Switch duties on or off."""
    chosen = draft.select.duties(patch.duties)
    edit_within(draft, "duties", chosen, patch, lambda row: row.model_copy(update={"enabled": patch.enabled}))
    if chosen:
        done = "on" if patch.enabled else "off"
        draft.tell(f"switched {done}{patch.days_in_words}: {rows_in_words(chosen, 'duty')}")


def duty_rates(draft: Draft, patch: DutyRates) -> None:
    """Change rates of duty."""
    chosen = draft.select.duties(patch.duties)
    names = _DUTY_RATES if patch.percent is not None else _DUTY_RATES[:1]

    def higher(row: Duty) -> Duty | None:
        return draft.changed(row, {name: patch.change.of(getattr(row, name)) for name in names}, patch.stated)

    edit_within(draft, "duties", chosen, patch, higher)
    if chosen:
        draft.tell(f"duty rates {patch.change}{patch.days_in_words}: {rows_in_words(chosen, 'duty')}")


def fx(draft: Draft, patch: Fx) -> None:
    """Change exchange rates."""
    if draft.network.currency in patch.currencies:
        draft.refuse("currencies", draft.network.currency, "another currency than that of the plan, which is worth 1",
                     nearest(draft.network.currency, [row.currency for row in draft.network.fx]))  # fmt: skip
        return
    chosen = draft.select.named(patch.currencies, draft.network.fx, lambda row: row.currency, "currencies")

    def other(row: Rate) -> list[Rate] | None:
        new = draft.changed(row, {"value": patch.change.of(row.value)}, patch.stated)
        return None if new is None else [new]

    draft.edit("fx", chosen, other)
    if chosen:
        draft.tell(f"exchange rates {patch.change}: {rows_in_words(chosen, 'currency')}")
