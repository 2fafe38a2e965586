"""The cost lines that belong to one shipment: charges along its chain, duty layers and import tax."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consolidation.checking.dates import Dates, days_of
from consolidation.checking.journeys import Chain, Journey
from consolidation.checking.quantities import Counts, by_platform, count, entered_by, goods_value, layers_of, volume_m3
from consolidation.checking.world import World, decimal
from consolidation.plan_model import CostLine
from consolidation.shipments import Shipment
from network.charges import STAY_BASES, amount, falls_on, suits
from network.examinations import PER_EXAMINATION, chance_of, delay_of, expected_delay, price_of_day
from network.money import from_micros, to_micros
from network.price_tables import Charge
from network.tables import Place

ZERO = Decimal(0)
_DAYS_PER_YEAR = 365


@dataclass(frozen=True)
class Step:
    """One tariff on the way.

    It has the day that decides what is in force, the road it covers, the place where a load stands for days, and the
    days for which goods are stored.
    """

    tariff: str
    day: dt.date
    km: Decimal = ZERO
    entry_id: str = ""
    place: Place | None = None
    days: int = 0


@dataclass
class Own:
    """What a journey costs by itself. Money in micro-units of the plan currency.

    Attributes
    ----------
    lines : list of CostLine
    import_tax : int
        Tax on the import, a cost line of its own only where it cannot be recovered.
    """

    lines: list[CostLine] = field(default_factory=list)
    import_tax: int = 0

    def total(self, category: str) -> Decimal:
        """Return the sum of the lines of one category so far, plan currency."""
        return sum((line.amount for line in self.lines if line.category == category), ZERO)


def tariff_of(place: Place, alone: bool) -> str:
    """Return the handling tariff of a place; a seller alone pays its own where there is one."""
    return place.alone_tariff if alone and place.alone_tariff else place.tariff


def _outbound(world: World, journey: Journey, dates: Dates) -> Iterator[Step]:
    """Yield the steps up to the gateway of arrival."""
    chain, alone = journey.chain, journey.alone
    if chain is None:
        if journey.courier:
            yield Step(journey.courier.tariff, dates.before)
        return
    warehouse, lane = chain.warehouse, chain.run.lane
    if chain.collection_km > 0:
        own = warehouse.alone_collection_tariff if alone else ""
        yield Step(own or warehouse.collection_tariff, dates.before, chain.collection_km)
    yield Step(tariff_of(warehouse, alone), dates.before)
    yield Step(chain.origin_link.tariff, dates.before, world.haul_km(warehouse, chain.run.gateway_out))
    yield Step(tariff_of(chain.run.gateway_out, alone), dates.before)
    yield Step(lane.alone_tariff if alone else lane.tariff, dates.before, world.trunk_km(lane))
    yield Step(tariff_of(chain.run.gateway_in, alone), dates.after)


def _inbound(world: World, journey: Journey, dates: Dates) -> Iterator[Step]:
    """Yield the customs entry and the steps after the gateway of arrival."""
    yield Step(journey.regime.entry_tariff, dates.after, ZERO, journey.planned.entry_id)
    if by_platform(world, journey.planned, journey.shipment):
        yield Step(journey.regime.platform_tariff, dates.after, ZERO, journey.planned.entry_id)
    yield Step(journey.fc.tariff, dates.after)
    chain = journey.chain
    if chain is None:
        return
    km = journey.final_leg_km
    if chain.centre is None or chain.drayage is None:
        yield Step(chain.run.gateway_in.direct_tariff, dates.after, km)
        return
    yield Step(chain.drayage.tariff, dates.after, world.haul_km(chain.run.gateway_in, chain.centre))
    yield Step(tariff_of(chain.centre, journey.alone), dates.after)
    if chain.stop is not None:
        place = chain.stop.place
        yield Step(chain.stop.shuttle.tariff, dates.after, world.haul_km(chain.centre, place))
        yield Step(place.tariff, dates.after, days=dates.stored_days)
    yield Step(final_leg_tariff(chain, journey.planned.final_leg), dates.after, km)


def final_leg_tariff(chain: Chain, leg: str) -> str:
    """Return the tariff of a final leg from a deconsolidation centre or from storage; blank when it is not offered."""
    centre = chain.centre
    if chain.stop is not None:
        return chain.stop.tariff
    if centre is None:
        return ""
    return {"ltl": centre.ltl_tariff, "ftl": centre.ftl_tariff, "parcel": centre.parcel_tariff}.get(leg, "")


def own_lines(world: World, journey: Journey, dates: Dates) -> Own:
    """Return every cost line that belongs to the shipment of a journey alone."""
    own, counts = Own(), count(world, journey)
    for step in _outbound(world, journey, dates):
        own.lines.extend(_charged(world, journey, counts, step, ZERO))
    value = to_micros(_customs_value(journey, counts, own))
    duties = _duties(world, journey, counts, dates.after, from_micros(value))
    duty = sum((line.amount for line in duties), ZERO)
    own.lines.extend(duties)
    for step in _inbound(world, journey, dates):
        own.lines.extend(_charged(world, journey, counts, step, duty))
    _tax(world, journey, counts, own, from_micros(value) + duty)
    return own


def _charged(world: World, journey: Journey, counts: Counts, step: Step, duty: Decimal) -> Iterator[CostLine]:
    tags = world.tags(entered_by(world, journey.planned, journey.shipment))
    for charge in world.charges(step.tariff, step.day, journey.mode, "shipment"):
        shipment = journey.shipment
        split, units = world.destinations.get(shipment.shipment_id, 0), shipment.units or 0
        if not (falls_on(charge.importers, tags) and suits(charge, split, shipment.weight_g, units)):
            continue
        if charge.basis in STAY_BASES:
            beyond = max(ZERO, step.days - (charge.free_quantity or ZERO))
            quantity = counts.m3 * beyond if charge.basis == "per_m3_day" else beyond
        else:
            quantity = counts.of(charge.basis, step.km, duty)
        micros = amount(charge, quantity, world.network.rate[charge.currency])
        if micros:
            yield line_of(charge, journey.planned.shipment_id, quantity, micros, entry_id=step.entry_id)


def line_of(
    charge: Charge,
    shipment_id: str,
    quantity: Decimal,
    micros: int,
    *,
    load_id: str = "",
    entry_id: str = "",
    part: int | None = None,
) -> CostLine:
    """Return the line of a charge that one shipment bears whole, or of which it bears a part in micro-units."""
    money = from_micros(micros)
    return CostLine.trusted(
        code=charge.code, name=charge.name, category=charge.category, side=charge.side, payer=charge.payer,
        basis=charge.basis, quantity=quantity, rate=charge.rate, currency=charge.currency, charge_id=charge.charge_id,
        load_id=load_id, entry_id=entry_id, source_amount=money, shipment_id=shipment_id,
        amount=money if part is None else from_micros(part),
    )  # fmt: skip


@dataclass(frozen=True)
class _Levy:
    """What the state takes: a layer of duty or the import tax."""

    category: Literal["duty", "tax"]
    code: str
    name: str
    basis: str
    quantity: Decimal
    rate: Decimal
    source_id: str


def _levied(world: World, journey: Journey, levy: _Levy, micros: int) -> CostLine:
    money = from_micros(micros)
    return CostLine.trusted(
        code=levy.code, name=levy.name, category=levy.category, side="destination", payer="seller", basis=levy.basis,
        quantity=levy.quantity, rate=levy.rate, currency=world.network.currency, charge_id=levy.source_id,
        load_id="", entry_id=journey.planned.entry_id, source_amount=money, shipment_id=journey.planned.shipment_id, amount=money,
    )  # fmt: skip


def _customs_value(journey: Journey, counts: Counts, own: Own) -> Decimal:
    value = from_micros(counts.value)
    if journey.regime.valuation == "FOB":
        return value
    freight = own.total("trunk")
    if journey.chain and journey.chain.run.lane.buying == "load":
        freight = from_micros(to_micros(decimal(journey.chain.run.lane.customs_freight_per_wm) * counts.tons))
    return value + own.total("insurance") + freight


def _duties(world: World, journey: Journey, counts: Counts, day: dt.date, value: Decimal) -> list[CostLine]:
    found = []
    for row in layers_of(world, journey, day):
        per_piece = row.per_unit * counts.units + row.per_kg * counts.kg + row.per_line * counts.hs_lines
        micros = to_micros(value * row.rate_pct / 100 + per_piece * world.network.rate[row.currency])
        basis = "compound" if row.per_unit or row.per_kg or row.per_line else "pct_of_customs_value"
        if micros:
            levy = _Levy("duty", row.layer, row.layer, basis, value, row.rate_pct, row.duty_id)
            found.append(_levied(world, journey, levy, micros))
    return found


def _tax(world: World, journey: Journey, counts: Counts, own: Own, duty_paid: Decimal) -> None:
    """Add the import tax of a journey, on the duty-paid value and the transport deemed to follow, plan currency."""
    regime = journey.regime
    base = duty_paid + from_micros(to_micros(decimal(regime.tax_onward_per_wm) * counts.tons))
    own.import_tax = to_micros(base * decimal(regime.tax_rate_pct) / 100)
    importer = world.network.importer.get(entered_by(world, journey.planned, journey.shipment))
    borne = importer.import_tax if importer else "regime"
    if not own.import_tax or borne == "deferred":
        return
    if regime.tax_recoverable and borne != "cost":
        tax, carrying = from_micros(own.import_tax), decimal(world.network.planning.carrying_pct_per_year)
        rate = carrying * decimal(regime.tax_financing_days) / _DAYS_PER_YEAR
        micros = to_micros(tax * rate / 100)
        code, name = f"{regime.tax_code}.FINANCING", "Financing of recoverable import tax"
        levy = _Levy("tax", code, name, "pct_of_import_tax", tax, rate, regime.regime_id)
    else:
        micros = own.import_tax
        rate = decimal(regime.tax_rate_pct)
        levy = _Levy("tax", regime.tax_code, "Import tax", "pct_of_customs_value", base, rate, regime.regime_id)
    if micros:
        own.lines.append(_levied(world, journey, levy, micros))


def priced_time(world: World, journey: Journey, dates: Dates, value_of_day: Decimal) -> dict[str, Decimal]:
    """Return the priced time of a journey by kind, plan currency; see :func:`price_of_days`."""
    days, late = days_of(world, journey, dates)
    return price_of_days(world, journey.shipment, days, late, value_of_day)


def price_of_days(world: World, shipment: Shipment, days: int, late: int, value_of_day: Decimal) -> dict[str, Decimal]:
    """Return what days on the way and late days of a shipment are worth by kind, plan currency.

    Parameters
    ----------
    value_of_day : Decimal, plan currency per m3 and day
    """
    planning = world.network.planning
    value = from_micros(goods_value(world, shipment))
    prices = {
        "CARRYING": value * decimal(planning.carrying_pct_per_year) * days / 100 / _DAYS_PER_YEAR,
        "TRANSIT": value_of_day * volume_m3(shipment) * days,
        "LATENESS": late_price(world, shipment) * late,
    }
    return {kind: from_micros(to_micros(price)) for kind, price in prices.items()}


def late_price(world: World, shipment: Shipment) -> Decimal:
    """Return what a late day of a shipment is worth, plan currency, not rounded."""
    if shipment.late_price_per_day is not None:
        return shipment.late_price_per_day * world.network.rate[shipment.currency]
    value = from_micros(goods_value(world, shipment))
    return value * decimal(world.network.planning.late_pct_of_value_per_day) / 100


def examinations(world: World, journey: Journey, day: dt.date) -> list[Charge]:
    """Return the charges that tell of an examination of the entry of a journey on a day."""
    charges = world.charges(journey.regime.entry_tariff, day, journey.mode, "entry")
    return [charge for charge in charges if charge.basis == PER_EXAMINATION]


def price_of_own_delay(world: World, journey: Journey, day: dt.date, value_of_day: Decimal) -> Decimal:
    """Return what the expected delay of an entry that goods make alone is worth, plan currency."""
    tags = world.tags(entered_by(world, journey.planned, journey.shipment))
    price = one_day(world, journey.shipment, value_of_day)
    return from_micros(sum(
        expected_delay(price, delay_of(row), chance_of(row))
        for row in examinations(world, journey, day)
        if falls_on(row.importers, tags)
    ))  # fmt: skip


def one_day(world: World, shipment: Shipment, value_of_day: Decimal) -> int:
    """Return what one more day in transit of a shipment is worth, micro-units."""
    carrying = decimal(world.network.planning.carrying_pct_per_year)
    return price_of_day(from_micros(goods_value(world, shipment)), carrying, value_of_day * volume_m3(shipment))


def trunk_priced(world: World, journey: Journey, chain: Chain, dates: Dates) -> bool:
    """Return whether the tariff of the lane prices space for this journey on its day."""
    tariff = chain.run.lane.alone_tariff if journey.alone else chain.run.lane.tariff
    return bool(world.charges(tariff, dates.before, journey.mode, "shipment"))
