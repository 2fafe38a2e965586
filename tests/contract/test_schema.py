"""The published schemas are current, and plan folders follow them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from consolidation import schema
from tests.confirming import event, record
from tests.plans import sample_plan


@pytest.mark.parametrize("name", sorted(schema.schemas()))
def test_published_file_is_current(name: str) -> None:
    published = (schema.FOLDER / name).read_text(encoding="utf-8")
    assert published == schema.text(schema.schemas()[name]), "run python -m consolidation.schema"


def test_a_plan_follows_the_published_schema() -> None:
    published = json.loads((schema.FOLDER / "plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    content = sample_plan().model_dump(mode="json")
    jsonschema.Draft202012Validator(published).validate(content)

    content["shipments"][0]["landed_cost"] = "a lot"
    with pytest.raises(jsonschema.ValidationError, match="a lot"):
        jsonschema.Draft202012Validator(published).validate(content)


@pytest.mark.parametrize("model", ["confirmation", "event"])
def test_confirmations_follow_the_published_schema(model: str) -> None:
    published = json.loads((schema.FOLDER / f"{model}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    row = record("gated_in", "S1", volume_m3=4.4, gross_weight_kg="812.5")
    content = row if model == "confirmation" else event(**row).model_dump(mode="json")
    jsonschema.Draft202012Validator(published).validate(content)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(published).validate({**content, "volum_m3": 4.4})


def test_every_number_of_a_plan_has_a_unit() -> None:
    published = json.loads(Path(schema.FOLDER / "plan.schema.json").read_text(encoding="utf-8"))
    missing = [
        f"{model}.{name}"
        for model, definition in published["$defs"].items()
        for name, field in definition["properties"].items()
        if field.get("type") in ("number", "integer") and "unit" not in field
    ]
    assert missing == []
