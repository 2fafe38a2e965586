"""Replans that were tampered with: the judge names what was held and changed, or counted wrongly."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from consolidation.checker import check, judge
from consolidation.events.model import Event
from consolidation.folder import write_plan
from consolidation.plan_model import Plan
from consolidation.replanning import Replan
from tests.goods import quick_plan
from tests.replanning import NETWORK, again, lot, said, three

Content = dict[str, Any]


@cache
def _replanned() -> tuple[Replan, tuple[Event, ...]]:
    """Return a replan: S1 and S2 are booked in L0001, S3 missed it, S4 is proposed, S5 to S7 are new; and the log."""
    first = quick_plan(NETWORK, [*three(), lot("S4", 0.3)])
    events = (said(first, "booked", "L0001"), said(first, "short_shipped", "S3", "2026-12-07T12:00+08:00"))
    made = again(first, events, [*three(), lot("S4", 0.3), *(lot(f"S{k}", 9) for k in (5, 6, 7))], as_of="2026-11-25")
    continued = made.plan.continued
    assert continued is not None
    assert (continued.moved, len(continued.opened)) == ({"S3": "departure"}, 1)
    return made, events


def _row(content: Content, name: str) -> Content:
    return next(row for row in content["shipments"] if row["shipment_id"] == name)


def _put(*path: str, to: Any) -> Callable[[Content], None]:
    def tamper(content: Content) -> None:
        part = content
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = to

    return tamper


def _drop(content: Content) -> None:
    content["shipments"] = [row for row in content["shipments"] if row["shipment_id"] != "S1"]


def _departure(name: str, departure_id: str) -> Callable[[Content], None]:
    def tamper(content: Content) -> None:
        _row(content, name)["departure_id"] = departure_id

    return tamper


FORGERIES: dict[str, tuple[str, Callable[[Content], None]]] = {
    "a version is skipped": ("PLAN.VERSION", _put("version", to=3)),
    "another plan is replaced": ("PLAN.VERSION", _put("replaces", to="DB-OTHER")),
    "booked goods leave on another day": ("HELD.CHANGED", _departure("S1", "YTN-LAX-W@2026-12-16")),
    "booked goods are left out": ("HELD.DROPPED", _drop),
    "goods take the departure that they missed": ("HELD.MISSED", _departure("S3", "YTN-LAX-W@2026-12-09")),
    "something is started in the past": ("CHANGE.PAST", _put("continued", "as_of", to="2026-12-20")),
    "a move is not told": ("CHANGE.MOVED", _put("continued", "moved", to={})),
    "a move is told as a small one": ("CHANGE.MOVED", _put("continued", "moved", to={"S3": "onward"})),
    "a move that did not happen": ("CHANGE.MOVED", _put("continued", "moved", to={"S3": "departure", "S4": "dropped"})),
    "a new container is not told": ("CHANGE.OPENED", _put("continued", "opened", to=[])),
    "changes get cheaper": ("SUM.CHANGE_PRICE", _put("continued", "change_price", to=Decimal(1))),
    "the certificate has another price of change": ("SUM.CHANGE_PRICE", _put("certificate", "change_price", to=Decimal(1))),
    "a price that the sum does not have": ("SUM.CHANGE_PRICE", _put("continued", "prices", "departure", to=Decimal(1))),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_replan_is_named(forgery: str) -> None:
    made, _ = _replanned()
    cause, tamper = FORGERIES[forgery]
    content = copy.deepcopy(made.plan.model_dump())
    tamper(content)
    assert cause in judge(Plan.model_validate(content), NETWORK, made.shipments).by_cause


@pytest.mark.parametrize("tamper", [_put("version", to=2), _put("replaces", to="DB-OTHER")])
def test_a_first_plan_is_no_later_version(tamper: Callable[[Content], None]) -> None:
    first = quick_plan(NETWORK, three())
    content = first.model_dump()
    tamper(content)
    assert "PLAN.VERSION" in judge(Plan.model_validate(content), NETWORK, three()).by_cause


def test_a_first_plan_has_no_price_of_change() -> None:
    content = quick_plan(NETWORK, three()).model_dump()
    content["certificate"]["change_price"] = Decimal(5)
    assert "SUM.CHANGE_PRICE" in judge(Plan.model_validate(content), NETWORK, three()).by_cause


@pytest.mark.parametrize("kept", [0, 1])
def test_a_log_that_was_not_taken_in(kept: int, tmp_path: Any) -> None:
    made, events = _replanned()
    goods = [*three(), lot("S4", 0.3), *(lot(f"S{k}", 9) for k in (5, 6, 7))]
    whole = write_plan(made.plan, tmp_path / "whole", NETWORK, 1.0, events)
    assert check(whole, NETWORK, goods).ok
    part = write_plan(made.plan, tmp_path / "part", NETWORK, 1.0, events[:kept])
    assert "EVENT.HASH" in check(part, NETWORK, goods).by_cause
