"""Properties of customs and taxes: more value is never less duty, splitting does not pay, tax is on its lawful base."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.compile import entry_fee
from consolidation.pricing import OwnLine, Pricer
from network.customs import DutyBook
from network.model import Network
from network.money import CENT, MICROS, from_micros, to_micros
from network.tables import TABLES
from network.tariffs import TariffBook
from tests.goods import edited, found, goods, one
from tests.networks import tiny_network

_values = st.decimals(Decimal("0.01"), Decimal(2_000_000), places=2)
_several = settings(max_examples=60)
_way = st.sampled_from([("ltl", "YTN-LAX", "2026-12-02", "ONT8"), ("courier", "", "", "ONT8"), ("courier", "", "", "DTM2"),
                        ("ltl", "YTN-HAM", "2026-12-05", "DTM2")])  # fmt: skip


def _network() -> Network:
    duties = edited("duties", {"us-s122": {"unless_layers": "US.S232"}}, add=[
        {"duty_id": "us-s232", "layer": "US.S232", "schedule": "US", "hs_prefix": "7616", "rate_pct": "25"},
        {"duty_id": "us-mfn-mixed", "layer": "US.MFN", "schedule": "US", "hs_prefix": "6110", "rate_pct": "8.5", "per_kg": "0.37"},
        {"duty_id": "eu-mfn-units", "layer": "EU.MFN", "schedule": "EU", "hs_prefix": "9101", "per_unit": "0.8", "currency": "EUR"},
    ])  # fmt: skip
    return tiny_network(duties=duties, regimes=edited("regimes", {"DE": {"tax_onward_per_wm": 25.0}}))


NETWORK = _network()
BOOKS = TariffBook(NETWORK), DutyBook(NETWORK)
CODES = ("9405420000", "7616995190", "6110203000", "910111", "39269099")


def _customs(way: tuple[str, str, str, str], value: Decimal, hs_code: str) -> tuple[list[OwnLine], int]:
    """Return the own lines of one option, and its import tax in micro-units."""
    leg, lane, etd, fc = way
    options = one(found(NETWORK, goods(goods_value=value, hs_code=hs_code, destination_fc=fc)), leg, lane, etd)
    lines: list[OwnLine] = []
    prices = Pricer(NETWORK, *BOOKS).price(options, lines.append)
    return lines, int(prices.import_tax[0])


def _duty(lines: list[OwnLine]) -> int:
    return sum(line.amount for line in lines if line.category == "duty")


@_several
@given(_way, _values, _values, st.sampled_from(CODES))
def test_more_value_is_never_less_duty(way: tuple[str, str, str, str], a: Decimal, b: Decimal, hs_code: str) -> None:
    less, more = sorted((a, b))
    assert _duty(_customs(way, less, hs_code)[0]) <= _duty(_customs(way, more, hs_code)[0])


@_several
@given(_way, _values, st.sampled_from(CODES))
def test_import_tax_is_on_the_base_of_its_country(way: tuple[str, str, str, str], value: Decimal, hs_code: str) -> None:
    """None in the US; in Germany 19 % of CIF value, duty and the transport that follows (4 W/M at 25)."""
    lines, tax = _customs(way, value, hs_code)
    if way[3] == "ONT8":
        assert tax == 0
        return
    insurance = sum(line.amount for line in lines if line.category == "insurance")
    trunk = sum(line.amount for line in lines if line.category == "trunk")
    freight = trunk if way[0] == "courier" else 4 * 60 * MICROS  # a shared container: deemed freight
    base = to_micros(value) + insurance + freight + _duty(lines) + 4 * 25 * MICROS
    assert tax == to_micros(from_micros(base) * 19 / 100)


MPF = TABLES["charges"].model_validate(
    {"charge_id": "mpf", "tariff": "ENTRY-US", "code": "US.MPF", "name": "x", "category": "customs", "side": "destination",
     "basis": "pct_of_entry_value", "rate": "0.3464", "currency": "USD", "minimum": "34.5", "maximum": "669",
     "small_up_to": "2500", "small_amount": "2.76"}
)  # fmt: skip


@given(st.lists(_values, min_size=2, max_size=12))
def test_splitting_a_formal_entry_never_lowers_its_processing_fee(values: list[Decimal]) -> None:
    fee = entry_fee(NETWORK, MPF)  # type: ignore[arg-type]
    formal = [to_micros(max(value, Decimal("2500.01"))) for value in values]
    rounded = (len(formal) - 1) * CENT  # each entry is rounded by itself: half a cent down at most
    assert sum(fee.amount(value) for value in formal) >= fee.amount(sum(formal)) - rounded
    assert fee.amount(sum(formal)) <= 669 * MICROS


@given(_values, _values)
def test_a_larger_entry_never_pays_less(a: Decimal, b: Decimal) -> None:
    fee = entry_fee(NETWORK, MPF)  # type: ignore[arg-type]
    less, more = sorted((to_micros(a), to_micros(b)))
    assert fee.amount(less) <= fee.amount(more)
