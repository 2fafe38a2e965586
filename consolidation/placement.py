"""The price of a choice: an inbound plan to few FCs, with the marketplace's fee, or split over more FCs, without it.

The fee is what the plan's lines say. The other price is an estimate, worked out for goods that are planned already: the
same goods in the same container, departure and customs entry, sorted at the same deconsolidation centre into one part
for each FC, each with a house bill of its own, that go on by pallets or parcel, whichever costs less with its priced
time. Goods that travel as space or by courier do so part by part. Every charge is that of the network, counted as the
judge counts it (:mod:`consolidation.checking`). Parts might do better by another port or truck: the estimate is on the high side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from consolidation.checking import rules
from consolidation.checking.case import Traveller
from consolidation.checking.dates import cutoff, work_out
from consolidation.checking.journeys import resolve
from consolidation.checking.own_lines import own_lines, priced_time
from consolidation.checking.shared_lines import entry_lines
from consolidation.checking.world import World, decimal
from consolidation.plan_model import CostLine, PlannedShipment
from consolidation.shipments import Shipment, agreeing
from network.charges import ENTRY_BASES
from network.geo import distance_km
from network.model import Network
from network.money import CENT, share
from network.tables import Place

LEAST_CARTONS = 5
"""Identical cartons of an item that a split over several FCs needs."""
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementChoice:
    """What one inbound plan pays for going to few FCs, and what more FCs would cost. Amounts in plan currency.

    Attributes
    ----------
    shipments : ids of its planned shipments that pay the fee
    fee : Decimal, the fee they pay
    fcs : FCs of the split, those of the plan first
    parts : int, shipments that the split makes of them
    extra_cash, extra_time : Decimal or None, cash and priced time of the split beyond those of the plan without its fee;
        None where there is no estimate
    reason : why there is none; blank where there is one
    """

    seller_id: str
    inbound_plan_id: str
    shipments: tuple[str, ...]
    fee: Decimal
    fcs: tuple[str, ...] = ()
    parts: int = 0
    extra_cash: Decimal | None = None
    extra_time: Decimal | None = None
    reason: str = ""

    @property
    def saving(self) -> Decimal | None:
        """What the split saves: the fee less its extra cash and time; negative where it costs more."""
        if self.extra_cash is None or self.extra_time is None:
            return None
        return self.fee - self.extra_cash - self.extra_time

    @property
    def advice(self) -> str:
        """What is cheaper by the estimate: "split", or "stay" with few FCs; blank without one."""
        return "" if self.saving is None else "split" if self.saving > 0 else "stay"


def placement_fees(network: Network, lines: Iterable[CostLine]) -> dict[str, Decimal]:
    """Return what shipments pay because their inbound plan goes to few FCs, by shipment id."""
    narrow = {row.charge_id for row in network.charges if row.destinations_up_to is not None and row.category == "fba"}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.charge_id in narrow:
            paid[line.shipment_id] += line.amount
    return dict(paid)


def placement_choices(
    network: Network,
    shipments: Sequence[Shipment],
    planned: Sequence[PlannedShipment],
    lines: Sequence[CostLine],
    most: int | None = None,
) -> list[PlacementChoice]:
    """Return both prices for every inbound plan that pays a placement fee, the highest fee first.

    Parameters
    ----------
    network : Network, in the rate scenario and with the price of a day of the plan
    shipments : all shipments of the plan
    planned, lines : the plan's shipments, and their cost lines
    most : price only so many inbound plans, those with the highest fees; None: all
    """
    paid = placement_fees(network, lines)
    together: dict[tuple[str, str], list[Shipment]] = defaultdict(list)
    for row in shipments:
        if row.shipment_id in paid:
            together[row.seller_id, row.inbound_plan_id].append(row)
    fees = {key: sum((paid[row.shipment_id] for row in rows), _ZERO) for key, rows in together.items()}
    first = islice(sorted(fees, key=lambda key: (-fees[key], key)), most)
    splitter = _Splitter(network, {row.shipment_id: row for row in planned}, lines)
    return [splitter.choice(key, together[key], fees[key]) for key in first]


def with_splits(shipments: Iterable[Shipment], choices: Iterable[PlacementChoice]) -> list[Shipment]:
    """Return shipments with those inbound plans split for which that is cheaper by the estimate.

    A plan of them says what the splits really cost, as parts may then go by any way.
    """
    spread = {name: choice.fcs for choice in choices if choice.advice == "split" for name in choice.shipments}
    found: list[Shipment] = []
    for row in shipments:
        parts = split(row, _shares(row, spread[row.shipment_id])) if row.shipment_id in spread else (row,)
        found.extend(parts)
    return found


def without_settled(choices: Iterable[PlacementChoice], settled: Collection[str]) -> list[PlacementChoice]:
    """Return choices, those that cannot be made any more without an estimate.

    Parameters
    ----------
    settled : ids of shipments that cannot be split: they are booked, in a warehouse or changed by confirmations
    """
    found = []
    for choice in choices:
        late = [name for name in choice.shipments if name in settled]
        reason = f"it is too late to split {', '.join(late)}"
        found.append(replace(choice, extra_cash=None, extra_time=None, reason=reason) if late else choice)
    return found


class _NoEstimateError(Exception):
    """There is no estimate for a split; carries why."""


class _Splitter:
    def __init__(self, network: Network, planned: Mapping[str, PlannedShipment], lines: Sequence[CostLine]) -> None:
        self._network, self._planned = network, planned
        self._lines: dict[str, list[CostLine]] = defaultdict(list)
        for line in lines:
            self._lines[line.shipment_id].append(line)
        self._open: dict[str, list[Place]] = defaultdict(list)
        for place in network.places:
            if place.kind == "fc" and not place.closed and network.receiving_of(place) is not None:
                self._open[place.market].append(place)
        self._spread: dict[tuple[str, ...], tuple[str, ...]] = {}

    def choice(self, key: tuple[str, str], goods: Sequence[Shipment], fee: Decimal) -> PlacementChoice:
        seller_id, plan_id = key
        known = PlacementChoice(
            seller_id=seller_id, inbound_plan_id=plan_id, shipments=tuple(row.shipment_id for row in goods), fee=fee
        )
        try:
            return self._priced(known, goods)
        except _NoEstimateError as missing:
            return PlacementChoice(
                seller_id=seller_id, inbound_plan_id=plan_id, shipments=known.shipments, fee=fee, reason=str(missing)
            )

    def _priced(self, known: PlacementChoice, goods: Sequence[Shipment]) -> PlacementChoice:
        few = [row.shipment_id for row in goods if (row.cartons or 0) < LEAST_CARTONS]
        if few:
            raise _NoEstimateError(f"fewer than {LEAST_CARTONS} cartons, or none stated, of {', '.join(few)}")
        spread = self._fcs(tuple(dict.fromkeys(row.destination_fc for row in goods)))
        parts = {row.shipment_id: list(split(row, _shares(row, spread))) for row in goods}
        every = [part for rows in parts.values() for part in rows]
        world = World(self._network, every)
        cash, time = _ZERO, _ZERO
        for row in goods:
            whole = self._planned[row.shipment_id]
            kept = self._kept(whole)
            cash += kept - whole.landed_cost
            time -= sum(whole.priced_time.values(), _ZERO)
            for part in parts[row.shipment_id]:
                part_cash, part_time = self._cheapest(world, whole, part)
                cash, time = cash + part_cash, time + part_time
        return PlacementChoice(
            seller_id=known.seller_id, inbound_plan_id=known.inbound_plan_id, shipments=known.shipments, fee=known.fee,
            fcs=tuple(dict.fromkeys(part.destination_fc for part in every)), parts=len(every), extra_cash=cash + known.fee, extra_time=time,
        )  # fmt: skip

    def _kept(self, whole: PlannedShipment) -> Decimal:
        """Return what stays as it is: the share of the container, and of the customs entry of goods in one."""
        if not whole.trunk_load_id:
            return _ZERO
        kept = (
            line.amount for line in self._lines[whole.shipment_id]
            if line.load_id == whole.trunk_load_id or line.basis in ENTRY_BASES
        )  # fmt: skip
        return sum(kept, _ZERO)

    def _cheapest(self, world: World, whole: PlannedShipment, part: Shipment) -> tuple[Decimal, Decimal]:
        """Return cash and priced time of the cheapest leg on which a part may go to its FC."""
        if whole.final_leg == "direct":
            raise _NoEstimateError(f"{whole.shipment_id} goes to its FC in an unopened container")
        legs = [{"final_leg": "ltl"}, {"final_leg": "parcel"}] if whole.final_leg in ("ltl", "parcel", "ftl") else [{}]
        offers = [offer for leg in legs for offer in _price(world, whole.model_copy(update={
            **leg, "shipment_id": part.shipment_id, "destination_fc": part.destination_fc, "truck_load_id": "",
        }), part)]  # fmt: skip
        if not offers:
            raise _NoEstimateError(f"nothing leads to {part.destination_fc} on the way of {whole.shipment_id}")
        return min(offers, key=sum)

    def _fcs(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Return the FCs of a wider split: those of the plan, then again and again the one that is farthest from all chosen.

        Raises
        ------
        _NoEstimateError
            If the market has too few FCs.
        """
        if own not in self._spread:
            place, wanted = self._network.place, self._network.planning.placement_split_fcs
            chosen, rest = list(own), [row for row in self._open[place[own[0]].market] if row.place_id not in own]
            while len(chosen) < wanted and rest:
                farthest = max(rest, key=lambda row: (min(_km(row, place[name]) for name in chosen), row.place_id))
                rest.remove(farthest)
                chosen.append(farthest.place_id)
            self._spread[own] = tuple(chosen)
        found = self._spread[own]
        if len(found) < self._network.planning.placement_split_fcs:
            raise _NoEstimateError(f"market {self._network.place[own[0]].market} has only {len(found)} open FCs")
        return found


def _km(a: Place, b: Place) -> float:
    return distance_km(a.lat, a.lon, b.lat, b.lon)


def _shares(shipment: Shipment, spread: Sequence[str]) -> dict[str, Decimal]:
    """Return which FCs get how much of a shipment: as the seller states it, else all the same."""
    return dict(shipment.split_shares) or dict.fromkeys(spread, Decimal(1))


def split(shipment: Shipment, shares: Mapping[str, Decimal]) -> Iterator[Shipment]:
    """Yield the parts of a shipment, in whole cartons, in proportion to the shares; an FC without a carton has no part.

    Parameters
    ----------
    shares : by FC, any positive numbers
    """
    weights = [int(part * 1_000_000) for part in shares.values()]
    cartons = _parts(shipment.cartons or 0, weights)
    volumes, weights_g = _parts(shipment.volume_cm3, cartons), _parts(shipment.weight_g, cartons)
    units = _at_least_one(_parts(shipment.units or 0, cartons), cartons)
    values = _parts(int(shipment.goods_value * 1_000_000), cartons)
    late_price = shipment.late_price_per_day
    for number, fc in enumerate(shares):
        if cartons[number]:
            yield agreeing({
                **dict(shipment), "shipment_id": f"{shipment.shipment_id}/{fc}", "destination_fc": fc, "cartons": cartons[number],
                "volume_m3": Decimal(volumes[number]) / 1_000_000, "gross_weight_kg": Decimal(weights_g[number]) / 1_000,
                "units": units[number] if shipment.units else None, "goods_value": Decimal(values[number]) / 1_000_000,
                "late_price_per_day": None if late_price is None else late_price * cartons[number] / sum(cartons),
            })  # fmt: skip


def _parts(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of a count in proportion to weights, by largest remainder."""
    return [part // CENT for part in share(total * CENT, weights)]


def _at_least_one(counts: Sequence[int], cartons: Sequence[int]) -> list[int]:
    """Return counts of units in which every part that has cartons has one: the largest gives it, while it has more."""
    found = list(counts)
    for number, count in enumerate(cartons):
        if count and not found[number]:
            found[number] = 1
            found[found.index(max(found))] -= max(found) > 1
    return found


def _price(world: World, row: PlannedShipment, part: Shipment) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield cash and priced time of a part by itself, if it may go this way."""
    journey, refused = resolve(world, row, part)
    if journey is None or refused:
        return
    each = Traveller(world, journey, work_out(world, journey))
    offered = journey.chain is None or journey.chain.stop is not None or _offers(journey.chain.centre, row.final_leg)
    if not offered or any(cutoff(journey, each.dates)) or any(found for rule in rules.RULES for found in rule(each)):
        return
    lines = list(own_lines(world, journey, each.dates).lines)
    if not row.trunk_load_id:
        lines += entry_lines([each])
    value_of_day = decimal(world.network.planning.value_of_day_per_m3)
    time = priced_time(world, journey, each.dates, value_of_day)
    yield sum((line.amount for line in lines), _ZERO), sum(time.values(), _ZERO)


def _offers(centre: Place | None, leg: str) -> bool:
    return centre is not None and bool(centre.ltl_tariff if leg == "ltl" else centre.parcel_tariff)
