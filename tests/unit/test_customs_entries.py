"""Customs of a whole plan: small entries, kinds of importers, examinations, layers that exclude others, nearest rates.

Every plan here is judged by the checker too, which works the lines out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consolidation import check, write_plan
from consolidation.plan_model import CostLine, Plan
from consolidation.shipments import Shipment
from network.model import Network
from network.price_tables import Importer
from network.pricing_rules import PricingRules
from tests.goods import assert_sums, edited, findings, goods, lines_of, quick_plan, total
from tests.networks import tiny_network

NO_SPACE = ("YTN-LAX-LCL", "SZX-LAX-AIR")
"""Lanes that buy space: without them and the couriers goods share containers."""
ENTRY = {"category": "customs", "side": "destination", "currency": "USD", "tariff": "ENTRY-US", "name": "x"}
SMALL = {"us-mpf": {"small_up_to": "2500", "small_amount": "2.69"}}


def _pooled(**changes: Any) -> Network:
    """Return the small network without lanes that buy space and without couriers."""
    network = tiny_network(couriers=(), **changes)
    return network.replace(lanes=tuple(lane for lane in network.lanes if lane.buying == "load"),
                           departures=tuple(d for d in network.departures
                                            if d.lane_id in {x.lane_id for x in network.lanes if x.buying == "load"}))  # fmt: skip


def _planned(network: Network, shipments: Iterable[Shipment], folder: Path) -> Plan:
    """Return a plan that the judge accepts and whose sums are right."""
    listed = list(shipments)
    made = quick_plan(network, listed)
    assert_sums(made)
    assert check(write_plan(made, folder, network, 0.0), network, listed).violations == ()
    return made


def _charge(charge_id: str, code: str, **columns: Any) -> Mapping[str, Any]:
    return {"charge_id": charge_id, "code": code, **ENTRY, **columns}


def _facts(line: CostLine) -> tuple[str, Decimal, Decimal, Decimal]:
    return line.basis, line.quantity, line.rate, line.source_amount


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("2500",), ("per_entry", Decimal(1), Decimal("2.69"), Decimal("2.69"))),
        (("2500.01",), ("pct_of_entry_value", Decimal("2500.01"), Decimal("0.3464"), Decimal("33.58"))),
        (("1200", "1300"), ("per_entry", Decimal(1), Decimal("2.69"), Decimal("2.69"))),
        # 2,600 together: formal, 0.3464 % = 9.01, held at the floor
        (("1300", "1300"), ("pct_of_entry_value", Decimal(2600), Decimal("0.3464"), Decimal("33.58"))),
    ],
)
def test_an_entry_of_at_most_2500_is_informal(
    values: tuple[str, ...], expected: tuple[str, Decimal, Decimal, Decimal], tmp_path: Path
) -> None:
    week = [goods(f"S{k}", goods_value=value, importer_id="ACME") for k, value in enumerate(values)]
    made = _planned(_pooled(charges=edited("charges", SMALL)), week, tmp_path / "plan")
    assert len(made.loads) >= 1
    assert {_facts(line) for line in lines_of(made, "US.MPF")} == {expected}
    assert total(lines_of(made, "US.MPF")) == expected[3]


def test_a_small_entry_of_a_courier(tmp_path: Path) -> None:
    network = tiny_network(charges=edited("charges", SMALL))
    network = network.replace(lanes=(), departures=(), links=(), geometry=())
    made = _planned(network, [goods(goods_value="900"), goods("S2", goods_value="2600")], tmp_path / "plan")
    paid = {line.shipment_id: _facts(line) for line in lines_of(made, "US.MPF")}
    assert paid == {
        "S1": ("per_entry", Decimal(1), Decimal("2.69"), Decimal("2.69")),
        "S2": ("pct_of_entry_value", Decimal(2600), Decimal("0.3464"), Decimal("33.58")),
    }


def test_an_importer_without_a_bond_pays_for_one(tmp_path: Path) -> None:
    charges = edited("charges", add=[
        _charge("single", "US.BOND.SINGLE", basis="pct_of_entry_value", rate="0.5", minimum="50", importers="single_bond"),
        _charge("share", "US.BOND", basis="per_entry", rate="20", importers="!single_bond"),
    ])  # fmt: skip
    week = [goods("S1", importer_id="IMP-BOND", goods_value="30000"), goods("S2", importer_id="OTHER")]
    made = _planned(_pooled(charges=charges), week, tmp_path / "plan")
    assert [(line.shipment_id, line.amount) for line in lines_of(made, "US.BOND.SINGLE")] == [("S1", Decimal("150.00"))]
    assert [(line.shipment_id, line.amount) for line in lines_of(made, "US.BOND")] == [("S2", Decimal("20.00"))]


def test_what_importers_bring_upon_a_load_is_shared_by_all_in_it(tmp_path: Path) -> None:
    # 4 % of 433 USD = 17.32 for each of three importers: 51.96. A fifth of the goods is S1's: 4 of 20 m3; no load of
    # 28 m3 is nearer to its payload than to its volume.
    charges = edited("charges", add=[_charge("exam", "US.EXAM", basis="per_importer", rate="17.32")])
    week = [goods("S1"), goods("S2", volume_m3="6"), goods("S3", volume_m3="10"), goods("S4", seller_id="SELLER-S3", volume_m3="4")]  # fmt: skip
    week[3] = goods("S4", seller_id="SELLER-S3", importer_id="SELLER-S3", volume_m3="5")
    made = _planned(_pooled(charges=charges), week, tmp_path / "plan")
    (load,) = [load for load in made.loads if load.kind == "trunk"]
    lines = lines_of(made, "US.EXAM")
    assert {(line.load_id, line.entry_id, line.quantity, line.source_amount) for line in lines} == {
        (load.load_id, "", Decimal(3), Decimal("51.96"))
    }
    assert {line.shipment_id: line.amount for line in lines} == {
        "S1": Decimal("8.31"), "S2": Decimal("12.47"), "S3": Decimal("20.79"), "S4": Decimal("10.39"),
    }  # fmt: skip


def test_tariff_lines_beyond_those_included(tmp_path: Path) -> None:
    charges = edited("charges", add=[
        _charge("line", "US.HTS_LINE", basis="per_hs_line", rate="10", free_quantity="1")
    ])  # fmt: skip
    made = _planned(_pooled(charges=charges), [goods("S1", hs_lines=4), goods("S2")], tmp_path / "plan")
    assert [(line.shipment_id, line.amount) for line in lines_of(made, "US.HTS_LINE")] == [("S1", Decimal("30.00"))]


def test_demurrage_is_expected_from_dwell_and_free_days(tmp_path: Path) -> None:
    # dwell 2 days +- 2, 3 free: z = 0.5, 2 x 0.35207 - 1 x 0.30854 = 0.3956 days of 200 USD.
    charges = edited("charges", add=[
        {**ENTRY, "charge_id": "dem", "code": "DEST.DEMURRAGE", "tariff": "POD-US", "category": "destination", "rate": "200",
         "basis": "per_load_day", "free_quantity": "3"}
    ])  # fmt: skip
    places = edited("places", {"USLAX": {"dwell_days": 2.0, "dwell_sd_days": 2.0}})
    made = _planned(_pooled(charges=charges, places=places), [goods("S1"), goods("S2")], tmp_path / "plan")
    assert {_facts(line)[1:] for line in lines_of(made, "DEST.DEMURRAGE")} == {
        (Decimal("0.3956"), Decimal(200), Decimal("79.12"))
    }


def test_a_layer_is_not_charged_where_another_one_is(tmp_path: Path) -> None:
    duties = edited("duties", {"us-s122": {"unless_layers": "US.S232", "valid_to": "2027-12-31"}}, add=[
        {"duty_id": "us-s232", "layer": "US.S232", "schedule": "US", "hs_prefix": "7616", "rate_pct": "25"}
    ])  # fmt: skip
    week = [goods("S1"), goods("S2", hs_code="7616995190")]
    made = _planned(_pooled(duties=duties), week, tmp_path / "plan")
    charged = {name: {line.charge_id for line in made.cost_lines if line.category == "duty" and line.shipment_id == name}
               for name in ("S1", "S2")}  # fmt: skip
    assert charged == {"S1": {"us-mfn-lamps", "us-s301", "us-s122"}, "S2": {"us-mfn", "us-s301", "us-s232"}}


def _base_layer() -> Network:
    duties = edited("duties", {"us-mfn": {"hs_prefix": "39269099"}, "us-mfn-lamps": {"hs_prefix": "94054200"}})
    return _pooled(duties=duties, regimes=edited("regimes", {"US": {"base_layer": "US.MFN"}}))


def test_an_unknown_code_takes_the_nearest_rate_and_the_plan_says_so(tmp_path: Path) -> None:
    made = _planned(_base_layer(), [goods("S1", hs_code="940591"), goods("S2")], tmp_path / "plan")
    assert {line.charge_id for line in lines_of(made, "US.MFN", "S1")} == {"us-mfn-lamps"}
    (notice,) = made.notices
    assert (notice.code, notice.shipments) == ("DUTY.NEAREST", ("S1",))
    assert "No row of US.MFN matches HS 940591: the nearest, HS 94054200 (us-mfn-lamps), was charged." in notice.text


def test_a_code_of_an_unknown_chapter_cannot_be_entered() -> None:
    made = quick_plan(_base_layer(), [goods("S1", hs_code="640299"), goods("S2")])
    assert [(left.shipment_id, left.rule) for left in made.unplanned] == [("S1", "CUSTOMS.NO_RATE")]


@pytest.mark.parametrize(
    ("import_tax", "recoverable", "line", "amount"),
    [
        # 2,000 + 240 deemed freight + 67.20 duty + 4 W/M x 25 onward = 2,407.20; 19 % = 457.37
        ("regime", True, "DE.VAT.FINANCING", "13.53"),  # 24 % x 45 / 365 of 457.37
        ("deferred", True, "", ""),
        ("deferred", False, "", ""),
        ("cost", True, "DE.VAT", "457.37"),
        ("regime", False, "DE.VAT", "457.37"),
    ],
)
def test_who_bears_import_tax(import_tax: str, recoverable: bool, line: str, amount: str, tmp_path: Path) -> None:
    network = _pooled(
        regimes=edited("regimes", {"DE": {"tax_onward_per_wm": 25.0, "tax_recoverable": recoverable}}),
        importers=(Importer.model_validate({"importer_id": "ACME", "import_tax": import_tax}),),
    )
    made = _planned(network, [goods(destination_fc="DTM2", importer_id="ACME")], tmp_path / "plan")
    assert made.shipments[0].import_tax == Decimal("457.37")
    charged = {each.code: str(each.amount) for each in made.cost_lines if each.category == "tax"}
    assert charged == ({line: amount} if line else {})


def test_ways_to_send_alone_are_stated_by_kind(tmp_path: Path) -> None:
    network = tiny_network()
    made = _planned(network, [goods("S1"), goods("S2", destination_fc="DTM2")], tmp_path / "plan")
    by_id = {row.shipment_id: row for row in made.shipments}
    assert set(by_id["S1"].alternatives) >= {"courier", "alone_lcl"}
    assert set(by_id["S2"].alternatives) == {"courier"}
    for row in made.shipments:
        best = min(row.alternatives.values(), key=lambda offer: offer.cost + offer.priced_time)
        assert (row.baseline_cost, row.baseline_days) == (best.cost, best.days)


def test_guide_prices_are_stated(tmp_path: Path) -> None:
    made = quick_plan(tiny_network(), [goods("S1"), goods("S2")])
    guides = [row.guide_price for row in made.shipments]
    assert all(guide is not None and guide > 0 for guide in guides)
    assert sum((guide for guide in guides if guide is not None), Decimal(0)) <= made.certificate.cost + Decimal("0.02")


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"basis": "pct_of_entry_value", "rate": "0.1", "small_up_to": "2500", "small_amount": "3"}, "small_amount"),
        ({"basis": "per_hs_line", "rate": "10", "small_up_to": "2500", "small_amount": "3"}, "small_amount"),
        ({"basis": "per_entry", "rate": "10", "free_quantity": "1"}, "free_quantity"),
    ],
)
def test_fees_that_contradict_themselves_are_found(columns: Mapping[str, Any], field: str) -> None:
    network = tiny_network(charges=edited("charges", add=[_charge("odd", "US.ODD", **columns)]))
    found = [finding for finding in PricingRules(network, {}).entry_fees() if finding.field == field]
    assert len(found) == 1
    assert found[0].rule == "CHARGE.ENTRY"


def test_lines_for_importers_that_exclude_each_other_are_not_twice_the_same() -> None:
    def rows(one: str, other: str) -> Network:
        lines = [_charge("a", "US.B", basis="per_entry", rate="1", importers=one),
                 _charge("b", "US.B", basis="per_entry", rate="2", importers=other)]  # fmt: skip
        return tiny_network(charges=edited("charges", add=lines))

    assert list(PricingRules(rows("x", "!x"), {}).twice()) == []
    assert [finding.rule for finding in PricingRules(rows("x", "y"), {}).twice()] == ["CHARGE.TWICE"]


def test_goods_without_tariff_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="hs_lines"):
        goods(hs_lines=0)
    assert findings(tiny_network(), goods(hs_lines=3)) == []


def _unpriced(valid_to: str) -> Network:
    """Return a network with one lane to Germany, whose containers have a rate only up to a day."""
    keep = {"ocean-de-20": {"valid_to": valid_to}, "ocean-de-40": {"valid_to": valid_to}}
    return _pooled(charges=edited("charges", keep))


def test_a_missing_rate_names_the_lane_and_what_it_blocks(tmp_path: Path) -> None:
    network = _unpriced("2026-11-30")
    made = _planned(network, [goods("S1"), goods("S2", destination_fc="DTM2")], tmp_path / "plan")
    assert [(left.shipment_id, left.rule) for left in made.unplanned] == [("S2", "TARIFF.NONE")]
    (notice,) = made.notices
    assert (notice.code, notice.shipments) == ("TARIFF.NONE", ("S2",))
    assert notice.text.startswith("Tariff OCEAN-DE of lane YTN-HAM has no rate in force on")
    assert "leaves out 1 shipments" in notice.text


def test_a_missing_rate_on_some_days_blocks_nobody(tmp_path: Path) -> None:
    made = _planned(_unpriced("2026-12-10"), [goods("S2", destination_fc="DTM2")], tmp_path / "plan")
    assert made.unplanned == ()
    assert [(notice.code, notice.shipments) for notice in made.notices] == [("TARIFF.NONE", ())]


def _placement() -> Network:
    lines = [
        {"charge_id": f"placement-{name}", "tariff": "FBA", "code": "FBA.PLACEMENT", "name": name, "category": "fba",
         "side": "destination", "currency": "USD", "basis": "per_unit", "rate": rate, "destinations_up_to": 1, **span}
        for name, rate, span in (("light", "0.3", {"unit_kg_up_to": "4"}), ("heavy", "0.6", {"unit_kg_over": "4"}))
    ]  # fmt: skip
    places = edited("places", {"ONT8": {"tariff": "FBA"}})
    return _pooled(charges=edited("charges", add=lines), places=places)


@pytest.mark.parametrize(
    ("units", "line", "amount"),
    [
        (200, "placement-light", "60.00"),  # 800 kg: 4 kg a unit
        (199, "placement-heavy", "119.40"),
    ],
)
def test_an_inbound_plan_to_one_fc_pays_by_the_weight_of_a_unit(
    units: int, line: str, amount: str, tmp_path: Path
) -> None:
    made = _planned(_placement(), [goods(units=units, inbound_plan_id="P1")], tmp_path / "plan")
    assert [(each.charge_id, str(each.amount)) for each in lines_of(made, "FBA.PLACEMENT")] == [(line, amount)]
    (notice,) = made.notices
    assert (notice.code, notice.shipments) == ("FBA.PLACEMENT", ("S1",))
    assert f"pay {amount} USD of placement fees" in notice.text
    assert "1 of them have that many cartons" in notice.text


def test_an_inbound_plan_to_two_fcs_and_goods_of_no_plan_pay_no_placement(tmp_path: Path) -> None:
    network = _placement()
    other = next(place for place in network.places if place.kind == "fc" and place.place_id not in ("ONT8", "DTM2"))
    week = [goods("S1", seller_id="A", inbound_plan_id="P1"), goods("S2", seller_id="A", inbound_plan_id="P1", destination_fc=other.place_id),
            goods("S3", seller_id="B"), goods("S4", seller_id="B", inbound_plan_id="P1")]  # fmt: skip
    made = _planned(network, week, tmp_path / "plan")
    assert {each.shipment_id for each in lines_of(made, "FBA.PLACEMENT")} == {"S4"}


def test_goods_of_an_inbound_plan_must_count_their_units() -> None:
    found = findings(_placement(), goods("S1", units=None), goods("S2", units=None, inbound_plan_id="P1"))
    assert [(each.row, each.field) for each in found] == [(3, "units")]


def test_only_charges_of_a_shipment_can_be_narrowed() -> None:
    odd = _charge("odd", "US.ODD", basis="per_entry", rate="1", destinations_up_to=1)
    network = tiny_network(charges=edited("charges", add=[odd]))
    assert [finding.rule for finding in PricingRules(network, {}).narrowed()] == ["CHARGE.NARROWED"]
