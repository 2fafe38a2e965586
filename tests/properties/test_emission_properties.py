"""Greenhouse gases of random plans: parts sum to totals, weight counts in proportion, order does not count."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consolidation.emissions import Emission, emissions, emissions_of, total
from consolidation.plan_model import Plan, PlannedShipment
from network.columns import Carriage
from network.rows import choices
from network.tables import EmissionFactor
from tests.plans import sample_network, sample_plan

HALF_GRAM = Decimal("0.0005")
NETWORK = sample_network()
MODES = choices(Carriage)
plans = st.builds(sample_plan, st.integers(0, 25), st.integers(1, 10**6))
factors = st.dictionaries(st.sampled_from(MODES), st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-5)))


def table(known: dict[str, Decimal]) -> tuple[EmissionFactor, ...]:
    rows = [{"mode": mode, "kg_co2e_per_tonne_km": factor} for mode, factor in known.items()]
    return tuple(EmissionFactor.model_validate(row) for row in rows)


@given(plans, factors)
def test_shipments_sum_to_the_plan(plan: Plan, known: dict[str, Decimal]) -> None:
    network = NETWORK.replace(emission_factors=table(known))
    whole, parts = emissions(plan, network), [emissions_of([row], network) for row in plan.shipments]
    assert {mode for part in parts for mode in part} == set(whole)
    for mode, found in whole.items():
        assert total([part[mode] for part in parts if mode in part]) == found
        assert (found.co2e_kg is None) == (mode not in known)


@given(plans, factors)
def test_twice_the_weight_emits_twice_as_much(plan: Plan, known: dict[str, Decimal]) -> None:
    network = NETWORK.replace(emission_factors=table(known))
    once, twice = emissions(plan, network), emissions_of([_doubled(row) for row in plan.shipments], network)
    slack = 3 * HALF_GRAM * len(plan.shipments)
    assert set(once) == set(twice)
    for mode, found in once.items():
        assert abs(twice[mode].tonne_km - 2 * found.tonne_km) <= slack
        assert abs((twice[mode].co2e_kg or 0) - 2 * (found.co2e_kg or 0)) <= slack


def _doubled(row: PlannedShipment) -> PlannedShipment:
    return row.model_copy(update={"gross_weight_kg": 2 * row.gross_weight_kg})


@given(plans, factors, st.randoms())
def test_order_does_not_count(plan: Plan, known: dict[str, Decimal], random: Random) -> None:
    network = NETWORK.replace(emission_factors=table(known))
    shuffled = list(plan.shipments)
    random.shuffle(shuffled)
    found = emissions_of(shuffled, network)
    assert found == emissions(plan, network)
    assert list(found) == [mode for mode in MODES if mode in found]


@given(plans)
def test_a_factor_of_one_emits_the_tonne_km(plan: Plan) -> None:
    network = NETWORK.replace(emission_factors=table(dict.fromkeys(MODES, Decimal(1))))
    for found in emissions(plan, network).values():
        assert found == Emission(tonne_km=found.tonne_km, co2e_kg=found.tonne_km)
