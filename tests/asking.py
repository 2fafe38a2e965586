"""Studies of questions on small networks, for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from consolidation.scenarios.model import ScenarioFile
from consolidation.shipments import Shipment
from consolidation.studies import Request, study
from consolidation.studies.model import Study
from consolidation.studies.request import Posed
from consolidation.studies.runners import Runner, Serial
from network.model import Network
from solvers.options import SolveOptions
from tests.goods import SURE, goods

JANUARY = dt.date(2027, 1, 5)
"""A Tuesday on and after which no price of the tiny network changes."""
HASTY = SolveOptions(work=0, exact_lots=0, time_limit_s=None)
"""Hardly any search, and nothing proven."""


def cargo(shipment_id: str = "S1", **changes: Any) -> Shipment:
    """Return goods that are ready in January."""
    return goods(shipment_id, **{"ready_date": JANUARY, **changes})


def request(
    network: Network, week: Sequence[Shipment], options: SolveOptions = SURE, **tables: Sequence[dict[str, Any]]
) -> Request:
    """Return a study that asks questions, written as in a file."""
    file = ScenarioFile.model_validate({name: list(rows) for name, rows in tables.items()})
    return Request(
        "Questions", network, tuple(week), (), options, (), tuple(Posed(table) for table in file.break_even),
        tuple(Posed(table) for table in file.values),
    )  # fmt: skip


def asked(folder: Path, asking: Request, runner: Runner | None = None) -> Study:
    """Return what a study answers."""
    return study(asking, folder / "study", runner=runner or Serial())
