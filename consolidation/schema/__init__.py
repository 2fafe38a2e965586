"""Published JSON Schemas: of plan folders, shipments, partner files, confirmations, comparisons, scenarios, studies, trade-offs and simulations.

The files beside this module are made from the models: ``python -m consolidation.schema`` writes them again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from consolidation.comparison.model import Comparison
from consolidation.events.model import Confirmation, Event
from consolidation.partners.manifest import Manifest
from consolidation.partners.model import PartnerFile
from consolidation.plan_model import Certificate, Plan
from consolidation.scenarios.model import file_schema
from consolidation.shipments import Shipment
from consolidation.simulation.model import Simulation
from consolidation.studies.model import Study
from consolidation.tradeoffs.model import Alternatives, Frontier

FOLDER = Path(__file__).parent
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every published schema by file name."""
    certificate = Certificate.model_json_schema(mode="serialization")
    certificate["properties"]["seconds"] = {"type": "number", "unit": "s", "description": "wall time of the run"}
    certificate["required"] = [*certificate["required"], "seconds"]
    found = {
        "plan.schema.json": Plan.model_json_schema(mode="serialization"),
        "certificate.schema.json": certificate,
        "confirmation.schema.json": Confirmation.model_json_schema(mode="validation"),
        "event.schema.json": Event.model_json_schema(mode="serialization"),
        "comparison.schema.json": Comparison.model_json_schema(mode="serialization"),
        "partner_file.schema.json": PartnerFile.model_json_schema(mode="serialization"),
        "export_manifest.schema.json": Manifest.model_json_schema(mode="serialization"),
        "simulation.schema.json": Simulation.model_json_schema(mode="serialization"),
        "scenarios.schema.json": file_schema(),
        "study.schema.json": Study.model_json_schema(mode="serialization"),
        "frontier.schema.json": Frontier.model_json_schema(mode="serialization"),
        "alternatives.schema.json": Alternatives.model_json_schema(mode="serialization"),
        "shipment.schema.json": Shipment.model_json_schema(mode="serialization"),
    }
    return {name: {"$schema": _DIALECT, **schema} for name, schema in found.items()}


def text(schema: dict[str, Any]) -> str:
    """Return a schema as it is published."""
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def publish() -> list[Path]:
    """Write every schema beside this module and return the files."""
    written = []
    for name, schema in schemas().items():
        path = FOLDER / name
        path.write_text(text(schema), encoding="utf-8")
        written.append(path)
    return written
