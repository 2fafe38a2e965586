"""Properties of events: what holds for every journey that can happen, however it is reported."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation import placement
from consolidation.events.effective import as_measured, split
from consolidation.events.importing import import_confirmations
from consolidation.events.judge import Known, judge
from consolidation.events.model import KINDS, Confirmation
from consolidation.events.reading import Row
from consolidation.events.state import Fold, PlanState, happened, rank, state_of
from consolidation.events.steps import kinds_of, refusal
from consolidation.shipments import Shipment
from tests.confirming import contents, kept, record, travelling_plan, write_file, write_folder
from tests.goods import goods

PLAN = travelling_plan()
LOADS, SHIPMENTS = ("L0001", "L0002", "T0001"), ("S1", "S2", "S3", "S4", "S5", "S9")
_START = dt.datetime(2026, 11, 25, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
_HALF_DAYS = 120


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Return one row of a confirmation file, right in itself, that may be impossible where it stands."""
    kind = draw(st.sampled_from(KINDS))
    time = _START + dt.timedelta(hours=12 * draw(st.integers(0, _HALF_DAYS)))
    row = record(kind, draw(st.sampled_from((*LOADS, *SHIPMENTS))), time.isoformat(timespec="minutes"))
    if kind == "gated_in":
        row["volume_m3"] = draw(st.sampled_from(("1.5", "4", "4.40")))
    if kind == "short_shipped" and draw(st.booleans()):
        row["cartons"] = draw(st.integers(0, 5))
    if kind == "rolled":
        row["departure_id"] = draw(
            st.sampled_from(("YTN-LAX-W@2026-12-02", "YTN-LAX-W@2026-12-09", "YTN-LAX-W@2027-01-06"))
        )
    if kind == "customs_hold" and draw(st.booleans()):
        row["until"] = "2027-03-01"
    return row


def _possible(rows: list[dict[str, Any]]) -> list[Confirmation]:
    """Return those confirmations that can happen one after the other."""
    fold, found = Fold(PLAN), list[Confirmation]()
    for said in sorted((Confirmation.model_validate(row) for row in rows), key=happened):
        twice = any((said.kind, said.subject_id) == (other.kind, other.subject_id) for other in found)
        alone = judge(PLAN, [Row(said, 1)], "f", Known()) if said.kind == "rolled" else []
        if twice or said.kind not in kinds_of(fold, said) or any(each.field == "departure_id" for each in alone):
            continue
        if refusal(fold, said) is None:
            fold.apply(said)
            found.append(said)
    return found


histories = st.lists(records(), max_size=40).map(_possible)
"""Confirmations that can have happened, in their order."""


def _state(confirmations: list[Confirmation]) -> PlanState:
    return state_of(PLAN, [kept(each) for each in confirmations])


def _rows(confirmations: list[Confirmation]) -> list[dict[str, Any]]:
    return [
        {name: "" if value is None else value for name, value in each.model_dump(mode="json").items()}
        for each in confirmations
    ]


def _ranks(state: PlanState) -> dict[str, int]:
    return {name: rank(each.status) for name, each in (*state.loads.items(), *state.shipments.items())}


@given(histories)
@settings(max_examples=150)
def test_no_status_falls_but_of_what_is_off_its_load(history: list[Confirmation]) -> None:
    before = _state([])
    for length in range(1, len(history) + 1):
        after = _state(history[:length])
        fallen = {name for name, height in _ranks(before).items() if _ranks(after)[name] < height}
        assert all(after.shipments[name].left_behind for name in fallen)
        assert not fallen or history[length - 1].kind in ("short_shipped", "cancelled")
        before = after


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_reports_does_not_matter(history: list[Confirmation], lot: Any) -> None:
    shuffled = list(history)
    lot.shuffle(shuffled)
    assert _state(shuffled) == _state(history)
    for rows in (history, shuffled):
        assert judge(PLAN, [Row(said, number) for number, said in enumerate(rows, 2)], "f", Known()) == []


@given(histories, st.data())
@settings(max_examples=100)
def test_in_two_files_as_in_one(history: list[Confirmation], data: st.DataObject) -> None:
    """A file taken in after another adds what both in one would: never a state that one file could not give."""
    first = [said for said in history if data.draw(st.booleans())]
    second = [said for said in history if said not in first]
    rows = [Row(said, number) for number, said in enumerate(second, 2)]
    if not judge(PLAN, [Row(said, 2 + number) for number, said in enumerate(first)], "f", Known()):
        assert judge(PLAN, rows, "f", Known([kept(said) for said in first])) == []
        assert _state([*first, *second]) == _state(history)


@given(histories, st.sampled_from((".csv", ".xlsx", ".json")), st.sampled_from((".csv", ".xlsx", ".json")))
@settings(max_examples=25, deadline=None)
def test_imported_twice_is_imported_once(history: list[Confirmation], suffix: str, again: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = write_folder(Path(place) / "plan")
        if not history:
            return
        done = import_confirmations(folder, write_file(Path(place) / f"one{suffix}", _rows(history)), by="Mei")
        assert [each.confirmation for each in done.events] == history
        before = contents(folder)
        file = write_file(Path(place) / f"two{again}", _rows(history[::-1] + history))
        assert (import_confirmations(folder, file, by="Lin").new, contents(folder)) == ((), before)
        assert done.state == _state(history)


@given(st.lists(records(), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_a_verdict_does_not_depend_on_the_order_of_rows(rows: list[dict[str, Any]], lot: Any) -> None:
    said = [Confirmation.model_validate(row) for row in rows]
    shuffled = list(said)
    lot.shuffle(shuffled)
    verdicts = [
        bool(judge(PLAN, [Row(each, k) for k, each in enumerate(some, 2)], "f", Known())) for some in (said, shuffled)
    ]
    assert verdicts[0] == verdicts[1]
    if not verdicts[0]:
        assert _state(said) == _state(shuffled)


@given(
    st.integers(2, 5000), st.data(), st.decimals("0.01", "60", places=6), st.decimals("1", "20000", places=3),
    st.decimals("0.02", "90000", places=2), st.integers(2, 9000),
)  # fmt: skip
def test_parts_sum_to_the_whole(
    cartons: int, data: st.DataObject, volume: Decimal, weight: Decimal, value: Decimal, units: int
) -> None:
    whole = goods("S1", cartons=cartons, volume_m3=volume, gross_weight_kg=weight, goods_value=value, units=units)
    parts = split(whole, data.draw(st.integers(1, cartons - 1)), "REST")
    for name in ("cartons", "volume_m3", "gross_weight_kg", "goods_value", "units"):
        amounts = [getattr(part, name) for part in parts]
        assert sum(amounts) == getattr(whole, name)
        assert min(amounts) > 0


@given(
    st.integers(2, 300), st.data(), st.sampled_from(["1", "3.3", "40"]), st.sampled_from(["0.001", "0.33", "20"]),
    st.sampled_from(["0.98", "0.99", "1", "1.0199999", "1.02", "1.0200001", "1.5"]).map(Decimal),
)  # fmt: skip
def test_goods_measured_beside_what_their_cartons_say_can_be_split(
    cartons: int, data: st.DataObject, side: str, weight: str, ratio: Decimal
) -> None:
    sides = dict.fromkeys(("carton_length_cm", "carton_width_cm", "carton_height_cm"), Decimal(side))
    volume, kg = cartons * Decimal(side) ** 3 / 10**6, cartons * Decimal(weight)
    boxed = goods("S1", cartons=cartons, volume_m3=volume, gross_weight_kg=kg, carton_weight_kg=weight, **sides)
    whole = as_measured(boxed, volume * ratio, kg * ratio)
    left = data.draw(st.integers(1, cartons - 1))
    parts = [*split(whole, left, "REST"), *placement.split(whole, {"ONT8": Decimal(left), "LGB8": Decimal(1)})]
    assert sum(part.cartons or 0 for part in parts) == 2 * cartons
    assert all(Shipment.model_validate(dict(part)) == part for part in parts)
