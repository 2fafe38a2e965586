"""What must hold for every week: reductions lose nothing, room never costs, order and units do not matter, sums hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consolidation.checker import judge
from consolidation.plan_model import Plan
from consolidation.shipment_files import read_shipments
from consolidation.shipments import Shipment
from network.model import Network
from network.tables import Closure, Departure, Equipment, Place
from solvers.api import solve
from solvers.evaluate import evaluate
from solvers.options import SolveOptions
from solvers.outcome import Solved
from solvers.problem import Problem
from tests.goods import assert_sums, compiled, edited, goods, planning, quick_plan
from tests.networks import tiny_network
from tests.oracle import cheapest
from tests.storing import with_storage

EXACT = SolveOptions(time_limit_s=None, gap=0.0)
_few = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_fewer = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shipments(
    draw: st.DrawFn, least: int = 1, most: int = 3, fcs: tuple[str, ...] = ("ONT8", "LGB8")
) -> list[Shipment]:
    """Draw shipments that can share loads, trucks and entries, or may not."""
    found = []
    for k in range(draw(st.integers(least, most))):
        volume = draw(st.sampled_from(["0.4", "3", "9", "14.5", "27"]))
        found.append(
            goods(
                f"S{k}",
                seller_id=draw(st.sampled_from(["ANNA", "BO"])),
                importer_id=draw(st.sampled_from(["IOR-A", "IOR-B", ""])),
                destination_fc=draw(st.sampled_from(fcs)),
                ready_date=draw(st.sampled_from(["2026-11-24", "2026-11-27", "2026-11-30"])),
                volume_m3=volume,
                gross_weight_kg=str(Decimal(volume) * draw(st.sampled_from([100, 250, 700]))),
                cartons=1000,
                goods_value=draw(st.sampled_from(["300", "5000", "60000"])),
                due_date=draw(st.sampled_from([None, "2026-12-20", "2026-12-30"])),
                cargo_class=draw(st.sampled_from(["general", "general", "lithium_battery", "liquid"])),
                coload_consent=draw(st.sampled_from([True, True, True, False])),
                platform_entry=draw(st.sampled_from([False, False, True])),
            )
        )
    return found


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network with two sailings, perhaps LCL or a courier, limits that bind or do not, perhaps a platform that
    enters."""
    limits: dict[str, Any] = {
        "WH-SZX": {"handling_m3_per_day": draw(st.sampled_from([None, 10.0, 30.0]))},
        "ONT8": {"receiving_m3_per_week": draw(st.sampled_from([None, None, 5.0, 20.0]))},
        "LGB8": {"receiving_m3_per_week": draw(st.sampled_from([None, 12.0]))},
        "USLAX": {"direct_tariff": draw(st.sampled_from(["", "DIRECT-US"]))},
        "DC-LAX": {"parcel_tariff": ""},
    }
    teu = draw(st.sampled_from([None, None, 0.0, 1.0, 2.0]))
    sailings = {"YTN-LAX-W": {"valid_from": "2026-12-02", "valid_to": "2026-12-09", "allotment_teu": teu}}
    keep = ["YTN-LAX-W", *draw(st.sampled_from([[], ["YTN-LAX-LCL-W"]]))]
    lcl = {"valid_from": "2026-12-05", "valid_to": draw(st.sampled_from(["2026-12-05", "2026-12-12"]))}
    base = tiny_network()
    cheap = {
        charge.charge_id: {"rate": "60", "equipment": "53TRL"}
        for charge in base.charges
        if charge.charge_id == "ftl-us"
    }
    cheap["ftl-us-km"] = {"rate": "0.5", "equipment": "53TRL"}
    if draw(st.booleans()):
        cheap["ocean-us-20"], cheap["dray-us"] = {"rate": "200"}, {"rate": "50"}
    service = {"charge_id": "hub", "tariff": "HUB", "code": "PLATFORM.ENTRY", "name": "x", "category": "customs",
               "side": "destination", "basis": "per_shipment", "currency": "USD", "rate": draw(st.sampled_from(["0", "40", "70"]))}  # fmt: skip
    offer = {"platform_entry": draw(st.booleans()), "platform_tariff": "HUB"}
    return base.replace(
        places=edited("places", limits),
        regimes=edited("regimes", {"US": offer}),
        departures=edited("departures", {**sailings, "YTN-LAX-LCL-W": lcl}, keep=keep),
        couriers=edited("couriers", keep=draw(st.sampled_from([[], ["EXPRESS-US"]]))),
        charges=edited("charges", cheap, add=[service]),
        planning=planning(
            platform_importer=draw(st.sampled_from(["IOR-A", "HUB"])),
            max_importers_per_load=draw(st.sampled_from([None, None, 1])),
            truck_dispatch_weekdays=draw(st.sampled_from([("2", "5"), ("7",)])),
        ),
    )


def _truth(problem: Problem) -> int:
    best = evaluate(problem, cheapest(problem))
    assert best.feasible
    return best.cost


def _assert_reductions_lose_nothing(network: Network, week: list[Shipment]) -> None:
    reduced = compiled(network, *week).problem
    full = compiled(network, *week, keep_all=True).problem
    assert reduced.n_options <= full.n_options
    answer = solve(reduced, EXACT)
    assert isinstance(answer, Solved)
    assert answer.proven
    assert answer.cost == _truth(full)


@_few
@given(networks(), shipments())
def test_reductions_keep_the_optimum(network: Network, week: list[Shipment]) -> None:
    _assert_reductions_lose_nothing(network, week)


@_few
@given(networks(), shipments(2), st.sampled_from([0, 1, 3, 5, 9]))
def test_reductions_keep_the_optimum_of_inbound_plans(network: Network, week: list[Shipment], days: int) -> None:
    together = [row.model_copy(update={"seller_id": "ANNA", "inbound_plan_id": "PLAN-1"}) for row in week]
    planning = network.planning.model_copy(update={"inbound_plan_days": days})
    _assert_reductions_lose_nothing(network.replace(planning=planning), together)


@st.composite
def stores(draw: st.DrawFn) -> Network:
    """Draw a network with an overseas warehouse, perhaps closed for a while, and FCs that are slow or full."""
    first = draw(st.sampled_from([None, "2026-12-20", "2026-12-28"]))
    peak = {"peak_from": first, "peak_to": "2027-01-03", "peak_receiving_days": 9.0} if first else {}
    closure = {"calendar": draw(st.sampled_from(["OW-LAX", "ONT8", "LGB8"])), "kind": "holiday", "name": "Stocktaking"}
    dates = {"start": "2026-12-24", "end": draw(st.sampled_from(["2026-12-26", "2027-01-02"]))}
    drawn = draw(networks())
    network = drawn.replace(
        receiving=edited("receiving", {"US": peak}),
        calendars=(Closure.model_validate({**closure, **dates}),),
        planning=drawn.planning.model_copy(update={"overseas_days": draw(st.sampled_from([("7",), ("7", "14")]))}),
    )
    stored = with_storage(network, parcel_tariff=draw(st.sampled_from(["", "PARCEL-OW"])))
    cheap = {"store-handling": Decimal(0), "ltl-ow": Decimal(5)} if draw(st.booleans()) else {}
    charges = [row.model_copy(update={"rate": cheap.get(row.charge_id, row.rate)}) for row in stored.charges]
    return stored.replace(charges=tuple(charges))


@_few
@given(stores(), shipments())
def test_reductions_keep_the_optimum_with_storage(network: Network, week: list[Shipment]) -> None:
    _assert_reductions_lose_nothing(network, week)


@_few
@given(stores(), shipments(2, 2), st.sampled_from([1, 5, 9]))
def test_reductions_keep_the_optimum_of_inbound_plans_with_storage(
    network: Network, week: list[Shipment], days: int
) -> None:
    together = [row.model_copy(update={"seller_id": "ANNA", "inbound_plan_id": "PLAN-1"}) for row in week]
    planning = network.planning.model_copy(update={"inbound_plan_days": days})
    _assert_reductions_lose_nothing(network.replace(planning=planning), together)


@_fewer
@given(stores(), shipments(1, 5))
def test_plans_with_storage_pass_the_judge(network: Network, week: list[Shipment]) -> None:
    made = quick_plan(network, week, EXACT)
    assert judge(made, network, week).violations == ()
    assert_sums(made)


def test_a_truck_that_arrives_in_another_week_is_no_worse_pallet() -> None:
    # One sailing, one FC that receives 5 m3 a week. On pallets both shipments of 4 m3 arrive on Friday 25 December;
    # the truck leaves on Sunday and arrives in the week after. It costs more than the pallets of one shipment, and
    # still it is what lets both arrive.
    network = tiny_network(
        places=edited("places", {"ONT8": {"receiving_m3_per_week": 5.0}, "USLAX": {"direct_tariff": ""},
                                 "DC-LAX": {"parcel_tariff": ""}}),
        departures=edited("departures", {"YTN-LAX-W": {"valid_to": "2026-12-02"}}, keep=["YTN-LAX-W"]),
        couriers=(),
        planning=planning(truck_dispatch_weekdays=("7",)),
    )  # fmt: skip
    made = quick_plan(network, [goods("A"), goods("B")], EXACT)
    assert sorted(row.final_leg for row in made.shipments) == ["ftl", "ltl"]
    assert made.unplanned == ()


@_fewer
@given(networks(), shipments(2, 5, ("ONT8", "LGB8", "IND9")), st.randoms(use_true_random=False))
def test_the_order_of_shipments_does_not_matter(network: Network, week: list[Shipment], random: Any) -> None:
    mixed = list(week)
    random.shuffle(mixed)
    one, other = quick_plan(network, week, EXACT), quick_plan(network, mixed, EXACT)
    assert one.certificate.proven_optimal
    assert other.certificate.proven_optimal
    assert one.certificate.cost == other.certificate.cost


@_fewer
@given(networks(), shipments(1, 4), st.sampled_from([1.0, 1.3, 2.0]), st.sampled_from([0.0, 1.0, 6.0]))
def test_more_room_never_costs_more(network: Network, week: list[Shipment], factor: float, more_teu: float) -> None:
    roomier = network.replace(
        equipment=tuple(_roomier(row, factor) for row in network.equipment),
        departures=tuple(_allotted(row, more_teu) for row in network.departures),
        places=tuple(_wider(row, factor) for row in network.places),
    )
    tight, wide = quick_plan(network, week, EXACT), quick_plan(roomier, week, EXACT)
    assert tight.certificate.proven_optimal
    assert wide.certificate.proven_optimal
    assert wide.certificate.cost <= tight.certificate.cost


def _roomier(row: Equipment, factor: float) -> Equipment:
    return row.model_copy(update={"volume_m3": row.volume_m3 * factor, "payload_kg": row.payload_kg * factor})


def _allotted(row: Departure, more_teu: float) -> Departure:
    return row.model_copy(update={"allotment_teu": None if row.allotment_teu is None else row.allotment_teu + more_teu})


def _wider(row: Place, factor: float) -> Place:
    names = ("handling_m3_per_day", "receiving_m3_per_week")
    held = {name: getattr(row, name) for name in names}
    return row.model_copy(update={name: value * factor for name, value in held.items() if value is not None})


@_fewer
@given(networks(), shipments(1, 5, ("ONT8", "LGB8", "IND9")))
def test_sums_hold_to_the_cent(network: Network, week: list[Shipment]) -> None:
    made = quick_plan(network, week)
    assert_sums(made)
    planned, left_out = {row.shipment_id for row in made.shipments}, {row.shipment_id for row in made.unplanned}
    assert planned | left_out == {row.shipment_id for row in week}
    assert not planned & left_out


_INCH = st.sampled_from(["10", "12", "16", "20", "25"])


@_fewer
@given(st.lists(st.tuples(_INCH, _INCH, _INCH, st.integers(10, 49), st.integers(1, 200)), min_size=1, max_size=4))
def test_pounds_and_inches_give_the_plan_of_kg_and_cm(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any]
) -> None:
    # One inch is 2.54 cm and one pound 0.45359237 kg, both exact.
    common = "shipment_id,seller_id,origin,destination_fc,ready_date,goods_value,hs_code,cartons"
    imperial = [common + ",carton_length_in,carton_width_in,carton_height_in,carton_weight_lb"]
    metric = [common + ",carton_length_cm,carton_width_cm,carton_height_cm,carton_weight_kg"]
    for k, (length, width, height, pounds, cartons) in enumerate(rows):
        start = f"S{k},ANNA,WH-SZX,ONT8,2026-11-24,2000,9405420000,{cartons}"
        sides = ",".join(str(Decimal(side) * Decimal("2.54")) for side in (length, width, height))
        imperial.append(f"{start},{length},{width},{height},{pounds}")
        metric.append(f"{start},{sides},{Decimal(pounds) * Decimal('0.45359237')}")
    folder = tmp_path_factory.mktemp("units")
    plans = []
    for name, lines in (("imperial.csv", imperial), ("metric.csv", metric)):
        (folder / name).write_text("\n".join(lines) + "\n")
        plans.append(quick_plan(_TRUCKS, read_shipments(folder / name, _TRUCKS)))
    assert _content(plans[0]) == _content(plans[1])


_TRUCKS = tiny_network()


def _content(made: Plan) -> dict[str, Any]:
    return made.model_dump(mode="json", exclude={"plan_id": True, "inputs": {"shipments_sha256"}})
