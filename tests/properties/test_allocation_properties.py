"""What must hold for every plan and rule: sums to the cent, caps, the axioms of the Shapley value, honest certificates."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consolidation.allocation import RULES, TRANSFER, Allocation, AllocationError, Rule, allocate, fairness
from consolidation.allocation.coalitions import Coalitions
from consolidation.allocation.game import Fee, Game, Offer
from consolidation.allocation.ledger import spread
from consolidation.allocation.shapley import EXACT_PLAYERS, exact_value, random_orders, value_of
from consolidation.loads import Haul, LoadPricer
from consolidation.plan_model import Plan, PlannedLoad, PlannedShipment
from network.charges import ENTRY_BASES, amount
from network.money import CENT, from_micros, to_micros
from network.tariffs import TariffBook
from tests.allocations import NETWORK, shared_plans

_many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_PRICER = LoadPricer(NETWORK, TariffBook(NETWORK))
_cents = st.integers(0, 50_000).map(lambda cents: cents * CENT)


@given(st.data())
@_many
def test_a_table_keeps_the_sums_of_its_rows_and_columns(data: st.DataObject) -> None:
    columns = data.draw(st.lists(_cents, min_size=1, max_size=8))
    whole = sum(columns) // CENT
    cuts = sorted(data.draw(st.lists(st.integers(0, whole), max_size=5)))
    charges = [(b - a) * CENT for a, b in itertools.pairwise([0, *cuts, whole])]
    table = spread(charges, columns)
    assert [sum(row) for row in table] == charges
    assert [sum(column) for column in zip(*table, strict=True)] == columns
    assert all(part >= 0 and part % CENT == 0 for row in table for part in row)


def _applies(rule: Rule, plan: Plan) -> bool:
    """Return whether a plan can be shared by a rule: ``dual`` wants at least one guide price."""
    return rule != "dual" or not plan.shipments or any(row.guide_price is not None for row in plan.shipments)


@pytest.mark.parametrize("rule", RULES)
@given(shared_plans())
@_many
def test_every_rule_shares_the_same_charges_to_the_cent(rule: Rule, plan: Plan) -> None:
    if not _applies(rule, plan):
        with pytest.raises(AllocationError, match="no guide prices"):
            allocate(plan, NETWORK, rule)
        return
    made = allocate(plan, NETWORK, rule, samples=20)
    charges, parts = defaultdict(set), defaultdict(Decimal)
    for line in made.lines:
        key = (line.load_id, line.entry_id, line.charge_id, "" if line.load_id or line.entry_id else line.shipment_id)
        if line.code == TRANSFER:
            key = ("", "", TRANSFER, "")
        charges[key].add(line.source_amount)
        parts[key] += line.amount
    assert {key: {parts[key]} for key in parts} == charges
    before = {line.charge_id: line.source_amount for line in plan.cost_lines}
    assert {key[2] for key in charges} - {TRANSFER} == set(before)
    assert sum(made.totals.values()) == plan.certificate.cash_cost == sum(line.amount for line in made.lines)
    for name, total in made.totals.items():
        assert total == sum(line.amount for line in made.lines if line.shipment_id == name)
    assert all(line.amount >= 0 for line in made.lines if line.code != TRANSFER)
    assert all(line.amount == round(line.amount, 2) for line in made.lines)


@given(shared_plans(least=EXACT_PLAYERS + 1, most=18, trunks=("L0",)))
@_some
def test_sampled_shares_keep_their_sums(plan: Plan) -> None:
    made = allocate(plan, NETWORK, "shapley", samples=5)
    assert sum(made.totals.values()) == plan.certificate.cash_cost == sum(line.amount for line in made.lines)
    for load in plan.loads:
        assert sum(line.amount for line in made.lines if line.load_id == load.load_id) == load.cost
    assert any(note.startswith("Exact on loads of at most 12 shipments; 5 orders") for note in made.notes)
    assert sum(line.amount for line in made.lines if line.code == TRANSFER) == 0


@given(shared_plans())
@_many
def test_nobody_pays_more_than_alone_where_caps_allow(plan: Plan) -> None:
    made = allocate(plan, NETWORK, "stand_alone_capped")
    cash = plan.certificate.cash_cost
    alone = {row.shipment_id: row.baseline_cost for row in plan.shipments}
    willing = {row.shipment_id: _willing(row) for row in plan.shipments}
    if sum(alone.values()) >= cash:
        assert made.caps == "cash"
        assert all(made.totals[name] <= cap for name, cap in alone.items())
    elif sum(willing.values()) >= cash:
        assert made.caps == "cash_and_time"
        assert all(made.totals[name] <= cap for name, cap in willing.items())
    else:
        assert made.caps == "impossible"
        parts = {name: made.totals[name] * sum(alone.values()) - cash * cap for name, cap in alone.items()}
        assert all(abs(part) <= sum(alone.values()) * Decimal("0.01") for part in parts.values())
        return
    caps = alone if made.caps == "cash" else willing
    kept = [row for row in plan.shipments if row.landed_cost <= caps[row.shipment_id]]
    assert all(made.totals[row.shipment_id] >= row.landed_cost for row in kept)
    if len(kept) == len(plan.shipments):
        assert made.lines == plan.cost_lines


def _willing(row: PlannedShipment) -> Decimal:
    return row.baseline_cost + row.baseline_priced_time - sum(row.priced_time.values())


_payers = st.sampled_from([range(10), range(10), range(10), (0, 2)])


@st.composite
def games(draw: st.DrawFn, least: int = 1, most: int = 5) -> Game:
    """Draw a game in which load, customs entries and going alone all matter."""
    count = draw(st.integers(least, most))

    def numbers(low: int, high: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)), dtype=np.int64)

    volume, weight, own = numbers(1, 9), numbers(1, 9), numbers(0, 30) * CENT
    fitting = Offer(int(volume.sum()), int(weight.sum()), draw(st.integers(1, 400)) * CENT)
    more = st.builds(Offer, st.integers(1, 30), st.integers(1, 30), st.integers(1, 400).map(lambda cents: cents * CENT))
    offers = (*draw(st.lists(more, max_size=2)), fitting)
    fees = tuple(
        Fee(each, Decimal(1), frozenset(draw(_payers))) for each in NETWORK.charges if each.tariff == "ENTRY-US"
    )
    game = Game(
        volume_cm3=volume, weight_g=weight, value=numbers(1, 4_000_000) * CENT, importer=numbers(0, 2), own=own,
        alone=numbers(1, 60_000) * CENT, offers=offers, fees=draw(st.sampled_from([(), fees])), paid=0,
    )  # fmt: skip
    least_paid = game.cost_of(range(count))
    extra = draw(st.sampled_from([0, 0, 700 * CENT]))
    return Game(**{**{name: getattr(game, name) for name in Game.__dataclass_fields__}, "paid": least_paid + extra})


def _of_all(game: Game) -> Callable[[Iterable[int]], int]:
    """Return c as the Shapley value sees it: all together pay what was paid."""

    def cost(members: Iterable[int]) -> int:
        listed = sorted(members)
        return game.paid if len(listed) == len(game.own) else game.cost_of(listed) if listed else 0

    return cost


@given(games())
@_many
def test_the_value_is_the_mean_marginal_cost(game: Game) -> None:
    players, cost = len(game.own), _of_all(game)
    added = np.zeros(players)
    orders = list(itertools.permutations(range(players)))
    for order in orders:
        for k, player in enumerate(order):
            added[player] += cost(order[: k + 1]) - cost(order[:k])
    mean = exact_value(game)
    np.testing.assert_allclose(mean, added / len(orders), atol=1e-3)
    np.testing.assert_allclose(value_of(game, np.array(orders)).mean, mean, atol=1e-3)
    assert round(mean.sum()) == game.paid
    assert (mean >= -1e-3).all()


@given(games(least=2), st.data())
@_many
def test_equal_players_pay_the_same(game: Game, data: st.DataObject) -> None:
    first, second = data.draw(st.lists(st.integers(0, len(game.own) - 1), min_size=2, max_size=2, unique=True))
    columns = ("volume_cm3", "weight_g", "value", "importer", "own", "alone")
    facts = {name: getattr(game, name) for name in Game.__dataclass_fields__}
    for name in columns:
        facts[name] = facts[name].copy()
        facts[name][second] = facts[name][first]
    twins = Game(**facts)
    mean = exact_value(twins)
    assert abs(mean[first] - mean[second]) < 1e-3


@given(games(most=4), st.integers(0, 4))
@_many
def test_who_adds_nothing_pays_nothing(game: Game, place: int) -> None:
    at = min(place, len(game.own))
    facts = {name: getattr(game, name) for name in Game.__dataclass_fields__}
    for name in ("volume_cm3", "weight_g", "value", "own", "alone"):
        facts[name] = np.insert(facts[name], at, 0)
    facts["importer"] = np.insert(facts["importer"], at, 9)
    # The last of all completes the load as paid, so c has to be what is paid for "nothing" to be nothing.
    facts["paid"] = Game(**facts).cost_of(range(len(facts["own"])))
    assert abs(exact_value(Game(**facts))[at]) < 1e-3


@pytest.mark.parametrize("seed", range(20))
def test_samples_are_near_the_exact_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    volume, weight = rng.integers(1, 9, 6), rng.integers(1, 9, 6)
    offers = (Offer(12, 14, 500 * CENT), Offer(int(volume.sum()), int(weight.sum()), 900 * CENT))
    game = Game(
        volume_cm3=volume, weight_g=weight, value=rng.integers(1, 10**6, 6) * CENT, importer=rng.integers(0, 3, 6),
        own=rng.integers(0, 300, 6) * CENT, alone=rng.integers(200, 900, 6) * CENT, offers=offers, fees=(), paid=0,
    )  # fmt: skip
    game = Game(**{**{name: getattr(game, name) for name in Game.__dataclass_fields__}, "paid": game.cost_of(range(6))})
    exact = exact_value(game)
    found = value_of(game, random_orders(6, 400, (seed,)))
    assert round(found.mean.sum()) == game.paid
    assert (np.abs(found.mean - exact) <= 4.5 * found.error + 1e-6).all()
    rough = value_of(game, random_orders(6, 50, (seed,)))
    assert rough.error.sum() > found.error.sum() > 0


def _oracle(plan: Plan, made: Allocation, load: PlannedLoad) -> dict[tuple[str, ...], Decimal]:
    """Return what every coalition of sellers on a load could claim, worked out shipment by shipment."""
    rows = {row.shipment_id: row for row in plan.shipments}
    members = [rows[name] for name in load.shipments]
    sellers = sorted({row.seller_id for row in members})
    claims = {}
    for size in range(1, len(sellers) + 1):
        for coalition in itertools.combinations(sellers, size):
            leaving = [row for row in members if row.seller_id in coalition]
            pays = sum((_pays(made, load, row) for row in leaving), Decimal(0))
            claims[coalition] = pays - min(_together(plan, made, load, leaving), _each_alone(load, leaving))
    return claims


def _pays(made: Allocation, load: PlannedLoad, row: PlannedShipment) -> Decimal:
    if load.kind == "trunk":
        return made.totals[row.shipment_id]
    return _borne(made, row, lambda load_id: load_id == load.load_id)


def _borne(made: Allocation, row: PlannedShipment, wanted: Callable[[str], bool]) -> Decimal:
    mine = (line for line in made.lines if line.shipment_id == row.shipment_id)
    return sum((line.amount for line in mine if line.load_id and wanted(line.load_id)), Decimal(0))


def _together(plan: Plan, made: Allocation, load: PlannedLoad, leaving: Sequence[PlannedShipment]) -> Decimal:
    volume, weight = (sum(getattr(row, name) for row in leaving) for name in ("volume_m3", "gross_weight_kg"))
    place = NETWORK.place
    if load.kind == "truck":
        offers = _PRICER.truck(place["DC-LAX"], place["ONT8"], dt.date.fromisoformat(load.departs))
    else:
        haul = Haul(place["WH-SZX"], NETWORK.lane["YTN-LAX"], place["DC-LAX"], None, dt.date(2026, 12, 2), dt.date(2026, 12, 18))  # fmt: skip
        offers = _PRICER.trunk(haul)
    own = NETWORK.equipment_by_id[load.equipment_id]
    prices = [(offer.equipment, from_micros(offer.price)) for offer in offers] + [(own, load.cost)]
    cost = min(price for box, price in prices if volume <= box.volume_m3 and weight <= box.payload_kg)
    if load.kind == "truck":
        return cost
    for importer in {row.importer_id for row in leaving}:
        cost += _fees(sum((row.goods_value for row in leaving if row.importer_id == importer), Decimal(0)))
    for row in leaving:
        cost += sum(
            line.amount for line in plan.cost_lines
            if line.shipment_id == row.shipment_id and not line.load_id and line.basis not in ENTRY_BASES
        )  # fmt: skip
        cost += _borne(made, row, lambda load_id: load_id.startswith("T"))
    return cost


def _fees(value: Decimal) -> Decimal:
    charges = [charge for charge in NETWORK.charges if charge.tariff == "ENTRY-US"]
    return sum(
        (from_micros(amount(each, Decimal(1) if each.basis == "per_entry" else value)) for each in charges), Decimal(0)
    )


def _each_alone(load: PlannedLoad, leaving: Sequence[PlannedShipment]) -> Decimal:
    if load.kind == "trunk":
        if any(row.baseline_service is None for row in leaving):
            return Decimal("Infinity")
        return sum((row.baseline_cost for row in leaving), Decimal(0))
    # Pallets of at most 1.8 m3 and 680 kg over 119.3 km: 60 USD each, 90 at least, and 5 cents per pallet and km.
    cost = Decimal(0)
    for row in leaving:
        pallets = max(math.ceil(row.volume_m3 / Decimal("1.8")), math.ceil(row.gross_weight_kg / 680))
        cost += max(60 * pallets, 90) + from_micros(to_micros(pallets * Decimal("5.965")))
    return cost


@pytest.mark.parametrize("rule", ["wm", "value", "stand_alone_capped", "shapley"])
@given(shared_plans())
@_some
def test_a_certificate_of_few_sellers_names_the_largest_claim(rule: Rule, plan: Plan) -> None:
    made = allocate(plan, NETWORK, rule, samples=10)
    found = fairness(plan, NETWORK, made)
    largest = Decimal(0)
    for load in plan.loads:
        claims = _oracle(plan, made, load)
        named = next((claim for claim in found.claims if claim.load_id == load.load_id), None)
        most = max(claims.values())
        assert (named.saving if named else Decimal(0)) == max(most, Decimal(0))
        if named:
            assert claims[named.sellers] == named.saving
        largest = max(largest, most)
    for standing in found.standings:
        if not standing.without_baseline:
            largest = max(largest, standing.cash - standing.alone)
    assert found.epsilon == largest
    assert found.every_coalition


@given(games(least=4, most=9), st.data())
@_some
def test_the_search_never_claims_more_than_there_is(game: Game, data: st.DataObject) -> None:
    players = len(game.own)
    pays = np.array(data.draw(st.lists(st.integers(0, 60_000), min_size=players, max_size=players))) * CENT
    sellers = Coalitions(game, range(players), pays)
    exact, searched = sellers.best(), sellers.best(every=0)
    assert exact.every
    assert not searched.every
    assert searched.saving <= max(exact.saving, 0)
    for found in (exact, searched):
        assert found.pays == pays[list(found.sellers)].sum()
        assert found.alone == (game.cost_of(found.sellers) if found.sellers else 0)


def test_the_search_finds_nearly_every_largest_claim() -> None:
    hits = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        volume, weight = rng.integers(1, 60, 10), rng.integers(1, 60, 10)
        whole = Offer(int(volume.sum()), int(weight.sum()), 900 * CENT)
        offers = (Offer(whole.volume_cm3 // 3, whole.weight_g // 3, 400 * CENT), Offer(whole.volume_cm3 * 2 // 3, whole.weight_g * 2 // 3, 700 * CENT), whole)  # fmt: skip
        game = Game(
            volume_cm3=volume, weight_g=weight, value=np.ones(10, dtype=np.int64), importer=rng.integers(0, 3, 10),
            own=rng.integers(0, 90, 10) * CENT, alone=rng.integers(90, 400, 10) * CENT, offers=offers, fees=(), paid=0,
        )  # fmt: skip
        sellers = Coalitions(game, range(10), game.own + rng.dirichlet(np.ones(10)) * 900 * CENT // CENT * CENT)
        hits += max(0, sellers.best().saving) == sellers.best(every=0).saving
    assert hits >= 57
