"""Goods for sales events: their deadlines, what is late for them, and what is left out rather than late."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consolidation.checker import judge
from consolidation.checking.dates import event_day, late_days, receipt
from consolidation.checking.world import World
from consolidation.continuity import Continuity, Held, journey_of
from consolidation.planner import unservable
from consolidation.receiving import NO_DAY, due
from consolidation.search import search_itineraries
from consolidation.shipments import Shipment
from network import clock
from network.consistency import check_network
from network.customs import DutyBook
from network.fc_tables import InboundDeadline
from network.model import Network
from network.tables import Receiving
from network.tariffs import TariffBook
from tests.goods import edited, findings, found, goods, quick_plan
from tests.networks import tiny_network

SALE = "Sale 2026"


def deadline(scope: str, arrive_by: str, event: str = SALE, destinations_up_to: int | None = None) -> InboundDeadline:
    """Return a row of the table of deadlines."""
    row: dict[str, Any] = {"scope": scope, "event": event, "arrive_by": arrive_by}
    return InboundDeadline.model_validate({**row, "destinations_up_to": destinations_up_to})


def network_with(*rows: InboundDeadline, **tables: Any) -> Network:
    """Return the tiny network with some deadlines."""
    return tiny_network(**tables).replace(inbound_deadlines=rows)


def test_the_deadline_is_that_of_the_fc_and_of_the_split() -> None:
    network = network_with(
        deadline("US", "2026-12-10", destinations_up_to=3), deadline("US", "2026-12-20"), deadline("IND9", "2026-12-31")
    )
    asked = [network.deadline("ONT8", SALE, count) for count in (1, 3, 4)]
    assert [row and row.arrive_by.day for row in asked] == [10, 10, 20]
    own = network.deadline("IND9", SALE, 1)
    assert own is not None
    assert own.arrive_by == dt.date(2026, 12, 31)
    assert network.deadline("DTM2", SALE, 1) is None
    assert network.deadline("ONT8", "another sale", 1) is None


def test_goods_of_a_wide_plan_have_more_time() -> None:
    rows = deadline("US", "2026-12-10", destinations_up_to=1), deadline("US", "2026-12-20")
    network, one_fc = network_with(*rows), goods(event=SALE, inbound_plan_id="P", seller_id="A")
    other = goods("S2", destination_fc="IND9", inbound_plan_id="P", seller_id="A")
    days = [due(network, one_fc, count).event_day for count in (0, 1, 2)]
    assert days[0] == days[1] == days[2] - 10
    for together in ([one_fc], [one_fc, other]):
        world = World(network, together)
        assert event_day(world, one_fc) == days[len(together)]


def test_goods_that_must_not_miss_an_event_take_no_late_way() -> None:
    network = network_with(deadline("US", "2026-12-12"))
    free, bound = found(network, goods(event=SALE)), found(network, goods(event=SALE, event_required="yes"))
    last = due(network, goods(event=SALE), 0).event_day
    early = free.received_day <= last
    assert 0 < early.sum() < len(early)
    assert sorted(bound.received_day.tolist()) == sorted(free.received_day[early].tolist())
    assert bound.refusals[0]["DEADLINE.EVENT"] > 0
    assert (free.late_days > 0).tolist() == (~early).tolist()


def test_what_cannot_be_in_time_is_left_out_and_says_so() -> None:
    network = network_with(deadline("US", "2026-11-26"))
    shipments = [goods(event=SALE, event_required="yes"), goods("S2")]
    made = quick_plan(network, shipments)
    assert [(row.shipment_id, row.rule) for row in made.unplanned] == [("S1", "DEADLINE.EVENT")]
    assert SALE in made.unplanned[0].detail
    assert [row[1] for row in unservable(network, shipments)] == ["DEADLINE.EVENT"]
    assert [str(broken) for broken in judge(made, network, shipments).violations] == []
    later = network_with(deadline("US", "2027-02-26"))
    causes = {broken.cause for broken in judge(made, later, shipments).violations}
    assert "UNPLANNED.POSSIBLE" in causes


def test_a_notice_names_what_is_late_for_an_event() -> None:
    network, shipments = network_with(deadline("US", "2026-11-26")), [goods(event=SALE), goods("S2")]
    made = quick_plan(network, shipments)
    (notice,) = [row for row in made.notices if row.code == "EVENT.LATE"]
    assert notice.shipments == ("S1",)
    assert "miss Sale 2026, with deliveries at US until 2026-11-26" in notice.text
    row = next(row for row in made.shipments if row.shipment_id == "S1")
    assert row.late_days > 0
    assert [str(broken) for broken in judge(made, network, shipments).violations] == []
    in_time = quick_plan(network_with(deadline("US", "2027-02-26")), shipments)
    assert "EVENT.LATE" not in {row.code for row in in_time.notices}


def test_what_is_booked_stays_booked_though_it_misses_the_event() -> None:
    network, shipment = network_with(deadline("US", "2026-11-26")), goods(event=SALE, event_required="yes")
    (planned,) = quick_plan(network_with(deadline("US", "2027-02-26")), [shipment]).shipments
    books = TariffBook(network), DutyBook(network)
    kept = {}
    for held in Held:
        earlier = Continuity([journey_of(planned, held)])
        kept[held] = len(search_itineraries(network, [shipment], *books, continuity=earlier).all().shipment)
    assert [bool(count) for count in kept.values()] == [False, False, True, True]
    assert kept[Held.WHOLE] == 1


def test_the_judge_names_late_goods_that_must_be_in_time() -> None:
    network, shipment = network_with(deadline("US", "2026-11-26")), goods(event=SALE)
    made = quick_plan(network, [shipment])
    forged = shipment.model_copy(update={"event_required": True})
    causes = {broken.cause for broken in judge(made, network, [forged]).violations}
    assert "DEADLINE.EVENT" in causes
    untold = shipment.model_copy(update={"event": ""})
    assert "DATE.LATE_DAYS" in {broken.cause for broken in judge(made, network, [untold]).violations}


def test_wrong_events_are_named() -> None:
    network = network_with(deadline("US", "2026-12-10"))
    wrong = findings(
        network, goods(event="Sale 2062"), goods("S2", event=SALE, destination_fc="DTM2"), goods("S3", event=SALE)
    )
    assert [str(finding) for finding in wrong] == [
        "s.csv, row 2, event: found 'Sale 2062', expected an event with a deadline for FC ONT8 or its market (table "
        "inbound_deadlines). Maybe you meant 'Sale 2026'.",
        "s.csv, row 3, event: found 'Sale 2026', expected an event with a deadline for FC DTM2 or its market (table "
        "inbound_deadlines).",
    ]
    with pytest.raises(ValidationError, match="no, as the shipment names no event"):
        goods(event_required="yes")


def test_wrong_deadlines_are_named() -> None:
    twice = network_with(deadline("US", "2026-12-10"), deadline("US", "2026-12-11"), deadline("USA", "2026-12-10"))
    assert [(finding.file, finding.row, finding.rule) for finding in check_network(twice)] == [
        ("inbound_deadlines.csv", 3, "KEY.DUPLICATE"), ("inbound_deadlines.csv", 4, "REFERENCE.UNKNOWN"),
    ]  # fmt: skip


DAYS = st.dates(dt.date(2026, 11, 20), dt.date(2027, 1, 10))


@st.composite
def _rules(draw: st.DrawFn) -> Receiving:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    peak = {"peak_from": first, "peak_to": last, "peak_receiving_days": draw(st.integers(0, 30))}
    row = edited("receiving")[0].model_dump()
    return Receiving.model_validate(
        {**row, "scope": "US", "receiving_days": draw(st.integers(0, 9)), **(peak if draw(st.booleans()) else {})}
    )


@given(_rules(), DAYS, st.none() | DAYS, DAYS)
def test_planner_and_judge_agree_on_what_is_late(
    rule: Receiving, arrive_by: dt.date, due_date: dt.date | None, delivered: dt.date
) -> None:
    others = [row for row in edited("receiving") if row.model_dump()["scope"] != "US"]
    network = tiny_network(receiving=(rule, *others)).replace(
        inbound_deadlines=(deadline("US", arrive_by.isoformat()),)
    )
    shipment: Shipment = goods(event=SALE, ready_date="2026-11-20", due_date=due_date)
    world, planned = World(network, [shipment]), due(network, shipment, 0)
    assert planned.event_day == event_day(world, shipment)
    available = receipt(rule, clock.day_number(delivered))
    assert max(0, available - planned.day) == late_days(world, shipment, available)
    assert due(network, goods(), 0).day == NO_DAY
    if delivered <= arrive_by:
        assert available <= planned.event_day
