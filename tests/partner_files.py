"""Plans whose partner files are written and read back, and where the published standards are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from consolidation.partners.consolidations import Consolidation, consolidations
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.model import Network
from tests.hand_plan import NETWORK, hand_plan, shipments
from tests.plans import sample_network, sample_plan

TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=";=+-@"), max_size=3)
"""Beginnings of ids: letters, digits, punctuation and symbols of any script, three of them at most."""


def standard(file: str) -> Path:
    """Return a file of the published standards, or skip the test."""
    named = os.environ.get("DRAGONBOAT_STANDARDS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "standards"
    if not (folder / file).is_file():
        pytest.skip(f"{file} is not here: set DRAGONBOAT_STANDARDS to the folder of published standards")
    return folder / file


@cache
def hand_message() -> Consolidation:
    """Return the message about the one load of the plan worked out by hand."""
    (message,) = consolidations(made_by_hand(), NETWORK, shipments())
    return message


@cache
def made_by_hand() -> Plan:
    """Return the plan worked out by hand: shipments S1 and S2 in load L0001."""
    return Plan.model_validate(hand_plan())


def refused(call: Any, *arguments: Any) -> tuple[Finding, ...]:
    """Return what a call that must fail finds."""
    with pytest.raises(InputError) as error:
        call(*arguments)
    return error.value.findings


@st.composite
def partner_plans(draw: st.DrawFn, most: int = 40) -> tuple[Plan, Network, Sequence[Shipment]]:
    """Draw a plan on the sample network with ids and names of any script, and shipments for some of its goods."""
    plan = sample_plan(draw(st.integers(0, most)), draw(st.integers(0, 10_000)), seller=f"SE{draw(TEXTS)}")
    prefix, name = draw(TEXTS), draw(st.text(max_size=60))
    network = sample_network()
    places = tuple(row.model_copy(update={"name": f"{name}{row.name}"}) for row in network.places)
    rename = {row.shipment_id: f"{prefix}{row.shipment_id}" for row in plan.shipments}
    rows = [row.model_copy(update={"shipment_id": rename[row.shipment_id]}) for row in plan.shipments]
    loads = [row.model_copy(update={"shipments": tuple(rename[each] for each in row.shipments)}) for row in plan.loads]
    plan = plan.model_copy(
        update={"shipments": tuple(rows), "loads": tuple(loads), "version": draw(st.integers(1, 99))}
    )
    goods = [_goods(draw, row) for row in rows if draw(st.booleans())]
    return plan, network.replace(places=places), goods


def _goods(draw: st.DrawFn, row: Any) -> Shipment:
    cartons = draw(st.none() | st.integers(1, 300))
    sides = {f"carton_{side}_cm": Decimal(draw(st.integers(10, 60))) for side in ("length", "width", "height")}
    return Shipment.model_construct(
        shipment_id=row.shipment_id, seller_id=row.seller_id, origin=row.origin, destination_fc=row.destination_fc,
        cartons=cartons, volume_m3=row.volume_m3, gross_weight_kg=row.gross_weight_kg, units=row.units,
        hs_code=draw(st.sampled_from(["940542", "8507600000"])), incoterm=draw(st.sampled_from(["DDP", "FOB"])),
        cargo_class=draw(st.sampled_from(["general", "battery_pi966", "液体"])), carton_weight_kg=None,
        inbound_plan_id=draw(st.sampled_from(["", "IB 1/2"])), stackable=draw(st.booleans()),
        **(sides if draw(st.booleans()) else dict.fromkeys(sides)),
    )  # fmt: skip
