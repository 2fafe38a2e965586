"""Departures that a patch cut into parts: a plan keeps its place, and nobody moves who does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from consolidation.planner import plan
from consolidation.scenarios import Scenario, apply_scenario
from consolidation.scenarios.parts import Departures
from consolidation.scenarios.patches import Allotment
from consolidation.studies.measures import movers
from consolidation.studies.renaming import as_named
from consolidation.studies.warm import plan_from
from solvers.options import SolveOptions
from tests.asking import cargo
from tests.goods import SURE
from tests.networks import tiny_network

WEEK = [cargo(f"S{k}", volume_m3="60", gross_weight_kg="6000", cartons=400) for k in range(2)]
DAY = dt.date(2027, 1, 13)
CUT = apply_scenario(
    Scenario(
        "x", (Allotment(departures=Departures(ids=("YTN-LAX-W",)), add_teu=Decimal(2), first_day=DAY, last_day=DAY),)
    ),
    tiny_network(),
).network


def test_a_plan_takes_the_ids_of_a_network_and_back() -> None:
    made = plan(tiny_network(), WEEK, options=SURE)
    assert {row.departure_id for row in made.shipments} == {"YTN-LAX-W@2027-01-13"}
    named = as_named(made, CUT)
    assert {row.departure_id for row in named.shipments} == {"YTN-LAX-W~2027-01-13@2027-01-13"}
    assert {row.departure_id for row in named.loads if row.kind == "trunk"} == {"YTN-LAX-W~2027-01-13@2027-01-13"}
    assert as_named(named, tiny_network()) == made
    assert as_named(made, tiny_network()) is made
    assert movers(made, named) == ()


def test_a_search_begins_with_a_plan_whose_departure_was_cut() -> None:
    made = plan(tiny_network(), WEEK, options=SURE)
    little = SolveOptions(work=0, exact_lots=0, time_limit_s=None)
    again = plan_from(made, CUT, WEEK, little)
    assert again.certificate.cost <= made.certificate.cost
    assert movers(made, again) == ()
