"""The cost lines of loads and customs entries, shared among the shipments in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from consolidation.checking.case import Traveller
from consolidation.checking.loads import Held
from consolidation.checking.own_lines import Step, examinations, line_of, one_day, tariff_of
from consolidation.checking.quantities import entered_by, goods_value
from consolidation.checking.world import decimal
from consolidation.plan_model import CostLine
from network.charges import OF_ALL, amount, days_beyond, falls_on
from network.clock import date_of
from network.examinations import (
    MILLION,
    PER_EXAMINATION,
    chance_of,
    delay_of,
    expected_cost,
    expected_delay,
    joint_chance,
    price_of,
)
from network.money import from_micros, share, to_micros
from network.price_tables import Charge
from network.tables import Equipment


def load_steps(held: Held) -> tuple[str, list[Step]]:
    """Return the mode and the tariffs that charge a load once, along its way."""
    world, first = held.world, held.travellers[0]
    chain = first.journey.chain
    if chain is None:
        return "", []
    if held.load.kind == "truck":
        if chain.centre is None or first.dates.dispatched is None:
            return "", []
        return "truck", [Step(chain.centre.ftl_tariff, date_of(first.dates.dispatched), first.journey.final_leg_km)]
    run, before, after = chain.run, first.dates.before, first.dates.after
    steps = [
        Step(chain.warehouse.tariff, before, place=chain.warehouse),
        Step(chain.origin_link.tariff, before, world.haul_km(chain.warehouse, run.gateway_out)),
        Step(run.gateway_out.tariff, before, place=run.gateway_out),
        Step(run.lane.tariff, before, world.trunk_km(run.lane)),
        Step(run.gateway_in.tariff, after, place=run.gateway_in),
    ]
    if chain.centre is None or chain.drayage is None:
        steps.append(Step(run.gateway_in.direct_tariff, after, first.journey.final_leg_km))
    else:
        steps.append(Step(chain.drayage.tariff, after, world.haul_km(run.gateway_in, chain.centre)))
        steps.append(Step(tariff_of(chain.centre, alone=False), after, place=chain.centre))
    return run.lane.mode, steps


def load_charges(held: Held, step: Step, mode: str) -> list[Charge]:
    """Return the lines of one tariff that a load of this equipment pays once."""
    name = held.equipment.equipment_id
    found = held.world.charges(step.tariff, step.day, mode, "load")
    return [charge for charge in found if not charge.equipment or name in charge.equipment]


def load_weights(equipment: Equipment, travellers: Sequence[Traveller]) -> list[int]:
    """Return the weights by which shipments share a load: the larger of their parts of volume and of payload."""
    payload_g, stuffing_cm3 = round(equipment.payload_kg * 1000), round(equipment.volume_m3 * 1_000_000)
    goods = [each.journey.shipment for each in travellers]
    return [max(each.volume_cm3 * payload_g, each.weight_g * stuffing_cm3) for each in goods]


def load_lines(held: Held) -> Iterator[CostLine]:
    """Yield every line that a load is charged once, one per shipment with its share."""
    world = held.world
    mode, steps = load_steps(held)
    weights = load_weights(held.equipment, held.travellers)
    for step in steps:
        for charge in load_charges(held, step, mode):
            quantity = {
                "per_load": Decimal(1), "per_load_km": step.km, "per_teu": decimal(held.equipment.teu),
                "per_load_day": _days(step, charge),
            }[charge.basis]  # fmt: skip
            micros = amount(charge, quantity, world.network.rate[charge.currency])
            yield from _shared(charge, quantity, micros, held.travellers, weights, held.load.load_id)
    if held.load.kind == "trunk":
        yield from _importer_lines(held, weights)
        yield from _examination_lines(held, weights)


def _days(step: Step, charge: Charge) -> Decimal:
    """Return the days beyond the free ones that a load is expected to stand at the place of a step."""
    if step.place is None:
        return days_beyond(charge.free_quantity or Decimal(0), 0.0, 0.0)
    return days_beyond(charge.free_quantity or Decimal(0), step.place.dwell_days, step.place.dwell_sd_days)


def _importer_lines(held: Held, weights: list[int]) -> Iterator[CostLine]:
    """Yield what a load is charged for every importer of record in it, shared by all who are in it."""
    world, first = held.world, held.travellers[0]
    importers = _importers(held)
    regime, mode, day = first.journey.regime, first.journey.mode, first.dates.after
    for charge in world.charges(regime.entry_tariff, day, mode, "entry"):
        count = sum(falls_on(charge.importers, world.tags(importer)) for importer in importers)
        if charge.basis == "per_importer" and count:
            micros = count * amount(charge, Decimal(1), world.network.rate[charge.currency])
            yield from _shared(charge, Decimal(count), micros, held.travellers, weights, held.load.load_id)


def _importers(held: Held) -> set[str]:
    """Return the importers of record of a load."""
    return {entered_by(held.world, each.journey.planned, each.journey.shipment) for each in held.travellers}


def _chance(held: Held) -> tuple[Charge | None, int]:
    """Return the first charge that tells of an examination of a load, and the chance of one, millionths.

    The load is examined unless every importer is let through.
    """
    world, first = held.world, held.travellers[0]
    tags = [world.tags(importer) for importer in _importers(held)]
    rows = examinations(world, first.journey, first.dates.after)
    charge = next((row for row in rows if any(falls_on(row.importers, each) for each in tags)), None)
    return charge, joint_chance(chance_of(row) for each in tags for row in rows if falls_on(row.importers, each))


def _examination_lines(held: Held, weights: list[int]) -> Iterator[CostLine]:
    """Yield what an examination of a load is expected to cost, shared by all who are in it."""
    charge, chance = _chance(held)
    if charge is not None and chance:
        micros = expected_cost(price_of(charge, held.world.network.rate[charge.currency]), chance)
        yield from _shared(charge, Decimal(chance) / MILLION, micros, held.travellers, weights, held.load.load_id)


def load_delays(held: Held) -> dict[str, Decimal]:
    """Return what the expected delay of a load by an examination is worth to each shipment in it, plan currency."""
    charge, chance = _chance(held)
    if held.load.kind != "trunk" or charge is None:
        return {}
    value_of_day = decimal(held.world.network.planning.value_of_day_per_m3)
    days = [one_day(held.world, each.journey.shipment, value_of_day) for each in held.travellers]
    parts = share(expected_delay(sum(days), delay_of(charge), chance), days)
    return {each.shipment_id: from_micros(part) for each, part in zip(held.travellers, parts, strict=True)}


def entry_lines(travellers: Sequence[Traveller]) -> Iterator[CostLine]:
    """Yield every line that the customs entry of these shipments is charged once, shared by goods value."""
    world, journey = travellers[0].world, travellers[0].journey
    values = [goods_value(world, each.journey.shipment) for each in travellers]
    day: dt.date = travellers[0].dates.after
    tags = world.tags(entered_by(world, journey.planned, journey.shipment))
    for row in world.charges(journey.regime.entry_tariff, day, journey.mode, "entry"):
        if not falls_on(row.importers, tags) or (row.basis in OF_ALL and journey.planned.trunk_load_id):
            continue
        fx = world.network.rate[row.currency]
        if row.basis == PER_EXAMINATION:
            micros = expected_cost(price_of(row, fx), chance_of(row))
            yield from _shared(row, Decimal(chance_of(row)) / MILLION, micros, travellers, values, "")
            continue
        is_small = row.small_up_to is not None and sum(values) <= to_micros(row.small_up_to * fx)
        charge = row.as_small() if is_small else row
        quantity = from_micros(sum(values)) if charge.basis == "pct_of_entry_value" else Decimal(1)
        micros = amount(charge, quantity, fx)
        yield from _shared(charge, quantity, micros, travellers, values, "")


def _shared(
    charge: Charge, quantity: Decimal, micros: int, travellers: Sequence[Traveller], weights: list[int], load_id: str
) -> Iterator[CostLine]:
    parts = share(micros, weights)
    for each, part in zip(travellers, parts, strict=True):
        entry_id = "" if load_id else each.journey.planned.entry_id
        yield line_of(charge, each.shipment_id, quantity, micros, load_id=load_id, entry_id=entry_id, part=part)
