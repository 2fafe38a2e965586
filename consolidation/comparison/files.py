"""The folder of a comparison: written whole or not at all, and read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from consolidation.comparison.model import COMPARISON_VERSION, Comparison
from consolidation.comparison.tables import CHANGES, COSTS, LOADS, tables
from consolidation.documents import read_document
from network.atomic import new_folder, require_free

COMPARISON, PAGE = "comparison.json", "comparison.html"
_FILES = {COMPARISON, PAGE, CHANGES, LOADS, COSTS}


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_comparison` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier comparison, or cannot be written.
    """
    require_free(folder, _is_ours)


def write_comparison(comparison: Comparison, folder: str | Path) -> Path:
    """Write a comparison as JSON, as tables and as a page, atomically, and return the path of the folder.

    Parameters
    ----------
    folder : a new or empty folder, or an earlier comparison, which is replaced as a whole

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else in it.
    """
    from consolidation.comparison.page import comparison_page

    target = Path(folder).resolve()
    with new_folder(target, _is_ours) as draft:
        with (draft / COMPARISON).open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(_json(comparison))
        for name, (columns, rows) in tables(comparison).items():
            with (draft / name).open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream, lineterminator="\n").writerows(chain([columns], rows))
        (draft / PAGE).write_text(comparison_page(comparison), encoding="utf-8")
    return target


def _is_ours(folder: Path) -> bool:
    return (folder / COMPARISON).is_file() and {path.name for path in folder.iterdir()} <= _FILES


def _json(comparison: Comparison) -> Iterator[str]:
    """Yield the file: one shipment, load, seller or charge to a line."""
    before = "{\n "
    for name, field in Comparison.model_fields.items():
        value = getattr(comparison, name)
        yield f"{before}{json.dumps(name)}: "
        before = ",\n "
        if isinstance(value, tuple):
            rows = ",\n  ".join(_text(type(row), row) for row in value)
            yield f"[\n  {rows}\n ]" if rows else "[]"
        else:
            yield _text(field.annotation, value)
    yield "\n}\n"


def _text(kind: Any, value: Any) -> str:
    return TypeAdapter(kind).dump_json(value).decode()


def read_comparison(folder: str | Path) -> Comparison:
    """Read ``comparison.json`` of a folder that :func:`write_comparison` wrote.

    Raises
    ------
    PlanFolderError
        If the file is missing, is no JSON, is of another version, or does not follow the schema.
    """
    version = ("comparison_version", COMPARISON_VERSION)
    return read_document(Path(folder) / COMPARISON, Comparison, version, "a comparison")
