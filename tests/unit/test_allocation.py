"""Fair shares worked out by hand: the rules, the games, the certificate, the comparison."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from consolidation.allocation import (
    RULES,
    TRANSFER,
    Allocation,
    AllocationError,
    Rule,
    allocate,
    comparison,
    fairness,
)
from consolidation.allocation.game import NO_WAY, Game, Offer
from consolidation.allocation.games import Games
from consolidation.allocation.ledger import Ledger
from consolidation.allocation.shapley import exact_value, whole_cents
from consolidation.plan_model import Plan
from network.money import from_micros
from tests.allocations import NETWORK, Held, Sent, shared_plan
from tests.goods import assert_sums, edited, goods, lines_of, planning, quick_plan, total
from tests.networks import tiny_network

MICROS = 1_000_000
LOAD = {"L1": Held(charges=("2900.00", "100.00"))}
# Fees of an entry of 2,000: MPF 33.58 (its floor), HMF 2.50, broker 100; of 6,000: 33.58, 7.50 and 100.
FEES_2000, FEES_6000 = Decimal("136.08"), Decimal("141.08")


def _pair(**of_b: Any) -> Plan:
    """Return A (4 m3, 800 kg, 2,000 USD) and B (8 m3, 200 kg, 6,000 USD) in a 20GP for 3,000; own lines of 100 each."""
    b = {"m3": "8", "kg": "200", "value": "6000", "trunk": "L1", **of_b}
    return shared_plan([Sent("A", trunk="L1", alone="3000.00"), Sent("B", **b)], LOAD)


def _loads(made: Allocation) -> dict[str, Decimal]:
    """Return the share of loads that each shipment bears."""
    found = dict.fromkeys(made.totals, Decimal(0))
    for line in made.lines:
        if line.load_id:
            found[line.shipment_id] += line.amount
    return found


def _transfers(made: Allocation) -> dict[str, Decimal]:
    return {line.shipment_id: line.amount for line in made.lines if line.code == TRANSFER}


def _money(amounts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}


class TestMeasures:
    """Every charge of a load is shared by one measure; everything else stays."""

    @pytest.mark.parametrize(
        ("rule", "first", "second"),
        [("wm", "1000.00", "2000.00"), ("volume", "1000.00", "2000.00"), ("weight", "2400.00", "600.00"),
         ("value", "750.00", "2250.00")],
    )  # fmt: skip
    def test_shares_by_hand(self, rule: Rule, first: str, second: str) -> None:
        made = allocate(_pair(), NETWORK, rule)
        assert _money(_loads(made)) == {"A": first, "B": second}
        assert made.totals == {
            "A": Decimal(first) + 100 + FEES_2000,
            "B": Decimal(second) + 100 + FEES_6000,
        }

    def test_the_plans_own_rule_is_its_lines(self) -> None:
        plan = _pair()
        assert allocate(plan, NETWORK, "wm").lines is plan.cost_lines

    def test_each_charge_is_shared_alike(self) -> None:
        lines = [line for line in allocate(_pair(), NETWORK, "weight").lines if line.load_id]
        shares = {(line.charge_id, line.shipment_id): str(line.amount) for line in lines}
        assert shares == {
            ("charge-0", "A"): "2320.00", ("charge-0", "B"): "580.00",
            ("charge-1", "A"): "80.00", ("charge-1", "B"): "20.00",
        }  # fmt: skip
        assert {(line.charge_id, str(line.source_amount)) for line in lines} == {
            ("charge-0", "2900.00"), ("charge-1", "100.00"),
        }  # fmt: skip

    def test_entries_stay_shared_by_value(self) -> None:
        # One entry of 8,000 USD: MPF 33.58, HMF 10.00, broker 100; a quarter of each is A's.
        sent = [Sent("A", importer="IOR", trunk="L1"), Sent("B", importer="IOR", value="6000", kg="1", trunk="L1")]
        made = allocate(shared_plan(sent), NETWORK, "weight")
        fees = {(line.code, line.shipment_id): str(line.amount) for line in made.lines if line.entry_id}
        assert fees == {
            ("US.MPF", "A"): "8.40", ("US.MPF", "B"): "25.18", ("US.HMF", "A"): "2.50", ("US.HMF", "B"): "7.50",
            ("US.BROKER", "A"): "25.00", ("US.BROKER", "B"): "75.00",
        }  # fmt: skip

    def test_the_same_charge_twice_on_the_way_is_two_charges(self) -> None:
        # The tariff of both ports is one: its line stands twice for every shipment of the load.
        plan = _pair()
        twice = tuple(
            replace(line, charge_id="charge-0", source_amount=Decimal("2900.00"), amount=other.amount)
            if line.charge_id == "charge-1" and line.shipment_id == other.shipment_id
            else line
            for other in plan.cost_lines
            if other.charge_id == "charge-0"
            for line in plan.cost_lines
            if line.shipment_id == other.shipment_id
        )
        made = allocate(plan.model_copy(update={"cost_lines": twice}), NETWORK, "weight")
        assert _money(_loads(made)) == {"A": "4640.00", "B": "1160.00"}


class TestCapped:
    """Nobody pays more than alone, as long as there is room."""

    def test_members_of_the_load_bear_what_is_cut(self) -> None:
        # B: 100 + 141.08 + 2,000 = 2,241.08 against 2,000 alone. A has room up to 3,000.
        made = allocate(_pair(alone="2000.00"), NETWORK, "stand_alone_capped")
        assert _money(made.totals) == {"A": "1477.16", "B": "2000.00"}
        assert _money(_loads(made)) == {"A": "1241.08", "B": "1758.92"}
        assert (made.caps, _transfers(made)) == ("cash", {})

    def test_nothing_changes_below_the_caps(self) -> None:
        plan = _pair(alone="2241.08")
        assert allocate(plan, NETWORK, "stand_alone_capped").lines is plan.cost_lines

    def test_own_lines_above_the_cap_need_a_transfer(self) -> None:
        # B: 2,500 + 141.08 own and entry against 2,000 alone: its 2,000 of the load go to A, 641.08 are transferred.
        made = allocate(
            shared_plan(
                [
                    Sent("A", trunk="L1", alone="9000.00"),
                    Sent("B", m3="8", kg="200", value="6000", trunk="L1", own="2500.00", alone="2000.00"),
                ],
                LOAD,
            ),
            NETWORK,
            "stand_alone_capped",
        )
        assert _money(_loads(made)) == {"A": "3000.00", "B": "0.00"}
        assert _money(_transfers(made)) == {"A": "641.08", "B": "-641.08"}
        assert made.totals["B"] == Decimal("2000.00")
        assert any("641.08 USD" in note for note in made.notes)
        (given, taken) = [line for line in made.lines if line.code == TRANSFER]
        assert (given.source_amount, given.basis, given.category, given.load_id) == (0, "flat", "trunk", "")
        assert given.charge_id == taken.charge_id == "rule stand_alone_capped"

    def test_the_load_comes_first_then_anyone(self) -> None:
        # A and B share 3,000 by volume, 1,500 each, and pay 1,736.08. B's cap is 500 below; A has room for 200, D,
        # on another load, for 1,000 and C, without one, for 500.
        sent = [
            Sent("A", trunk="L1", alone="1936.08"),
            Sent("B", trunk="L1", alone="1236.08"),
            Sent("C", alone="600.00"),
            Sent("D", trunk="L2", alone="2236.08"),
        ]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "stand_alone_capped")
        assert _money(_loads(made)) == {"A": "1700.00", "B": "1300.00", "C": "0", "D": "1000.00"}
        assert _money(_transfers(made)) == {"B": "-300.00", "C": "100.00", "D": "200.00"}
        assert _money(made.totals) == {"A": "1936.08", "B": "1236.08", "C": "200.00", "D": "1436.08"}

    def test_a_plan_dearer_than_all_alone_may_count_time(self) -> None:
        # Cash 3,477.16 against 3,000 alone. A gains 300 of time, B 400: up to 1,300 and 2,400.
        sent = [
            Sent("A", trunk="L1", alone="1000.00", time="100.00", alone_time="400.00"),
            Sent("B", m3="8", value="6000", trunk="L1", alone="2000.00", time="50.00", alone_time="450.00"),
        ]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "stand_alone_capped")
        assert made.caps == "cash_and_time"
        assert _money(made.totals) == {"A": "1236.08", "B": "2241.08"}
        first = replace(sent[0], alone="900.00", alone_time="400.00")
        made = allocate(shared_plan([first, sent[1]], LOAD), NETWORK, "stand_alone_capped")
        assert _money(made.totals) == {"A": "1200.00", "B": "2277.16"}

    def test_where_no_cap_can_hold_all_pay_the_same_part(self) -> None:
        # Cash 3,477.16 against 1,000 alone, and no time gained: A pays a quarter of it, B three quarters.
        sent = [
            Sent("A", trunk="L1", alone="250.00"),
            Sent("B", m3="8", value="6000", trunk="L1", alone="750.00"),
        ]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "stand_alone_capped")
        assert made.caps == "impossible"
        assert _money(made.totals) == {"A": "869.29", "B": "2607.87"}
        assert "No caps can be kept" in made.notes[0]


class TestDual:
    """What is left of the guide prices weighs."""

    def test_weights_by_hand(self) -> None:
        # A: 836.08 - 100 - 136.08 - 100 of time = 500. B: 1,741.08 - 100 - 141.08 = 1,500. A quarter to three quarters.
        sent = [
            Sent("A", trunk="L1", guide="836.08", time="100.00"),
            Sent("B", value="6000", trunk="L1", guide="1741.08"),
        ]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "dual")
        assert _money(_loads(made)) == {"A": "750.00", "B": "2250.00"}

    def test_nothing_left_weighs_nothing(self) -> None:
        sent = [Sent("A", trunk="L1", guide="5.00"), Sent("B", trunk="L1", guide="900.00")]
        assert _money(_loads(allocate(shared_plan(sent, LOAD), NETWORK, "dual"))) == {"A": "0.00", "B": "3000.00"}

    @pytest.mark.parametrize("guide", [None, "5.00"])
    def test_a_load_without_weights_stays_as_planned(self, guide: str | None) -> None:
        sent = [Sent("A", trunk="L1", guide="5.00"), Sent("B", trunk="L1", guide=guide), Sent("C", guide="9")]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "dual")
        assert _money(_loads(made)) == {"A": "1500.00", "B": "1500.00", "C": "0"}
        assert any(note.startswith("1 load stays") for note in made.notes)

    def test_a_plan_without_guide_prices_cannot_be_shared_so(self) -> None:
        with pytest.raises(AllocationError, match="no guide prices"):
            allocate(_pair(), NETWORK, "dual")


def _game(
    alone: list[int],
    volume: list[int] | None = None,
    offers: tuple[Offer, ...] = (Offer(10, 1000, 900),),
    paid: int = 0,
) -> Game:
    """Return a game of micro-units, one importer each."""
    count = len(alone)
    return Game(
        volume_cm3=np.array(volume or [1] * count), weight_g=np.ones(count, dtype=np.int64),
        value=np.full(count, MICROS), importer=np.arange(count), own=np.zeros(count, dtype=np.int64),
        alone=np.array(alone), offers=offers, fees=(), paid=paid,
    )  # fmt: skip


class TestShapley:
    """The value of small games, and its shares."""

    def test_two_shipments_by_hand(self) -> None:
        # A load of their own costs 3,438 with fees and own lines above; alone A pays 3,000, B 2,000. Paid: 3,477.16.
        # A adds 3,000 or 1,477.16, on average 2,238.58; B 2,000 or 477.16, on average 1,238.58.
        made = allocate(_pair(alone="2000.00"), NETWORK, "shapley")
        assert _money(made.totals) == {"A": "2238.58", "B": "1238.58"}
        assert _money(_loads(made)) == {"A": "2002.50", "B": "997.50"}
        assert _money(made.standard_error) == {"A": "0.0000", "B": "0.0000"}

    def test_an_own_load_can_be_cheaper_than_alone(self) -> None:
        # The plan's 20GP for 3,000 carries A alone for 3,000 + 100 + 136.08 = 3,236.08, below 9,000. B pays 2,000 alone.
        sent = [Sent("A", trunk="L1", alone="9000.00"), Sent("B", value="6000", trunk="L1", alone="2000.00")]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "shapley")
        # Paid 3,477.16. A adds 3,236.08 or 1,477.16; B 2,000 or 241.08.
        assert _money(made.totals) == {"A": "2356.62", "B": "1120.54"}

    def test_who_pays_less_than_his_own_lines_is_paid_by_a_transfer(self) -> None:
        # B's own lines are 2,500 and it could go alone for 2,000: it never adds more than that.
        sent = [
            Sent("A", trunk="L1", alone="9000.00"),
            Sent("B", value="6000", trunk="L1", own="2500.00", alone="2000.00"),
        ]
        made = allocate(shared_plan(sent, LOAD), NETWORK, "shapley")
        # Paid 5,877.16. A adds 3,236.08 or 3,877.16; B 2,000 or 2,641.08, 320.54 less than its own lines and fees.
        assert _money(made.totals) == {"A": "3556.62", "B": "2320.54"}
        assert _money(_loads(made)) == {"A": "3000.00", "B": "0.00"}
        assert _money(_transfers(made)) == {"A": "320.54", "B": "-320.54"}

    def test_who_adds_nothing_pays_nothing(self) -> None:
        free = Game(
            volume_cm3=np.array([5, 5, 0]), weight_g=np.array([1, 1, 0]), value=np.array([MICROS, MICROS, 0]),
            importer=np.arange(3), own=np.zeros(3, dtype=np.int64), alone=np.array([600, 700, 0]),
            offers=(Offer(10, 1000, 900),), fees=(), paid=900,
        )  # fmt: skip
        assert exact_value(free).round(6).tolist() == [400.0, 500.0, 0.0]

    def test_equals_pay_the_same(self) -> None:
        mean = exact_value(_game([700, 700, 300], [4, 4, 2], paid=900))
        assert mean[0] == pytest.approx(mean[1])
        assert mean.sum() == pytest.approx(900)

    def test_three_shipments_against_the_definition(self) -> None:
        offers = (Offer(6, 1000, 500), Offer(10, 1000, 800))
        game = _game([450, 300, 350], [5, 2, 3], offers, paid=800)
        # Alone 450, 300 and 350; any two fit into the large one only if they are more than 6.
        cost = {(): 0, (0,): 450, (1,): 300, (2,): 350, (0, 1): 750, (0, 2): 800, (1, 2): 500, (0, 1, 2): 800}
        for members, least in cost.items():
            assert game.cost_of(members) == least
        added = np.zeros(3)
        for order in itertools.permutations(range(3)):
            for k, player in enumerate(order):
                added[player] += cost[tuple(sorted(order[: k + 1]))] - cost[tuple(sorted(order[:k]))]
        np.testing.assert_allclose(exact_value(game), added / 6)

    def test_the_same_seed_draws_the_same_orders(self) -> None:
        sent = [Sent(f"S{k:02d}", trunk="L1", m3=f"{k / 2 + 1}", alone=f"{700 + 90 * k}.00") for k in range(13)]
        plan = shared_plan(sent, {"L1": Held("40HC", ("3000.00",))})
        first, again = (allocate(plan, NETWORK, "shapley", seed=3, samples=50) for _ in range(2))
        other = allocate(plan, NETWORK, "shapley", seed=4, samples=50)
        assert first == again
        assert first.totals != other.totals
        assert min(first.standard_error.values()) > 0
        assert any("50 orders were drawn for 1 larger load," in note for note in first.notes)

    def test_cents_of_a_value_sum_to_the_whole(self) -> None:
        assert whole_cents(np.array([10_000 / 3] * 3) * 10, 100_000) == [40_000, 30_000, 30_000]
        assert whole_cents(np.array([-15_000.0, 35_000.0]), 20_000) == [-10_000, 30_000]


class TestGames:
    """What a coalition costs, against the network and against real plans."""

    def test_an_importer_pays_one_entry_for_all_it_sends(self) -> None:
        sent = [Sent("A", importer="IOR", trunk="L1", alone=None), Sent("B", importer="IOR", trunk="L1", alone=None)]
        game = _games(shared_plan(sent, LOAD))["L1"]
        # 3,000 for the load, own lines of 100 each; fees of 2,000 are 136.08, of 4,000 (with MPF 33.58) 138.58.
        assert [_usd(game.cost_of(members)) for members in ([0], [0, 1])] == ["3236.08", "3338.58"]

    def test_customs_fees_know_small_entries_importers_and_loads(self) -> None:
        # MPF: 2.69 up to 2,500 USD, else at least 33.58. A bond for one importer; an examination expected per importer.
        row = {"category": "customs", "side": "destination", "currency": "USD", "tariff": "ENTRY-US", "name": "x"}
        bond = {"charge_id": "bond", "code": "US.BOND", "basis": "per_entry", "rate": "50", "importers": "single_bond"}
        exam = {"charge_id": "exam", "code": "US.EXAM", "basis": "per_importer", "rate": "17.32"}
        small = {"us-mpf": {"small_up_to": "2500", "small_amount": "2.69"}}
        network = tiny_network(
            charges=edited("charges", small, add=[{**row, **bond}, {**row, **exam}]),
            places=edited("places", {"USLAX": {"direct_tariff": ""}}),
            lanes=edited("lanes", keep=["YTN-LAX"]),
            departures=edited("departures", keep=["YTN-LAX-W"]),
            couriers=(),
        )
        importers = {"S1": "IMP-BOND", "S2": "OTHER", "S3": "OTHER"}
        plan = quick_plan(network, [goods(name, importer_id=importer) for name, importer in importers.items()])
        (load,) = [load for load in plan.loads if load.kind == "trunk"]
        assert total(lines_of(plan, "US.EXAM")) == Decimal("34.64")
        game = _games(plan, network)[load.load_id]
        own = [int(each) for each in game.own]
        box = game.offers[-1].price
        assert _usd(box) == str(load.cost - Decimal("34.64")) == "3438.00"
        # HMF is 2.50 on each 2,000, the broker 100.
        fees = [_usd(game.cost_of(members) - box - sum(own[k] for k in members)) for members in ([0], [1], [1, 2])]
        assert fees == ["172.51", "122.51", "155.90"]
        assert game.cost_of([0, 1, 2]) == game.paid
        made = allocate(plan, network, "shapley")
        assert total(made.lines) == plan.certificate.cash_cost
        assert total(lines_of(plan, "US.EXAM")) == total(line for line in made.lines if line.code == "US.EXAM")

    def test_a_smaller_load_of_the_lane_is_on_offer(self) -> None:
        sent = [Sent("A", trunk="L1", alone=None), Sent("B", m3="30", trunk="L1", alone=None)]
        game = _games(shared_plan(sent, {"L1": Held("40HC", ("9000.00",))}))["L1"]
        # On the tiny network a 20GP costs 3,438.00 and a 40HC 3,988.00 from stuffing to devanning.
        assert [_usd(offer.price) for offer in game.offers] == ["3438.00", "3988.00", "9000.00"]
        assert _usd(game.cost_of([0])) == "3674.08"
        assert _usd(game.cost_of([1])) == "4224.08"

    def test_nobody_goes_alone_who_cannot(self) -> None:
        game = _games(shared_plan([Sent("A", trunk="L1", alone=None), Sent("B", trunk="L1", alone="150.00")]))["L1"]
        assert game.alone.tolist() == [NO_WAY, 150 * MICROS]

    def test_trucks_are_own_cost_of_trunk_loads(self) -> None:
        plan = shared_plan([Sent("A", trunk="L1", truck="T1", alone=None), Sent("B", truck="T1", alone=None)])
        games = _games(plan)
        assert _usd(games["L1"].own[0]) == "600.00"
        assert games["T1"].own.tolist() == [0, 0]
        assert games["T1"].paid == 1000 * MICROS

    def test_a_truck_is_against_pallets(self) -> None:
        # 119.3 km: a trailer costs 300 + 1.5 x 119.3 = 478.95; 4 m3 are 3 pallets, 3 x 60 and 3 x 119.3 x 0.05.
        game = _games(shared_plan([Sent("A", truck="T1"), Sent("B", truck="T1")], {"T1": Held("53TRL", ("478.95",))}))[
            "T1"
        ]
        assert [_usd(offer.price) for offer in game.offers] == ["478.95", "478.95"]
        assert [_usd(cost) for cost in game.alone] == ["197.90", "197.90"]
        assert _usd(game.cost_of([0, 1])) == "395.80"

    def test_pallets_are_priced_as_the_planner_prices_them(self) -> None:
        by_truck, network = _real()
        no_truck = {"USLAX": {"direct_tariff": ""}, "DC-LAX": {"ftl_tariff": "", "parcel_tariff": ""}}
        on_pallets = quick_plan(network.replace(places=edited("places", no_truck)), _WEEK)
        paid = {row.shipment_id: row.categories["final_leg"] for row in on_pallets.shipments}
        games = _games(by_truck, network)
        trucks = [load for load in by_truck.loads if load.kind == "truck"]
        assert trucks
        for load in trucks:
            alone = [from_micros(cost) for cost in games[load.load_id].alone]
            assert alone == [paid[name] for name in load.shipments]

    def test_pallets_without_a_price_are_no_way_out(self) -> None:
        plan = shared_plan([Sent("A", truck="T1"), Sent("B", truck="T1")])
        nothing = edited("places", {"DC-LAX": {"ltl_tariff": ""}})
        assert _games(plan, tiny_network(places=nothing))["T1"].alone.tolist() == [NO_WAY] * 2
        per_carton = edited("charges", {"ltl-us": {"basis": "per_carton"}})
        assert _games(plan, tiny_network(charges=per_carton))["T1"].alone.tolist() == [NO_WAY] * 2

    def test_a_load_costs_what_the_plan_pays(self) -> None:
        made, network = _real()
        assert {load.kind for load in made.loads} == {"trunk", "truck"}
        for load in made.loads:
            game = _games(made, network)[load.load_id]
            assert load.cost in [from_micros(offer.price) for offer in game.offers[:-1]]
            assert game.cost_of(range(len(load.shipments))) <= game.paid

    def test_another_network_is_noticed(self) -> None:
        lanes = tiny_network(lanes=edited("lanes", drop=["YTN-LAX"]), departures=())
        with pytest.raises(AllocationError, match=r"load L1: the network does not know 'YTN-LAX'\. Maybe"):
            allocate(_pair(), lanes, "shapley")


def _usd(micros: int) -> str:
    return str(from_micros(micros))


def _games(plan: Plan, network: Any = NETWORK) -> dict[str, Game]:
    ledger = Ledger(plan)
    games = Games(plan, network, ledger)
    trucks = [0] * len(plan.shipments)
    for table in ledger.tables:
        if table.load.kind == "truck":
            for member, column in zip(table.members, table.columns, strict=True):
                trucks[member] = column
    return {table.load.load_id: games.of(table, trucks) for table in ledger.tables}


_WEEK = [
    goods(f"S{k}", seller_id=f"SELLER-{k % 4}", importer_id=f"IOR-{k % 3}", volume_m3=str(3 + 2 * k),
          goods_value=str(900 * (k + 1)), destination_fc="IND9", gross_weight_kg=str(500 + 300 * (k % 3)))
    for k in range(8)
]  # fmt: skip


def _real() -> tuple[Plan, Any]:
    """Return a real plan of eight shipments with containers, a truck and shared entries, and its network."""
    network = tiny_network(
        places=edited("places", {"USLAX": {"direct_tariff": ""}, "DC-LAX": {"parcel_tariff": ""}}),
        planning=planning(max_wait_days=14),
        couriers=(),
    )
    return quick_plan(network, _WEEK), network


class TestRealPlan:
    """Every rule on a plan of the planner."""

    @pytest.mark.parametrize("rule", RULES)
    def test_every_charge_and_the_whole_keep_their_sum(self, rule: Rule) -> None:
        plan, network = _real()
        assert_sums(plan)
        guided = plan.model_copy(
            update={
                "shipments": tuple(
                    row.model_copy(update={"guide_price": row.landed_cost * (k + 1) / 4})
                    for k, row in enumerate(plan.shipments)
                )
            }
        )
        made = allocate(guided, network, rule)
        assert total(made.lines) == plan.certificate.cash_cost == sum(made.totals.values())
        for load in plan.loads:
            assert total(line for line in made.lines if line.load_id == load.load_id) == load.cost
        for entry in plan.entries:
            before = total(line for line in plan.cost_lines if line.entry_id == entry.entry_id)
            assert total(line for line in made.lines if line.entry_id == entry.entry_id) == before

    def test_the_plan_shares_by_wm(self) -> None:
        # The planner's own weights applied again, as volume where every load is filled by volume.
        plan, network = _real()
        assert all(load.fill > load.weight_fill for load in plan.loads)
        dense = [row for row in plan.shipments if row.gross_weight_kg / 1000 > row.volume_m3 * 20 / 68]
        assert dense == []
        by_volume = allocate(plan, network, "volume")
        assert by_volume.totals == allocate(plan, network, "wm").totals
        assert lines_of(plan, "TRUNK.OCEAN") == [line for line in by_volume.lines if line.code == "TRUNK.OCEAN"]


class TestFairness:
    """Who pays more than alone, and who could claim what."""

    def test_a_seller_who_pays_more_is_named_with_the_time_it_gains(self) -> None:
        plan = shared_plan(
            [
                Sent("A", seller="ANNA", trunk="L1", alone="1000.00", time="50.00", alone_time="400.00"),
                Sent("A2", seller="ANNA", alone="120.00"),
                Sent("B", seller="BO", trunk="L1", alone="9000.00"),
            ],
            LOAD,
        )
        found = fairness(plan, NETWORK, allocate(plan, NETWORK, "wm"))
        (anna,) = found.paying_more
        # 1,736.08 and 100 against 1,000 and 120.
        assert (anna.seller_id, anna.shipments, str(anna.saving)) == ("ANNA", 2, "-716.08")
        assert str(anna.time_gained) == "350.00"
        assert found.claim is not None
        assert (found.claim.load_id, found.claim.sellers) == ("L1", ("ANNA",))
        assert (str(found.claim.pays), str(found.claim.alone)) == ("1736.08", "1000.00")
        assert str(found.epsilon) == "736.08"
        whole = [claim for claim in found.claims_of("ANNA") if not claim.load_id]
        assert [str(claim.saving) for claim in whole] == ["716.08"]
        assert found.claims_of("BO") == ()

    def test_two_who_fill_a_smaller_load_claim_together(self) -> None:
        # The three share a 40HC for 3,988. A and B, 14 m3 each, bear 1,861.07 of it, and for 3,438 buy a 20GP.
        m3 = {"A": "14", "B": "14", "C": "2"}
        sent = [Sent(name, m3=m3[name], kg="100", trunk="L1", alone="8000.00") for name in m3]
        plan = shared_plan(sent, {"L1": Held("40HC", ("3988.00",))})
        found = fairness(plan, NETWORK, allocate(plan, NETWORK, "wm"))
        (claim,) = found.claims
        assert claim.sellers == ("SELLER-A", "SELLER-B")
        # Own lines of 100 and fees of 136.08 each are the same either way.
        assert (str(claim.pays), str(claim.alone)) == ("4194.30", "3910.16")
        assert found.epsilon == claim.saving == Decimal("284.14")
        assert found.every_coalition
        assert found.tested == 3 + 7

    def test_capped_shares_leave_no_seller_with_a_claim(self) -> None:
        plan = _pair(alone="2000.00")
        before = fairness(plan, NETWORK, allocate(plan, NETWORK, "wm"))
        after = fairness(plan, NETWORK, allocate(plan, NETWORK, "stand_alone_capped"))
        assert str(before.epsilon) == "241.08"
        assert (after.epsilon, after.claim, after.paying_more) == (Decimal("0.00"), None, ())

    def test_who_cannot_go_alone_claims_nothing(self) -> None:
        plan = shared_plan([Sent("A", trunk="L1", alone=None), Sent("B", trunk="L1", alone=None)], LOAD)
        found = fairness(plan, NETWORK, allocate(plan, NETWORK, "weight"))
        assert found.claims == ()
        assert [standing.without_baseline for standing in found.standings] == [1, 1]

    def test_an_allocation_of_another_plan_is_refused(self) -> None:
        other = allocate(shared_plan([Sent("A")]), NETWORK, "wm")
        with pytest.raises(AllocationError, match="not bear on the shipments"):
            fairness(_pair(), NETWORK, other)


class TestComparison:
    """Rules side by side."""

    def test_each_seller_and_rule_by_hand(self) -> None:
        found = comparison(_pair(alone="2000.00"), NETWORK)
        assert found.rules == tuple(rule for rule in RULES if rule != "dual")
        assert "no guide prices" in found.left_out["dual"]
        row = found.sellers[1]
        assert (row.seller_id, row.shipments, str(row.alone)) == ("SELLER-B", 1, "2000.00")
        assert _money(row.cash) == {
            "wm": "2241.08", "volume": "2241.08", "weight": "841.08", "value": "2491.08", "stand_alone_capped": "2000.00",
            "shapley": "1238.58",
        }  # fmt: skip
        frame = found.frame()
        assert frame.loc["SELLER-B", "weight"] == Decimal("841.08")
        assert frame["wm"].sum() == frame["value"].sum() == frame["shapley"].sum()
        summary = found.summary()
        assert list(summary.index) == list(found.rules)
        assert summary.loc["wm", "paying_more"] == 1
        assert summary.loc["wm", "epsilon"] == Decimal("241.08")

    def test_an_empty_plan_compares_to_nothing(self) -> None:
        found = comparison(shared_plan([]), NETWORK)
        assert found.sellers == ()
        assert found.frame().empty
        assert {certificate.epsilon for certificate in found.fairness.values()} == {Decimal("0.00")}


class TestRefusals:
    """What cannot be shared says so."""

    def test_an_unknown_rule_is_named_with_the_nearest(self) -> None:
        with pytest.raises(AllocationError, match=r"no rule 'shaply': .*Maybe you meant 'shapley'"):
            allocate(_pair(), NETWORK, "shaply")  # type: ignore[arg-type]

    def test_one_order_is_too_few(self) -> None:
        with pytest.raises(AllocationError, match="1 orders of arrival, expected at least 2"):
            allocate(_pair(), NETWORK, "shapley", samples=1)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"shipment_id": "X"}, "shipment X: charged, not among those planned"),
            ({"load_id": "L9"}, "load L1, charge-0: not charged to all its shipments"),
            ({"amount": Decimal("1.00")}, "load L1, charge-0: shares do not sum to 2900.00"),
        ],
    )
    def test_a_broken_plan_is_refused(self, change: dict[str, Any], message: str) -> None:
        plan = _pair()
        at = next(k for k, line in enumerate(plan.cost_lines) if line.charge_id == "charge-0")
        lines = list(plan.cost_lines)
        lines[at] = replace(lines[at], **change)
        with pytest.raises(AllocationError, match=message):
            allocate(plan.model_copy(update={"cost_lines": tuple(lines)}), NETWORK, "volume")

    def test_a_charge_of_no_load_of_the_plan_is_refused(self) -> None:
        plan = _pair()
        with pytest.raises(AllocationError, match="load L1: charged, not among the loads of the plan"):
            allocate(plan.model_copy(update={"loads": ()}), NETWORK, "volume")
