"""Small networks and shipments whose trade-offs can be searched exhaustively."""

from __future__ import annotations

from consolidation.shipments import Shipment
from network.model import Network
from tests.goods import edited, goods, planning
from tests.networks import tiny_network


def unlimited_network(**changes: object) -> Network:
    """Return the tiny network with a short horizon and without limits on places and departures."""
    free = {
        "places": edited("places", {"WH-SZX": {"handling_m3_per_day": None}, "IND9": {"receiving_m3_per_week": None}}),
        "departures": edited("departures", {"YTN-LAX-W": {"allotment_teu": None}}),
        "planning": planning(
            horizon_days=14, max_wait_days=14, warehouses_per_shipment=1, truck_dispatch_weekdays=("2", "5")
        ),
    }
    return tiny_network(**{**free, **changes})


def pair(**changes: object) -> list[Shipment]:
    """Return two shipments that may share loads."""
    return [
        goods("S1", volume_m3="9", gross_weight_kg="1500", cartons=100, **changes),
        goods("S2", volume_m3="5", gross_weight_kg="900", cartons=60, goods_value="9000", **changes),
    ]


WEEK = [
    goods(
        f"S{k}",
        volume_m3=str(3 + 2 * k),
        gross_weight_kg=str(500 + 300 * k),
        cartons=30 + 20 * k,
        goods_value=str(1500 * k + 900),
    )
    for k in range(5)
]
"""Five shipments of different size and worth."""
