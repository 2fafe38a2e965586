"""The manifest of an export: which partner has which document. It is the planner's, no partner gets it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from consolidation.partners.header import FileHeader
from consolidation.partners.model import SCHEMA_VERSION
from consolidation.partners.parts import Part
from network.errors import Finding, InputError

MANIFEST = "manifest.json"


class Standing(Part):
    """The head of a document that a partner has, or that it is to forget."""

    header: FileHeader
    sent: bool = Field(description="in this export; false: sent before and unchanged")


class ExportedFile(Part):
    """One file of an export."""

    path: str = Field(description="within the folder")
    sha256: str
    size: int = Field(json_schema_extra={"unit": "byte"})


class Manifest(Part):
    """What an export holds, and what partners have of earlier ones."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    plan_id: str
    plan_version: int = Field(json_schema_extra={"unit": "version"})
    formats: tuple[str, ...]
    note: str = ""
    documents: tuple[Standing, ...]
    files: tuple[ExportedFile, ...]

    @property
    def sent(self) -> tuple[FileHeader, ...]:
        """Heads of the documents in this export."""
        return tuple(each.header for each in self.documents if each.sent)


def read_manifest(folder: str | Path) -> Manifest:
    """Read the manifest of an export.

    Raises
    ------
    InputError
        If it is missing or not one.
    """
    path = Path(folder) / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InputError([Finding(str(path), None, "", str(fault), "a file", rule="FILE.MISSING")]) from fault
    except (ValidationError, UnicodeDecodeError) as fault:
        expected = "the manifest of an export"
        found = str(fault).partition("\n")[0]
        raise InputError([
            Finding(str(path), None, "", found, expected, "it was edited, or another version wrote it", "FILE.FORMAT")
        ]) from fault  # fmt: skip
