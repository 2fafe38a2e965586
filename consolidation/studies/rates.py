"""The freight of a candidate: which charges are scaled, that nothing else pays them, and what a plan pays of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from consolidation.plan_model import Plan
from consolidation.scenarios import apply_scenario
from consolidation.scenarios.model import Where
from consolidation.scenarios.patches import Rates
from consolidation.scenarios.questions import BreakEvenTable
from consolidation.scenarios.selecting import Selector, first_id
from consolidation.studies.answers import ChargeRate
from consolidation.studies.work import Continuing
from network.errors import Finding, InputError
from network.model import Network
from network.price_tables import Charge
from network.tables import Lane, Place


def at_rate(table: BreakEvenTable, percent: Decimal, places: Sequence[Where] = ()) -> Continuing:
    """Return the run of a question with the rates changed by a percentage.

    Parameters
    ----------
    places : where the patches are written, that of the charges last; empty: not known
    """
    patches = (*table.patches, Rates(charges=table.charges, percent=percent))
    name = f"break_even.{table.name}.{_signed(percent)}"
    return Continuing(name, patches, table.description, tuple(places), places[-1] if places else None)


def _signed(percent: Decimal) -> str:
    return f"{percent.normalize():+f}"


def scaled(table: BreakEvenTable, network: Network, places: Sequence[Where] = ()) -> tuple[Charge, ...]:
    """Return the charges whose rates a question scales, as they are with the candidate.

    Raises
    ------
    InputError
        If the candidate does not fit the network, or something else than the candidate pays these charges.
    """
    with_it = apply_scenario(at_rate(table, Decimal(0), places), network).network
    charges = tuple(Selector(with_it, lambda *_: None).charges(table.charges))
    users = sorted({user for charge in charges for user in _users(charge, with_it, network)})
    if users:
        where = places[-1] if places else Where("study", None, table.name)
        expected = f"charges that only the candidate pays; {', '.join(users[:3])} pays them without it"
        raise InputError(
            [Finding(where.file, where.row, f"{where.place}, charges", ", ".join(row.charge_id for row in charges[:3]), expected,
                     "select them by lanes, or give the candidate a lane of its own: add_lane, then add_departure", "SELECTION.SHARED")]
        )  # fmt: skip
    return charges


def _users(charge: Charge, with_it: Network, base: Network) -> Iterator[str]:
    """Yield what is open in the base and pays a charge, by the tariffs that it has with the candidate."""
    offered = {name for lane in base.lanes if _is_served(lane, base) for name in lane.equipment}
    for lane in with_it.lanes:
        known = base.lane.get(lane.lane_id)
        if charge.tariff in _tariffs(lane) and known is not None and _is_served(known, base):
            fits = not charge.equipment or bool({*charge.equipment} & {*known.equipment})
            if fits and (not charge.modes or known.mode in charge.modes):
                yield f"lane {lane.lane_id}"
    if charge.equipment and not {*charge.equipment} & offered:
        return
    for courier in with_it.couriers:
        if charge.tariff == courier.tariff:
            yield f"courier {courier.courier_id}"
    for place in with_it.places:
        if charge.tariff in _tariffs(place) and _is_open(place.place_id, base):
            yield f"place {place.place_id}"
    for link in with_it.links:
        if charge.tariff == link.tariff and _is_open(link.origin, base) and _is_open(link.destination, base):
            yield f"link {link.origin}-{link.destination}"
    for regime in with_it.regimes:
        if charge.tariff == regime.entry_tariff:
            yield f"regime {regime.regime_id}"


def _tariffs(row: Lane | Place) -> set[str]:
    return {value for name, value in row if name.endswith("tariff") and value}


def _is_open(place_id: str, network: Network) -> bool:
    return place_id in network.place and not network.place[place_id].closed


def _is_served(lane: Lane, network: Network) -> bool:
    ends = _is_open(lane.origin, network) and _is_open(lane.destination, network)
    return ends and not lane.closed and any(row.lane_id == lane.lane_id for row in network.departures)


def paid(plan: Plan, charges: Sequence[Charge]) -> tuple[int, Decimal]:
    """Return how many shipments of a plan pay the charges, and what they pay."""
    ids = {row.charge_id for row in charges}
    lines = [line for line in plan.cost_lines if line.charge_id in ids]
    return len({line.shipment_id for line in lines}), sum((line.amount for line in lines), Decimal("0.00"))


def rows(charges: Sequence[Charge], percent: Decimal | None) -> tuple[ChargeRate, ...]:
    """Return the charges with their rates as they are and at a percentage."""
    return tuple(
        ChargeRate(
            charge_id=first_id(row.charge_id), code=row.code, equipment=" ".join(row.equipment), basis=row.basis, currency=row.currency,
            rate=row.rate, break_even=None if percent is None else round(row.rate * (100 + percent) / 100, 6),
        )
        for row in charges
    )  # fmt: skip
