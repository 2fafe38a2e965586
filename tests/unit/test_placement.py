"""Few FCs or a split: parts that are the whole, both prices, and what stands against an estimate."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consolidation.checker import judge
from consolidation.placement import PlacementChoice, placement_choices, split, with_splits, without_settled
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from consolidation.statements import statement, write_statements
from consolidation.statements.page import seller_page
from network.model import Network
from tests.goods import edited, findings, goods, lines_of, planning, quick_plan, total
from tests.networks import tiny_network

OPEN = ("ONT8", "LGB8", "IND9")
"""FCs of the tiny network in the United States."""


def network_with(rate: str = "0.30", fcs: int = 3, **tables: Any) -> Network:
    """Return the tiny network with a placement fee per unit for plans of one FC."""
    fee = {"charge_id": "placement", "tariff": "FBA", "code": "FBA.PLACEMENT", "name": "placement", "category": "fba", "side": "destination",
           "currency": "USD", "basis": "per_unit", "rate": rate, "destinations_up_to": 1}  # fmt: skip
    places = edited("places", {name: {"tariff": "FBA"} for name in OPEN})
    return tiny_network(
        charges=edited("charges", add=[fee]), places=places, planning=planning(placement_split_fcs=fcs), **tables
    )


def choices(network: Network, shipments: list[Shipment], made: Plan) -> list[PlacementChoice]:
    """Return both prices of the inbound plans of a plan."""
    return placement_choices(network, shipments, made.shipments, made.cost_lines)


@given(
    st.integers(1, 400), st.integers(1000, 30_000_000), st.integers(1000, 9_000_000), st.none() | st.integers(1, 5000),
    st.dictionaries(st.sampled_from(OPEN), st.integers(1, 100).map(Decimal), min_size=1),
)  # fmt: skip
def test_the_parts_are_the_whole(
    cartons: int, volume_cm3: int, weight_g: int, units: int | None, shares: dict[str, Decimal]
) -> None:
    whole = goods(cartons=cartons, volume_m3=Decimal(volume_cm3) / 10**6, gross_weight_kg=Decimal(weight_g) / 1000, units=units,
                  goods_value="1234.56", late_price_per_day="7")  # fmt: skip
    parts = list(split(whole, shares))
    assert sum(part.cartons or 0 for part in parts) == cartons
    assert sum(part.volume_cm3 for part in parts) == volume_cm3
    assert sum(part.weight_g for part in parts) == weight_g
    assert sum(part.units or 0 for part in parts) == (max(units, len(parts)) if units else 0)
    assert all(Shipment.model_validate(dict(part)) for part in parts)
    assert sum(part.goods_value for part in parts) == whole.goods_value
    assert abs(sum(part.late_price_per_day or 0 for part in parts) - 7) < Decimal("1e-20")
    assert {part.destination_fc for part in parts} <= set(shares)
    assert all((part.cartons or 0) >= 1 for part in parts)
    weight = sum(shares.values())
    for part in parts:
        assert abs((part.cartons or 0) - cartons * shares[part.destination_fc] / weight) < 1


def test_the_estimate_of_goods_that_travel_as_space_is_what_their_parts_pay() -> None:
    # Nothing but co-load and pallets: parts have no other way, so a plan of the parts costs what the estimate says.
    network = network_with()
    lanes = tuple(lane for lane in network.lanes if lane.lane_id == "YTN-LAX-LCL")
    runs = tuple(run for run in network.departures if run.lane_id == "YTN-LAX-LCL")
    lone = network.planning.model_copy(update={"truck_equipment": ()})
    network = network.replace(lanes=lanes, departures=runs, couriers=(), planning=lone)
    whole = goods(seller_id="A", inbound_plan_id="P")
    made = quick_plan(network, [whole])
    (choice,) = choices(network, [whole], made)
    assert (choice.fee, choice.parts, choice.reason) == (total(lines_of(made, "FBA.PLACEMENT")), 3, "")
    assert set(choice.fcs) == set(OPEN)
    parts = list(split(whole, dict.fromkeys(choice.fcs, Decimal(1))))
    apart = quick_plan(network, parts)
    assert [str(broken) for broken in judge(apart, network, parts).violations] == []
    assert choice.extra_cash is not None
    assert choice.extra_time is not None
    assert apart.certificate.cash_cost == made.certificate.cash_cost - choice.fee + choice.extra_cash
    assert apart.certificate.cost - made.certificate.cost == choice.extra_cash + choice.extra_time - choice.fee


def test_a_dear_fee_recommends_the_split_and_a_plan_of_it_pays_none() -> None:
    for rate, advice in (("0.01", "stay"), ("90", "split")):
        network, shipments = network_with(rate), [goods(seller_id="A", inbound_plan_id="P"), goods("S2")]
        made = quick_plan(network, shipments)
        (choice,) = choices(network, shipments, made)
        assert (choice.advice, choice.saving is not None and choice.saving > 0) == (advice, advice == "split")
        again = with_splits(shipments, [choice])
        assert [row.shipment_id for row in again] == (
            ["S1", "S2"] if advice == "stay" else [*(f"S1/{name}" for name in choice.fcs), "S2"]
        )
        if advice == "split":
            apart = quick_plan(network, again)
            assert lines_of(apart, "FBA.PLACEMENT") == []
            assert apart.certificate.cost < made.certificate.cost


def test_what_is_settled_is_not_split() -> None:
    network, shipments = network_with("90"), [goods(seller_id="A", inbound_plan_id="P"), goods("S2")]
    found = choices(network, shipments, quick_plan(network, shipments))
    assert without_settled(found, {"S2"}) == found
    (late,) = without_settled(found, {"S1"})
    assert (late.advice, late.reason) == ("", "it is too late to split S1")
    assert with_splits(shipments, [late]) == shipments


@pytest.mark.parametrize(
    ("changes", "fcs", "reason"),
    [
        ({"cartons": 4, "volume_m3": "0.4", "gross_weight_kg": "80"}, 3, "fewer than 5 cartons, or none stated, of S1"),
        ({"cartons": None}, 3, "fewer than 5 cartons, or none stated, of S1"),
        ({}, 4, "market US has only 3 open FCs"),
        (
            {"cartons": 400, "volume_m3": "30", "gross_weight_kg": "6000", "coload_consent": "no"},
            3,
            "S1 goes to its FC in an unopened container",
        ),
    ],
)
def test_why_there_is_no_estimate(changes: dict[str, Any], fcs: int, reason: str) -> None:
    network = network_with(fcs=fcs)
    whole = goods(seller_id="A", inbound_plan_id="P", **changes)
    made = quick_plan(network, [whole])
    (choice,) = choices(network, [whole], made)
    assert (choice.reason, choice.advice, choice.saving, choice.fcs) == (reason, "", None, ())
    assert "No split could be priced." in next(row.text for row in made.notices if row.code == "FBA.PLACEMENT")


def test_notices_and_statements_tell_both_prices(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    network = network_with("90")
    shipments = [goods(seller_id="A", inbound_plan_id="P"), goods("S2", seller_id="B")]
    made = quick_plan(network, shipments)
    (choice,) = choices(network, shipments, made)
    (notice,) = [row for row in made.notices if row.code == "FBA.PLACEMENT"]
    assert "a split is recommended for 1" in notice.text
    assert f"P of A pays {choice.fee:,.2f}, split {choice.extra_cash:,.2f}" in notice.text
    told = statement(made, network, shipments)
    assert [seller.placement for seller in told.sellers] == [(choice,), ()]
    page, other = (seller_page(told, seller) for seller in told.sellers)
    assert "Inbound placement: few FCs or a split" in page
    assert "the split" in page
    assert "Inbound placement" not in other
    book = CalamineWorkbook.from_path(str(write_statements(told, tmp_path / "st") / "statements.xlsx"))
    head, row = book.get_sheet_by_name("Placement (estimate)").to_python()
    cells = dict(zip(head, row, strict=True))
    assert (cells["Inbound plan"], cells["Cheaper by this estimate"]) == ("P", "split")
    assert cells["Placement fee paid (USD)"] == float(choice.fee)
    assert statement(made, network, shipments, sellers=["B"]).sellers[0].placement == ()


def test_wrong_splits_are_named() -> None:
    found = findings(
        tiny_network(), goods(optimised_split="ONT8:1;ONT9:2"), goods("S2", optimised_split="IND9:1;DTM2:1")
    )
    assert [(row.row, row.field, row.value, row.maybe) for row in found] == [
        (2, "optimised_split", "ONT9", "you meant 'ONT8'"), (3, "optimised_split", "DTM2", ""),
    ]  # fmt: skip
    for wrong in ("ONT8", "ONT8:0", "ONT8:1;ONT8:2", ":3", "ONT8:x"):
        with pytest.raises(ValidationError, match="each FC once with a positive number"):
            goods(optimised_split=wrong)
