"""Reading files that Dragon Boat wrote, with one kind of message for whatever is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from network.cells import exact
from network.errors import PlanFolderError

Model = TypeVar("Model", bound=BaseModel)


def _from_text(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=exact)


def read_document(
    path: Path, model: type[Model], version: tuple[str, str], what: str, load: Callable[[Path], Any] = _from_text
) -> Model:
    """Read a JSON file as a model.

    Parameters
    ----------
    version : name of the field that holds the version of the file, and the version that can be read
    what : what the folder of the file should be, such as "a plan folder"
    load : returns the content of the file

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, is of another version, or does not follow the schema.
    """
    try:
        content = load(path)
    except (OSError, UnicodeDecodeError) as fault:
        raise PlanFolderError(f"{path}: cannot be read ({fault}). Maybe {path.parent} is not {what}.") from fault
    except (ValueError, RecursionError) as fault:
        raise PlanFolderError(f"{path}: not JSON ({fault}). Maybe the file was cut off or edited.") from fault
    field, expected = version
    found = content.get(field) if isinstance(content, dict) else None
    if found != expected:
        raise PlanFolderError(
            f"{path}: {field} found {found!r}, expected {expected!r}. Maybe another version of dragonboat wrote it."
        )
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlanFolderError(
            f"{path}: {where}: found {first['input']!r:.80}, {first['msg']} ({fault.error_count()} problem(s))."
        ) from fault
