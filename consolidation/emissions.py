"""Greenhouse gases of a plan."""

from __future__ import annotations

from pydantic import Field

from consolidation.plan_model import Number, Part, Plan
from network.model import Network


class Emission(Part):
    """What one mode of transport carries and emits."""

    tonne_km: Number = Field(json_schema_extra={"unit": "tonne km"})
    co2e_kg: Number = Field(json_schema_extra={"unit": "kg CO2e"})


def emissions(plan: Plan, network: Network) -> dict[str, Emission]:
    """Return it by mode."""
    del plan, network
    return {}
