"""The platform as importer of record, by hand: one entry and a service fee each, against an entry for every importer."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consolidation import check, write_plan
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.consistency import check_network
from network.model import Network
from network.price_tables import Importer
from solvers import EntryFee, SolveOptions, evaluate, solve
from solvers._watch import Watch
from solvers.bound import DualAscent
from solvers.entering import enter_best
from solvers.pairs import Pairs
from tests.benchmarks.methods.alone import plan_alone
from tests.benchmarks.methods.book import Book, own_entries
from tests.benchmarks.methods.formulation import Formulation
from tests.goods import assert_sums, compiled, edited, findings, goods, lines_of, planning, quick_plan, total
from tests.hand_plan import causes
from tests.networks import tiny_network
from tests.oracle import cheapest
from tests.strategies import Lot, Option, Pool, Type, assignment_of, make_problem

HUB = "THE-HUB"
SERVICE = {"tariff": "HUB", "code": "PLATFORM.ENTRY", "name": "Importer of record", "category": "customs",
           "side": "destination", "currency": "USD", "charge_id": "hub", "basis": "per_shipment"}  # fmt: skip


def _network(
    rate: str, more: Sequence[Mapping[str, Any]] = (), regime: Mapping[str, Any] | None = None, **changes: Any
) -> Network:
    """Return the tiny network with containers to the United States and to Germany only, and the platform's offer."""
    offer = {"platform_entry": "yes", "platform_tariff": "HUB", **(regime or {})}
    return tiny_network(
        couriers=(),
        departures=edited("departures", keep=["YTN-LAX-W", "YTN-HAM-W"]),
        charges=edited("charges", add=[{**SERVICE, "rate": rate}, *more]),
        regimes=edited("regimes", {"US": offer, "DE": offer}),
        **{"planning": planning(platform_importer=HUB), **changes},
    )


def _week(**changes: Any) -> list[Shipment]:
    return [goods(name, **{"platform_entry": "yes", **changes}) for name in "ABC"]


def _planned(network: Network, shipments: list[Shipment], folder: Path) -> Plan:
    """Return a plan that the judge accepts and whose sums are right."""
    made = quick_plan(network, shipments)
    assert_sums(made)
    assert check(write_plan(made, folder, network, 0.0), network, shipments).violations == ()
    return made


def _customs(made: Plan) -> Decimal:
    return sum((row.categories.get("customs", Decimal(0)) for row in made.shipments), Decimal(0))


# Three shipments of 2,000 USD in one container. Three entries: 3 x (33.58 MPF, at its floor, + 2.50 HMF + 100 broker)
# = 408.24. One entry of 6,000 USD: MPF 20.78, at its floor 33.58; HMF 7.50; broker 100: 141.08, and three times the
# service. Even at (408.24 - 141.08) / 3 = 89.05.
@pytest.mark.parametrize(
    ("rate", "importers", "customs"),
    [("89.05", [HUB], "408.23"), ("89.06", ["SELLER-A", "SELLER-B", "SELLER-C"], "408.24"), ("0", [HUB], "141.08")],
)
def test_three_small_importers_on_both_sides_of_the_break_even(
    rate: str, importers: list[str], customs: str, tmp_path: Path
) -> None:
    made = _planned(_network(rate), _week(), tmp_path / "plan")
    assert [entry.importer_id for entry in made.entries] == importers
    assert sorted({row.importer_id for row in made.shipments}) == importers
    assert len(made.loads) == 1
    assert _customs(made) == Decimal(customs)
    assert made.certificate.proven_optimal


def test_the_service_is_a_line_of_every_shipment_on_the_entry(tmp_path: Path) -> None:
    # 40 + 0.3 % of 2,000 = 46 each.
    value = {
        **SERVICE,
        "charge_id": "hub-value",
        "basis": "pct_of_value",
        "rate": "0.3",
        "name": "Risk of the importer",
    }
    made = _planned(_network("40", [value]), _week(), tmp_path / "plan")
    lines = lines_of(made, "PLATFORM.ENTRY")
    assert [(line.shipment_id, str(line.amount), line.entry_id) for line in lines] == [
        (name, amount, "E0001") for name in "ABC" for amount in ("40.00", "6.00")
    ]
    (entry,) = made.entries
    assert (entry.shipments, entry.value) == (("A", "B", "C"), Decimal(6000))


def test_a_seller_that_does_not_consent_keeps_its_importer(tmp_path: Path) -> None:
    week = [*_week()[:2], goods("C")]
    made = _planned(_network("30"), week, tmp_path / "plan")
    assert [row.importer_id for row in made.shipments] == [HUB, HUB, "SELLER-C"]
    # One entry of 4,000: 33.58 + 5.00 + 100; another of 2,000: 136.08; two services.
    assert _customs(made) == Decimal("138.58") + Decimal("136.08") + 60


@pytest.mark.parametrize(
    "network",
    [
        _network("0", regime={"platform_entry": "no"}),
        _network("0", planning=planning()),
    ],
    ids=["not under this regime", "no platform"],
)
def test_where_it_is_not_offered_nothing_changes(network: Network) -> None:
    assert compiled(network, *_week()).problem.has_common is False
    assert {row.importer_id for row in quick_plan(network, _week()).shipments} == {"SELLER-A", "SELLER-B", "SELLER-C"}


def test_goods_of_the_platform_itself_merge_without_a_service(tmp_path: Path) -> None:
    week = [goods("A", importer_id=HUB), *_week()[1:]]
    made = _planned(_network("40"), week, tmp_path / "plan")
    assert [entry.shipments for entry in made.entries] == [("A", "B", "C")]
    assert [line.shipment_id for line in lines_of(made, "PLATFORM.ENTRY")] == ["B", "C"]


def test_who_sends_alone_enters_under_its_own_importer(tmp_path: Path) -> None:
    network = tiny_network(
        departures=edited("departures", keep=["YTN-LAX-LCL-W"]), couriers=(), planning=planning(platform_importer=HUB),
        charges=edited("charges", add=[{**SERVICE, "rate": "0"}]),
        regimes=edited("regimes", {"US": {"platform_entry": "yes", "platform_tariff": "HUB"}}),
    )  # fmt: skip
    made = _planned(network, _week(), tmp_path / "plan")
    assert [entry.importer_id for entry in made.entries] == ["SELLER-A", "SELLER-B", "SELLER-C"]


def test_the_platform_bears_import_tax_in_its_own_way(tmp_path: Path) -> None:
    # Into Germany: VAT 438.37 each, financed by the sellers at 12.97; the platform defers it.
    hub = (Importer(importer_id=HUB, import_tax="deferred"),)
    week = _week(destination_fc="DTM2", hs_code="9405420000")
    own = quick_plan(_network("1000", importers=hub), week)
    made = _planned(_network("10", importers=hub), week, tmp_path / "plan")
    assert str(total(lines_of(own, "DE.VAT.FINANCING"))) == "38.91"
    assert [entry.importer_id for entry in made.entries] == [HUB]
    assert lines_of(made, "DE.VAT.FINANCING") == []
    assert [str(row.import_tax) for row in made.shipments] == ["438.37"] * 3


def test_charges_ask_about_the_platform_once_it_is_the_importer(tmp_path: Path) -> None:
    bond = {**SERVICE, "charge_id": "single", "tariff": "ENTRY-US", "code": "US.BOND", "basis": "per_entry", "rate": "70",
            "importers": "single_bond"}  # fmt: skip
    small = tuple(Importer(importer_id=f"SELLER-{name}", tags=("single_bond",)) for name in "ABC")
    made = _planned(_network("110", [bond], importers=small), _week(), tmp_path / "plan")
    assert {row.importer_id for row in made.shipments} == {HUB}  # even at 159.05 now
    assert lines_of(made, "US.BOND") == []


def test_a_limit_on_importers_makes_the_platform_worth_more(tmp_path: Path) -> None:
    network = _network("500", planning=planning(platform_importer=HUB, max_importers_per_load=1))
    made = _planned(network, _week(), tmp_path / "plan")
    assert (len(made.loads), {row.importer_id for row in made.shipments}) == (1, {HUB})


def test_both_ways_of_entering_are_options_of_one_pool() -> None:
    problem = compiled(_network("40"), *_week()).problem
    assert problem.n_pools == len(set(problem.option_pool.tolist()))
    assert problem.option_common.sum() * 2 == len(problem.option_common) == problem.n_options
    for lot in range(3):
        options = np.array(problem.options_of(lot))
        common = problem.option_common[options]
        dearer = problem.option_cost[options[common]] - problem.option_cost[options[~common]]
        assert dearer.tolist() == [40_000_000] * (len(options) // 2)


# -- what the judge says of plans that claim the platform ------------------------------------------------------------


def _content(network: Network, week: list[Shipment]) -> dict[str, Any]:
    content: dict[str, Any] = quick_plan(network, week).model_dump(mode="json")
    return content


def test_the_judge_refuses_the_platform_where_the_seller_does_not_consent() -> None:
    network, week = _network("40"), _week()
    content = _content(network, week)
    assert causes(content, network, week) == set()
    assert {"SHIPMENT.IMPORTER", "ENTRY.MERGED"} <= causes(content, network, [*week[:2], goods("C")])


@pytest.mark.parametrize("changes", [{"regime": {"platform_entry": "no"}}, {"planning": planning()}])
def test_the_judge_refuses_the_platform_where_it_is_not_offered(changes: dict[str, Any]) -> None:
    content = _content(_network("40"), _week())
    assert {"SHIPMENT.IMPORTER", "ENTRY.IMPORTER"} <= causes(content, _network("40", **changes), _week())


def test_the_judge_works_the_service_out_again() -> None:
    network, week = _network("40"), _week()
    content = _content(network, week)
    assert any(cause.startswith("COST.") for cause in causes(content, _network("41"), week))
    forged = copy.deepcopy(content)
    forged["cost_lines"] = [line for line in forged["cost_lines"] if line["code"] != "PLATFORM.ENTRY"]
    assert any(cause.startswith("COST.") for cause in causes(forged, network, week))


def test_the_judge_refuses_an_own_importer_on_the_entry_of_the_platform() -> None:
    network, week = _network("40"), _week()
    forged = _content(network, week)
    forged["shipments"][2]["importer_id"] = "SELLER-C"
    assert "ENTRY.MERGED" in causes(forged, network, week)
    forged["shipments"][2]["importer_id"] = "SOMEBODY"
    assert {"SHIPMENT.IMPORTER", "ENTRY.MERGED"} <= causes(forged, network, week)


# -- what may be written ---------------------------------------------------------------------------------------------


def test_consent_is_yes_or_no() -> None:
    assert findings(_network("40"), goods(platform_entry="no")) == []
    assert goods().platform_entry is False


def test_a_service_is_priced_by_charges_of_shipments() -> None:
    regimes = edited("regimes", {"US": {"platform_tariff": "NOWHERE"}})
    assert [found.rule for found in check_network(tiny_network(regimes=regimes))] == ["REFERENCE.UNKNOWN"]
    found = check_network(_network("40", [{**SERVICE, "charge_id": "load", "basis": "per_load", "rate": "1"}]))
    assert [(row.field, row.rule) for row in found] == [("basis", "CHARGE.BASIS")]


# -- the optimiser alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("service", "cost", "common"), [(66, 100 + 100 + 198, True), (67, 100 + 300, False)])
def test_the_optimiser_takes_one_entry_or_three(service: int, cost: int, common: bool) -> None:
    fee = EntryFee("BROKER", 100_000_000, 0, 0, None)
    lots = [
        Lot(volume=10, party=k, group=k, options=[Option(0, (0,)), Option(service, (0,), common=True)])
        for k in range(3)
    ]
    problem = make_problem(lots, [Pool((Type(100),), scheme=0)], ((fee,),), common=(3, 0))
    answer = solve(problem, SolveOptions(time_limit_s=None))
    assert (answer.cost, answer.bound, answer.proven) == (cost * 1_000_000, cost * 1_000_000, True)
    assert problem.option_common[answer.assignment.lot_option].tolist() == [common] * 3


def test_a_load_is_entered_anew_as_is_cheapest() -> None:
    # Lot by lot nobody moves: the first to enter by the common importer pays 100 + 20 in place of 100.
    fee = EntryFee("BROKER", 100_000_000, 0, 0, None)
    lots = [
        Lot(volume=10, party=k, group=k, options=[Option(0, (0,)), Option(20, (0,), common=True)]) for k in range(3)
    ]
    problem = make_problem(lots, [Pool((Type(100),), scheme=0)], ((fee,),), common=(3, 0))
    apart = assignment_of(problem, (0, 0, 0), (0, 0, (0, 1, 2)))
    assert enter_best(problem, apart) == assignment_of(problem, (1, 1, 1), (0, 0, (0, 1, 2)))
    dear = make_problem([replace(lot, options=[lot.options[0], Option(70, (0,), common=True)]) for lot in lots],
                        [Pool((Type(100),), scheme=0)], ((fee,),), common=(3, 0))  # fmt: skip
    assert enter_best(dear, assignment_of(dear, (1, 1, 1), (0, 0, (0, 1, 2)))) == apart


def test_baselines_enter_every_lot_under_its_own_importer() -> None:
    fee = EntryFee("BROKER", 100_000_000, 0, 0, None)
    lots = [
        Lot(volume=10, party=k, group=k, options=[Option(10, (0,)), Option(0, (0,), common=True)]) for k in range(2)
    ]
    problem = make_problem(lots, [Pool((Type(100),), scheme=0)], ((fee,),), common=(3, 0))
    program = Formulation(problem)
    assert program.complete is False
    assert own_entries(problem, 1) == [2]
    book = Book(problem)
    assert all(plan_alone(book, lot) for lot in range(2))
    assert evaluate(problem, book.assignment()).cost == 2 * (10 + 100 + 100) * 1_000_000


def test_the_bound_lets_some_importers_enter_themselves_beside_the_common_one() -> None:
    # An entry costs 30. Three lots of one importer enter themselves: 30, not 3 x 20 by the common one. Two importers
    # with a lot each enter by the common one: 30 + 2 x 10, not 2 x 30. With the load 100 + 30 + 50.
    fee = EntryFee("BROKER", 30_000_000, 0, 0, None)
    services = {0: 20, 1: 20, 2: 20, 3: 10, 4: 10}
    lots = [
        Lot(volume=10, party=max(0, k - 2), group=k, options=[Option(0, (0,)), Option(service, (0,), common=True)])
        for k, service in services.items()
    ]
    problem = make_problem(lots, [Pool((Type(100),), scheme=0)], ((fee,),), common=(3, 0))
    truth = evaluate(problem, cheapest(problem)).cost
    assert truth == 180_000_000
    ascent = DualAscent(problem, Pairs(problem)).run(300, Watch(None, None, None))
    assert 0.98 * truth < ascent.bound <= truth
