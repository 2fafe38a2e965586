"""Where the number of units of a shipment counts: duties and charges per unit."""

from __future__ import annotations

from network.model import Network
from network.price_tables import Charge, Duty
from network.ways import Inbound, inbound


class UnitCounts:
    """The duties and charges per unit of a network, by the FC that goods go to.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._duties = [row for row in network.duties if row.enabled and row.per_unit]
        scenarios = ("", network.header.scenario)
        self._charges = [row for row in network.charges if row.basis == "per_unit" and row.scenario in scenarios]
        self._found: dict[tuple[str, str], tuple[list[Duty], list[Charge]]] = {}

    def reason(self, fc: str, hs_code: str, in_plan: bool = False) -> str:
        """Return what counts the units of goods with an HS code (digits) on a way to an FC; blank when nothing does.

        Charges that only inbound plans pay are looked at for shipments that are `in_plan`.

        Validity dates and countries of origin are not looked at: the day of entry is not known before planning.
        """
        place = self._network.place.get(fc)
        if place is None or not (self._duties or self._charges):
            return ""
        key = (place.market, place.country)
        if key not in self._found:
            self._found[key] = self._met(inbound(self._network, *key))
        duties, charges = self._found[key]
        for duty in duties:
            if hs_code and hs_code.startswith(duty.hs_prefix):
                return f"duty {duty.duty_id} counts them"
        fees = [row for row in self._charges if row.tariff == place.tariff]
        met = [row for row in (*charges, *fees) if in_plan or row.destinations_up_to is None]
        return f"charge {met[0].charge_id} counts them" if met else ""

    def _met(self, way: Inbound) -> tuple[list[Duty], list[Charge]]:
        return (
            [row for row in self._duties if row.schedule in way.schedules],
            [row for row in self._charges if row.tariff in way.tariffs],
        )
