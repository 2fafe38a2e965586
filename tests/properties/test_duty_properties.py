"""Planner and judge find the same duties in force, each in its own way, whatever rows a schedule has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from consolidation.checking.world import World
from network.consistency import check_network
from network.customs import DutyBook, value_band, value_limits
from network.model import Network
from network.price_tables import Duty
from tests.goods import edited
from tests.networks import tiny_network

LAYERS = ("US.BASE", "US.ADDED", "US.FLAT", "US.RELIEF")
DAYS = st.sampled_from([None, dt.date(2026, 7, 1), dt.date(2026, 12, 31)])
VALUES = st.sampled_from([Decimal(100), Decimal(150), Decimal("150.01"), Decimal(800)])


@st.composite
def _duties(draw: st.DrawFn) -> Duty:
    layer = draw(st.integers(0, len(LAYERS) - 1))
    least = draw(st.none() | VALUES)
    most = draw(st.none() | VALUES)
    first, last = draw(DAYS), draw(DAYS)
    return Duty(
        duty_id=f"{draw(st.uuids())}", layer=LAYERS[layer], schedule="US",
        hs_prefix=draw(st.sampled_from(["", "94", "9405", "940542", "940599"])),
        origin_countries=draw(st.sampled_from([(), ("CN",), ("VN",)])),
        rate_pct=draw(st.sampled_from([Decimal(0), Decimal(5)])), per_line=draw(st.sampled_from([Decimal(0), Decimal(3)])),
        currency=draw(st.sampled_from(["USD", "EUR"])),
        value_over=least, value_up_to=None if least is not None and most is not None and most <= least else most,
        valid_from=first, valid_to=None if first and last and last < first else last,
        enabled=draw(st.booleans()),
        unless_layers=draw(st.lists(st.sampled_from(LAYERS[:layer]), max_size=1)) if layer else (),
        instead_of=draw(st.lists(st.sampled_from(LAYERS[layer + 1 :]), max_size=2)) if layer < len(LAYERS) - 1 else (),
    )  # fmt: skip


def _network(rows: list[Duty], base: str) -> Network:
    return tiny_network(duties=(), regimes=edited("regimes", {"US": {"base_layer": base}})).replace(duties=tuple(rows))


@given(
    st.lists(_duties(), min_size=1, max_size=8),
    st.sampled_from(["", "US.BASE"]),
    st.sampled_from(["9405420000", "940510", "711311"]),
    st.sampled_from(["CN", "VN"]),
    st.sampled_from([dt.date(2026, 6, 30), dt.date(2026, 7, 1), dt.date(2027, 1, 1)]),
    VALUES | st.decimals(50, 900, places=2),
)
def test_planner_and_judge_find_the_same_duties(
    rows: list[Duty], base: str, hs_code: str, origin: str, day: dt.date, value: Decimal
) -> None:
    network = _network(rows, base)
    if any(finding.rule in ("DUTY.CIRCLE", "DUTY.TWICE") for finding in check_network(network)):
        return
    goods = ("US", hs_code, origin, day)
    band, book, world = value_band(value_limits(network), value), DutyBook(network), World(network)
    planned = {duty.duty_id for duty in book.layers(*goods, band)}
    assert planned == {duty.duty_id for duty in world.layers(*goods, value)}
    assert book.covers(*goods, band) == world.duty_is_known(*goods, value)
