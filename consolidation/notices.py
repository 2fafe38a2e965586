"""What a planner should know about a plan although nothing is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from consolidation.demand import Demand
from consolidation.plan_model import Notice, PlannedShipment
from network.customs import DutyBook
from network.model import Network


def duty_notices(
    network: Network, duties: DutyBook, demand: Demand, planned: Sequence[PlannedShipment], entered: dict[str, str]
) -> list[Notice]:
    """Return a notice for every HS code whose base duty is only that of the nearest code of the tariff.

    Parameters
    ----------
    demand : Demand, in which the planned shipments are found by id
    entered : ISO date of every customs entry
    """
    position = {shipment.shipment_id: k for k, shipment in enumerate(demand.shipments)}
    guessed: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for row in planned:
        schedule = network.regime[row.regime_id].schedule
        place = position[row.shipment_id]
        hs_code, country = demand.shipments[place].hs_code, demand.country_of_origin(place)
        for duty in duties.layers(schedule, hs_code, country, dt.date.fromisoformat(entered[row.entry_id])):
            if duties.is_guessed(schedule, hs_code, duty):
                guessed[duty.layer, hs_code, duty.hs_prefix, duty.duty_id].append(row.shipment_id)
    return [
        Notice(
            code="DUTY.NEAREST",
            text=f"No row of {layer} matches HS {hs_code}: the nearest, HS {prefix} ({duty_id}), was charged. Layers for "
            "listed goods were charged only where they match. Maybe add a row for the code to the duties table.",
            shipments=tuple(ids),
        )
        for (layer, hs_code, prefix, duty_id), ids in sorted(guessed.items())
    ]
