"""Duty and import tax of one shipment: bases, layers, windows and recoverable tax, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from consolidation.pricing import Prices
from network.model import Network
from network.money import from_micros
from tests.goods import edited, found, goods, one, own_lines
from tests.networks import tiny_network

Lines = dict[str, tuple[Decimal, Decimal]]
DORTMUND: dict[str, Any] = {"destination_fc": "DTM2"}
LCL_DE: dict[str, dict[str, Any]] = {
    "lanes": {
        "lane_id": "YTN-HAM-LCL", "name": "Europe LCL", "origin": "CNYTN", "destination": "DEHAM", "mode": "ocean_lcl",
        "buying": "space", "transit_days": 34.0, "volumetric_kg_per_m3": 1000.0, "tariff": "LCL-DE",
        "customs_freight_per_wm": 999.0,
    },
    "departures": {"departure_id": "YTN-HAM-LCL-W", "lane_id": "YTN-HAM-LCL", "weekday": 6},
}  # fmt: skip


def _priced(network: Network, *way: str, **columns: Any) -> tuple[Lines, Prices]:
    return own_lines(network, one(found(network, goods(**columns)), *way))


def _ocean_de(network: Network, **columns: Any) -> tuple[Lines, Prices]:
    return _priced(network, "ltl", "YTN-HAM", "2026-12-05", **DORTMUND, **columns)


def _ocean_us(network: Network, etd: str = "2026-12-02", **columns: Any) -> Lines:
    return _priced(network, "ltl", "YTN-LAX", etd, **columns)[0]


def _charge(charge_id: str, tariff: str, **columns: Any) -> dict[str, Any]:
    base = {"category": "trunk", "side": "freight", "currency": "USD", "code": "TRUNK.X", "name": "x"}
    return {"charge_id": charge_id, "tariff": tariff, **base, **columns}


def test_fob_duty_is_on_the_goods_alone() -> None:
    lines = _ocean_us(tiny_network())
    assert {name: lines[name] for name in ("us-mfn-lamps", "us-s301", "us-s122")} == {
        "us-mfn-lamps": (Decimal(2000), Decimal("120.00")),
        "us-s301": (Decimal(2000), Decimal("200.00")),
        "us-s122": (Decimal(2000), Decimal("200.00")),
    }


def test_cif_duty_of_a_shared_load_counts_deemed_freight() -> None:
    # 2,000 + 60 x 4 W/M = 2,240; 3 % duty = 67.20. VAT 19 % of 2,307.20 = 438.37; recoverable, so it costs
    # 24 % x 45 / 365 = 2.9589 % of that: 12.97.
    lines, prices = _ocean_de(tiny_network())
    assert lines["eu-mfn"] == (Decimal(2240), Decimal("67.20"))
    assert lines["DE"] == (Decimal("438.37"), Decimal("12.97"))
    assert from_micros(int(prices.import_tax[0])) == Decimal("438.37")


def test_cif_value_takes_the_insurance_in() -> None:
    # 0.3 % of 2,000 = 6: 2,246; duty 67.38; VAT 19 % of 2,313.38 = 439.54; financing 13.01.
    insurance = _charge("ins", "OCEAN-DE", category="insurance", basis="pct_of_value", rate="0.3")
    lines, prices = _ocean_de(tiny_network(charges=edited("charges", add=[insurance])))
    assert lines["eu-mfn"] == (Decimal(2246), Decimal("67.38"))
    assert lines["DE"] == (Decimal("439.54"), Decimal("13.01"))
    assert from_micros(int(prices.import_tax[0])) == Decimal("439.54")


def test_cif_duty_of_bought_space_counts_the_freight_paid() -> None:
    # Freight 50 x 4 + 12.50 = 212.50, whatever the lane deems: 2,212.50 x 3 % = 66.375 = 66.38.
    network = tiny_network(
        lanes=edited("lanes", add=[LCL_DE["lanes"]]),
        departures=edited("departures", add=[LCL_DE["departures"]]),
        charges=edited("charges", add=[_charge("lcl", "LCL-DE", basis="per_wm", rate="50"),
                                       _charge("bill", "LCL-DE", basis="per_bill", rate="12.50")]),
    )  # fmt: skip
    lines, _ = _priced(network, "ltl", "YTN-HAM-LCL", "2026-12-05", **DORTMUND)
    assert lines["eu-mfn"] == (Decimal("2212.5"), Decimal("66.38"))


def test_cif_duty_of_a_courier_counts_its_freight() -> None:
    # 800 kg x 9 = 7,200: 9,200 x 3 % = 276; VAT 19 % of 9,476 = 1,800.44; financing 53.27. Broker 90 EUR = 99.00.
    lines, _ = _priced(tiny_network(), "courier", **DORTMUND)
    assert lines["eu-mfn"] == (Decimal(9200), Decimal("276.00"))
    assert lines["DE"] == (Decimal("1800.44"), Decimal("53.27"))
    assert lines["de-broker"] == (Decimal(1), Decimal("99.00"))


def test_tax_that_cannot_be_recovered_is_paid_in_full() -> None:
    network = tiny_network(regimes=edited("regimes", {"DE": {"tax_recoverable": "no"}}))
    lines, prices = _ocean_de(network)
    assert lines["DE"] == (Decimal("2307.2"), Decimal("438.37"))
    assert from_micros(int(prices.import_tax[0])) == Decimal("438.37")


@pytest.mark.parametrize(("etd", "pays"), [("2026-12-02", True), ("2026-12-09", False)])
def test_a_duty_window_counts_on_arrival(etd: str, pays: bool) -> None:
    # Arrivals on 18 and 25 December; Section 122 ends on the 20th.
    assert ("us-s122" in _ocean_us(tiny_network(), etd)) is pays


def test_an_exclusion_by_prefix_takes_one_layer_away() -> None:
    row = {"duty_id": "out", "layer": "US.S301", "schedule": "US", "hs_prefix": "94054200", "rate_pct": "0"}
    network = tiny_network(duties=edited("duties", add=[row]))
    lines = _ocean_us(network)
    assert "us-s301" not in lines
    assert "out" not in lines  # nothing is no line
    assert lines["us-mfn-lamps"][1] == Decimal("120.00")
    assert _ocean_us(network, hs_code="8507600000")["us-s301"][1] == Decimal("200.00")


def test_an_exclusion_may_end_before_the_goods_arrive() -> None:
    row = {"duty_id": "out", "layer": "US.S301", "schedule": "US", "hs_prefix": "94", "rate_pct": "0"}
    for last, paid in (("2026-12-17", True), ("2026-12-18", False)):
        network = tiny_network(duties=edited("duties", add=[{**row, "valid_to": last}]))
        assert ("us-s301" in _ocean_us(network)) is paid


def test_goods_made_elsewhere_do_not_pay_duties_against_china() -> None:
    assert "us-s301" not in _ocean_us(tiny_network(), country_of_origin="VN")


def test_a_knife_pays_per_piece_and_per_value() -> None:
    # 0.4 cents each and 6.1 %: 200 x 0.004 + 122.00 = 122.80; the other layers by value.
    row = {
        "duty_id": "knife",
        "layer": "US.MFN",
        "schedule": "US",
        "hs_prefix": "821192",
        "rate_pct": "6.1",
        "per_unit": "0.004",
    }
    lines = _ocean_us(tiny_network(duties=edited("duties", add=[row])), hs_code="8211920000")
    assert lines["knife"] == (Decimal(2000), Decimal("122.80"))
    assert lines["us-s301"][1] == Decimal("200.00")


def test_a_duty_per_kg_in_euro() -> None:
    # 0.10 EUR x 800 kg x 1.10 = 88.00, and 3 % of 2,240 = 67.20.
    row = {"eu-mfn": {"per_kg": "0.10", "currency": "EUR"}}
    lines, _ = _ocean_de(tiny_network(duties=edited("duties", row)))
    assert lines["eu-mfn"] == (Decimal(2240), Decimal("155.20"))


@pytest.mark.parametrize(
    ("value", "mpf", "hmf"),
    [("2000", "33.58", "2.50"), ("54000", "187.06", "67.50"), ("400000", "651.50", "500.00")],
)
def test_fees_of_an_entry_of_its_own_with_floor_and_cap(value: str, mpf: str, hmf: str) -> None:
    # 0.3464 %, at least 33.58 and at most 651.50 an entry; 0.125 % without limits.
    lines, _ = own_lines(
        tiny_network(),
        one(found(tiny_network(), goods(goods_value=value)), "ltl", "YTN-LAX-LCL", "2026-12-05", alone=True),
    )
    assert (str(lines["us-mpf"][1]), str(lines["us-hmf"][1])) == (mpf, hmf)


@pytest.mark.parametrize(
    "columns",
    [{"currency": "EUR"}, {"currency": "CNY", "goods_value": "20000"}, {"goods_value": "0.01"}],
)
def test_values_in_other_currencies(columns: Mapping[str, Any]) -> None:
    network = tiny_network()
    shipment = goods(**columns)
    value = shipment.goods_value * network.rate[shipment.currency]
    lines = _ocean_us(network, **columns)
    expected = (value.quantize(Decimal("0.01")) * Decimal("0.1")).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    assert lines.get("us-s301", (None, Decimal("0.00")))[1] == expected
