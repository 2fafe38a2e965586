"""Shipments, edited tables and quick plans for tests on the tiny network."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from consolidation.compile import CHUNK, Compiled, compile_problem
from consolidation.itineraries import Itineraries, leg_name
from consolidation.plan_model import CostLine, Plan
from consolidation.planner import plan
from consolidation.pricing import OwnLine, Pricer, Prices
from consolidation.search import enumerate_itineraries, search_itineraries
from consolidation.shipment_files import inspect_shipments, write_shipments
from consolidation.shipments import Shipment
from network import clock
from network.charges import ENTRY_BASES
from network.columns import Row
from network.customs import DutyBook
from network.errors import Finding
from network.model import Network
from network.money import from_micros
from network.planning import Planning
from network.tables import KEYS, TABLES
from network.tariffs import TariffBook
from solvers.options import SolveOptions
from tests.networks import ROWS

SURE = SolveOptions(time_limit_s=None)
"""No outer limit: the same answer on any machine."""
READY = dt.date(2026, 11, 24)
"""A Tuesday."""


def goods(shipment_id: str = "S1", **changes: Any) -> Shipment:
    """Return 4 m3, 800 kg and 2,000 USD of lamps in 40 cartons, ready at the Shenzhen warehouse, for ONT8.

    A change to None leaves the column out.
    """
    row: dict[str, Any] = {
        "shipment_id": shipment_id, "seller_id": f"SELLER-{shipment_id}", "origin": "WH-SZX", "destination_fc": "ONT8",
        "ready_date": READY, "volume_m3": "4", "gross_weight_kg": "800", "cartons": 40, "units": 200,
        "goods_value": "2000", "currency": "USD", "hs_code": "9405420000",
    }  # fmt: skip
    columns = {**row, **changes}
    return Shipment.model_validate({name: value for name, value in columns.items() if value is not None})


def findings(network: Network, *shipments: Shipment) -> list[Finding]:
    """Return what is wrong with shipments once they are a file: s.csv, the first in row 2."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.csv"
        write_shipments(shipments, path)
        return inspect_shipments(path, network)[1]


def edited(
    name: str,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    add: Iterable[Mapping[str, Any]] = (),
    drop: Iterable[str] = (),
    keep: Iterable[str] | None = None,
) -> tuple[Row, ...]:
    """Return a table of the tiny network with some rows changed, added, dropped, or only some kept."""
    key = KEYS[name][0]
    left_out = set(drop) if keep is None else {row[key] for row in ROWS[name]} - set(keep)
    rows = [{**row, **(changes or {}).get(row[key], {})} for row in ROWS[name] if row[key] not in left_out]
    return tuple(TABLES[name].model_validate(row) for row in [*rows, *add])


def planning(**changes: Any) -> Planning:
    """Return the planning parameters of the tiny network with some changed."""
    return Planning.model_validate({"truck_equipment": ("53TRL",), **changes})


def found(network: Network, *shipments: Shipment) -> Itineraries:
    """Return every itinerary of the shipments."""
    return enumerate_itineraries(network, shipments, TariffBook(network), DutyBook(network))


def compiled(network: Network, *shipments: Shipment, keep_all: bool = False, chunk: int = CHUNK) -> Compiled:
    """Return the problem of the shipments."""
    tariffs, duties = TariffBook(network), DutyBook(network)
    search = search_itineraries(network, shipments, tariffs, duties, every=keep_all)
    return compile_problem(network, search, tariffs, duties, keep_all=keep_all, chunk=chunk)


def rows_of(
    options: Itineraries, leg: str, lane_id: str = "", etd: str = "", *, alone: bool | None = None
) -> list[int]:
    """Return the options with a final leg, on a lane, leaving on a local date."""
    rows = []
    for row in range(len(options.shipment)):
        route = int(options.route[row])
        run = options.routes.runs[int(options.routes.run[route])] if route >= 0 else None
        if (
            leg_name(int(options.leg[row])) == leg
            and (not lane_id or (run is not None and run.lane.lane_id == lane_id))
            and (not etd or (run is not None and run.run_id.endswith(f"@{etd}")))
            and (alone is None or bool(options.alone[row]) == alone)
        ):
            rows.append(row)
    return rows


def one(options: Itineraries, leg: str, lane_id: str = "", etd: str = "", *, alone: bool | None = None) -> Itineraries:
    """Return the only option that :func:`rows_of` finds."""
    rows = rows_of(options, leg, lane_id, etd, alone=alone)
    assert len(rows) == 1, rows
    return options.take(np.array(rows, dtype=np.int64))


def day(number: int) -> str:
    """Return a day number as text."""
    return clock.date_of(int(number)).isoformat()


def own_lines(network: Network, option: Itineraries) -> tuple[dict[str, tuple[Decimal, Decimal]], Prices]:
    """Return quantity and amount by charge id of one option, and its prices."""
    lines: list[OwnLine] = []
    prices = Pricer(network, TariffBook(network), DutyBook(network)).price(option, lines.append)
    assert sum(line.amount for line in lines) == int(prices.cash.sum())
    return {line.charge_id: (line.quantity, from_micros(line.amount)) for line in lines}, prices


def quick_plan(network: Network, shipments: Sequence[Shipment], options: SolveOptions = SURE, **settings: Any) -> Plan:
    """Return a plan that no clock cut short."""
    return plan(network, shipments, options=options, **settings)


def lines_of(made: Plan, code: str, shipment_id: str = "") -> list[CostLine]:
    """Return the cost lines with a code, of one shipment or all."""
    return [line for line in made.cost_lines if line.code == code and shipment_id in ("", line.shipment_id)]


def total(lines: Iterable[CostLine]) -> Decimal:
    """Return the sum of the shares."""
    return sum((line.amount for line in lines), Decimal("0.00"))


def assert_sums(made: Plan) -> None:
    """Assert that lines, shipments, loads, entries and certificate say the same to the cent."""
    certificate = made.certificate
    assert total(made.cost_lines) == certificate.cash_cost
    assert sum((row.landed_cost for row in made.shipments), Decimal(0)) == certificate.cash_cost
    for row in made.shipments:
        own = total(line for line in made.cost_lines if line.shipment_id == row.shipment_id)
        assert own == row.landed_cost == sum(row.categories.values(), Decimal(0))
    for load in made.loads:
        assert total(line for line in made.cost_lines if line.load_id == load.load_id) == load.cost
    for entry in made.entries:
        held = [line for line in made.cost_lines if line.entry_id == entry.entry_id and line.basis in ENTRY_BASES]
        assert total(held) == entry.cost
    shared = sum((row.cost for row in made.loads), Decimal(0)) + sum((row.cost for row in made.entries), Decimal(0))
    rest = total(line for line in made.cost_lines if not line.load_id and line.basis not in ENTRY_BASES)
    assert shared + rest == certificate.cash_cost
    time = sum((sum(row.priced_time.values(), Decimal(0)) for row in made.shipments), Decimal(0))
    assert time == certificate.priced_time
    assert certificate.cash_cost + time + certificate.unplanned_price == certificate.cost
    assert certificate.bound <= certificate.cost
