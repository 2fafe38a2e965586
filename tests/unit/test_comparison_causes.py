"""The cause of each change, told from the plans and from what is known beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from consolidation import InputError
from consolidation.comparison import Comparison, Known, apply, compare
from consolidation.comparison.model import Verdict
from consolidation.events.model import Confirmation, Event
from consolidation.plan_model import Plan
from consolidation.shipment_files import content_hash as shipments_hash
from network.io import content_hash as network_hash
from network.model import Network
from tests.comparison_plans import DEPARTURES, RATES, Item, Terms, priced
from tests.goods import edited, goods
from tests.networks import tiny_network

FIRST, LATER = DEPARTURES
SMALL = Item(Decimal(4), Decimal(2000))


def at(departure_id: str, volume: int = 4, **changes: Any) -> Item:
    """Return goods on a departure."""
    return Item(Decimal(volume), Decimal(2000), departure_id=departure_id, **changes)


def found(
    before: Mapping[str, Item], after: Mapping[str, Item], known: Known | None = None, old: Terms | None = None,
    new: Terms | None = None,
) -> Comparison:  # fmt: skip
    """Return the comparison of two plans; by default made from other networks."""
    a = priced(before, old or Terms(RATES))
    b = priced(after, new or Terms(RATES, plan_id="B", network_sha256="m", version=2))
    made = compare(a, b, inputs=known)
    assert apply(a, made) == b
    return made


def verdict(made: Comparison, shipment_id: str, kind: str) -> Verdict:
    """Return the verdict on one change of a shipment."""
    (row,) = [row for row in made.shipments if row.shipment_id == shipment_id]
    (change,) = [change for change in row.changes if change.kind == kind]
    return change.verdict


def said(kind: str, subject_id: str = "S1", subject: str = "shipment", version: int = 1, **more: Any) -> Known:
    """Return that a partner confirmed something."""
    confirmation = Confirmation.model_validate({
        "kind": kind, "subject": subject, "subject_id": subject_id, "plan_id": "PLAN", "plan_version": version,
        "time": "2026-11-28T09:00:00+08:00", "reported_by": "WH-SZX", **more,
    })  # fmt: skip
    event = Event(
        confirmation=confirmation, recorded_at="2026-11-28T02:00:00Z", recorded_by="me", file="x.csv", file_sha256="0"
    )
    return Known(events=(event,))


# -- status: partners said so


def test_a_shipment_rolled_to_another_departure() -> None:
    known = said("rolled", departure_id=LATER)
    told = verdict(found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(LATER), "S2": SMALL}, known), "S1", "moved")
    assert (told.cause, told.why) == ("status", "S1 rolled, says WH-SZX on 2026-11-28")


def test_a_load_rolled_with_all_in_it() -> None:
    known = said("rolled", "L0001", "load", departure_id=LATER)
    made = found({"S1": at(FIRST), "S2": at(FIRST)}, {"S1": at(LATER), "S2": at(LATER)}, known)
    assert {verdict(made, name, "moved").cause for name in ("S1", "S2")} == {"status"}
    assert verdict(made, "S2", "later").others == ("L0001",)
    (load,) = made.loads
    assert [(change.kind, change.verdict.cause) for change in load.changes] == [("departure", "status")]


def test_rolled_to_another_departure_than_the_plan_took_is_not_the_cause() -> None:
    known = said("rolled", departure_id="YTN-LAX-W@2026-12-30")
    assert verdict(found({"S1": at(FIRST)}, {"S1": at(LATER)}, known), "S1", "moved").cause != "status"


def test_cancelled_shipments_are_dropped_by_status() -> None:
    told = verdict(found({"S1": SMALL, "S2": SMALL}, {"S2": SMALL}, said("cancelled")), "S1", "dropped")
    assert (told.cause, told.why) == ("status", "S1 cancelled, says WH-SZX on 2026-11-28")


def test_cartons_left_behind_travel_on_by_status() -> None:
    known = said("short_shipped", cartons=10)
    made = found({"S1": at(FIRST, 4)}, {"S1": at(FIRST, 3), "S1-R1": at(LATER, 1)}, known)
    assert verdict(made, "S1-R1", "added").why == "S1 left behind, says WH-SZX on 2026-11-28"
    assert verdict(made, "S1", "re_measured").cause == verdict(made, "S1-R1", "added").cause == "status"


def test_measured_at_the_gate() -> None:
    made = found({"S1": SMALL}, {"S1": at(FIRST, 5)}, said("gated_in", volume_m3=5, gross_weight_kg=1000))
    assert verdict(made, "S1", "re_measured").cause == "status"
    assert verdict(found({"S1": SMALL}, {"S1": at(FIRST, 5)}), "S1", "re_measured").cause == "input"


def test_held_by_customs_is_later_by_status() -> None:
    a = priced({"S1": SMALL}, Terms(RATES))
    rows = [row.model_copy(update={"milestones": (*row.milestones[:1], row.milestones[2])}) for row in a.shipments]
    b = a.model_copy(update={"shipments": tuple(rows), "version": 2})
    made = compare(a, b, inputs=said("customs_hold", until="2026-12-25"))
    told = verdict(made, "S1", "later")
    assert (told.cause, told.why) == ("status", "S1 held by customs until 2026-12-25, says WH-SZX on 2026-11-28")


@pytest.mark.parametrize(("version", "cause"), [(1, "status"), (2, "input")])
def test_a_confirmation_of_the_later_plan_explains_nothing_before_it(version: int, cause: str) -> None:
    made = found({"S1": SMALL, "S2": SMALL}, {"S2": SMALL}, said("cancelled", version=version))
    assert verdict(made, "S1", "dropped").cause == cause


# -- capacity


def test_a_departure_that_nothing_in_b_uses_on_another_network() -> None:
    told = verdict(found({"S1": at(FIRST)}, {"S1": at(LATER)}), "S1", "moved")
    assert (told.cause, told.why) == (
        "capacity", f"nothing in B leaves with {FIRST} any more, and the networks differ",
    )  # fmt: skip


def test_a_departure_that_others_still_use_is_not_gone() -> None:
    told = verdict(found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(LATER), "S2": SMALL}), "S1", "moved")
    assert told.cause == "optimiser"


def _on(before: Network, after: Network) -> tuple[Known, Terms, Terms]:
    old, new = network_hash(before), network_hash(after)
    known = Known(network_a=before, network_b=after)
    return known, Terms(RATES, network_sha256=old), Terms(RATES, network_sha256=new, plan_id="B", version=2)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"departures": edited("departures", {"YTN-LAX-W": {"skip_dates": "2026-12-02"}})}, f"departure {FIRST} is not in"),
        ({"lanes": edited("lanes", {"YTN-LAX": {"closed": "yes"}})}, f"departure {FIRST} is not in"),
        ({"places": edited("places", {"ONT8": {"closed": "yes"}})}, "ONT8 is closed"),
        ({"equipment": edited("equipment", drop=["40HC"])}, "equipment 40HC is not to be had"),
        ({"departures": edited("departures", {"YTN-LAX-W": {"allotment_teu": 2}})}, "the allotment of YTN-LAX-W fell from 40 to 2 TEU"),
    ],
    ids=["departure", "lane", "fc", "equipment", "allotment"],
)  # fmt: skip
def test_networks_say_what_is_gone(changes: dict[str, Any], why: str) -> None:
    world = tiny_network()
    known, old, new = _on(world, world.replace(**changes))
    made = found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(LATER), "S2": SMALL}, known, old, new)
    told = verdict(made, "S1", "moved")
    assert told.cause == "capacity"
    assert told.why.startswith(why)


def test_a_departure_that_runs_on_both_networks_is_not_gone() -> None:
    world = tiny_network()
    known, old, new = _on(world, world.replace(header=world.header.model_copy(update={"name": "Renamed"})))
    made = found({"S1": at(FIRST)}, {"S1": at(LATER)}, known, old, new)
    assert verdict(made, "S1", "moved").cause == "optimiser"


def test_a_load_that_new_goods_fill() -> None:
    """55 of 60 m3 with S1; then S3 comes with 8 m3, and 4 m3 more would be 63."""
    before = {"S1": at(FIRST, 4), "S2": at(FIRST, 51)}
    after = {"S1": at(LATER, 4), "S2": at(FIRST, 51), "S3": at(FIRST, 8)}
    told = verdict(found(before, after), "S1", "moved")
    assert (told.cause, told.why, told.others) == ("capacity", "load L0001 is full, with S3", ("L0001", "S3"))
    roomy = verdict(found(before, {**after, "S3": at(FIRST, 5)}), "S1", "moved")
    assert roomy.cause == "optimiser"


def test_a_load_that_goods_fill_which_the_search_moved_there_is_its_choice() -> None:
    before = {"S1": at(FIRST, 4), "S2": at(FIRST, 51), "S3": at(LATER, 8)}
    after = {"S1": at(LATER, 4), "S2": at(FIRST, 51), "S3": at(FIRST, 8)}
    told = verdict(found(before, after), "S1", "moved")
    assert told.cause == "optimiser"
    assert "S3" in told.others


# -- price


def test_a_journey_that_became_dearer() -> None:
    """By sea for 60 USD a pallet; at 600 the courier is the better way. S2 stays, so that the rate is known in both."""
    new = Terms({**RATES, "ltl": "600"}, plan_id="B", network_sha256="m")
    made = found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(""), "S2": SMALL}, None, None, new)
    told = verdict(made, "S1", "moved")
    assert (told.cause, told.why) == ("price", "ltl from 60 to 600 USD")


def test_a_journey_that_became_cheaper() -> None:
    new = Terms({**RATES, "courier": "4"}, plan_id="B", network_sha256="m")
    made = found({"S1": at(FIRST), "S2": at("")}, {"S1": at(""), "S2": at("")}, None, None, new)
    assert verdict(made, "S1", "moved").cause == "capacity"  # nothing sails any more
    made = found(
        {"S1": at(FIRST), "S2": at(""), "S3": SMALL}, {"S1": at(""), "S2": at(""), "S3": SMALL}, None, None, new
    )
    assert verdict(made, "S1", "moved").why == "courier from 40 to 4 USD"


# -- input


def test_other_goods_travel_otherwise() -> None:
    made = found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(LATER, 9), "S2": SMALL})
    told = verdict(made, "S1", "moved")
    assert (told.cause, told.why) == ("input", "volume_m3 4 to 9, gross_weight_kg 800 to 1800")


def test_goods_that_are_ready_later() -> None:
    late = at(LATER, ready=dt.date(2026, 12, 1))
    made = found({"S1": at(FIRST), "S2": SMALL}, {"S1": late, "S2": SMALL})
    assert verdict(made, "S1", "restated").why == "ready_date 2026-11-24 to 2026-12-01"
    assert verdict(made, "S1", "moved").cause == verdict(made, "S1", "later").cause == "input"


def test_facts_that_plans_do_not_show() -> None:
    week = [goods("S1"), goods("S2")]
    later = [goods("S1", due_date=dt.date(2026, 12, 20)), goods("S2")]
    known = Known(shipments_a=week, shipments_b=later)
    old = Terms(RATES, shipments_sha256=shipments_hash(week))
    new = Terms(RATES, shipments_sha256=shipments_hash(later), plan_id="B")
    made = found({"S1": at(FIRST), "S2": SMALL}, {"S1": at(""), "S2": SMALL}, known, old, new)
    assert verdict(made, "S1", "moved").why == "due_date blank to 2026-12-20"
    assert [row.shipment_id for row in made.shipments if any(change.kind == "restated" for change in row.changes)] == [
        "S1"
    ]


# -- optimiser


def test_the_same_input_searched_otherwise_names_the_options_and_the_others() -> None:
    a = priced({"S1": at(FIRST), "S2": at(FIRST), "S3": at(LATER)}, Terms(RATES))
    b = priced({"S1": at(LATER), "S2": at(FIRST), "S3": at(LATER)}, Terms(RATES, plan_id="B"))
    told = verdict(compare(a, b.model_copy(update={"options": {"seed": 7}})), "S1", "moved")
    assert told.cause == "optimiser"
    assert told.why.startswith("the same input, searched otherwise (seed 1 to 7)")
    assert told.others == ("L0001", "L0002")


@pytest.mark.parametrize(
    ("rule", "cause"), [("LANE.NONE", "capacity"), ("TARIFF.NONE", "price"), ("RECEIVING.CARTON_SIDE", "input"), ("PRICE", "optimiser")]
)  # fmt: skip
def test_rules_that_keep_shipments_out(rule: str, cause: str) -> None:
    def ruled(plan: Plan) -> Plan:
        return plan.model_copy(
            update={"unplanned": tuple(row.model_copy(update={"rule": rule}) for row in plan.unplanned)}
        )

    a = ruled(priced({"S2": SMALL}, Terms(RATES), ["S1"]))
    b = priced({"S1": SMALL, "S2": SMALL}, Terms(RATES, plan_id="B", network_sha256="m"))
    told = verdict(compare(a, b), "S1", "added")
    assert told.cause == cause
    assert rule in told.why
    back = verdict(compare(b, a), "S1", "dropped")
    assert back.cause == cause


# -- what is known must be theirs


def test_a_network_or_shipments_of_another_plan_are_refused() -> None:
    world = tiny_network()
    plan = priced({"S1": SMALL}, Terms(RATES))
    known = Known(network_a=world, network_b=world, shipments_a=[goods("S1")])
    with pytest.raises(InputError) as caught:
        compare(plan, plan, inputs=known)
    assert [(each.file, each.field, each.rule) for each in caught.value.findings] == [
        ("plan A", "inputs.network_sha256", "INPUT.HASH"), ("plan A", "inputs.shipments_sha256", "INPUT.HASH"),
        ("plan B", "inputs.network_sha256", "INPUT.HASH"),
    ]  # fmt: skip
