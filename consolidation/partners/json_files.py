"""Documents as JSON, by the published schema ``partner_file.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from consolidation.partners.model import SCHEMA_VERSION, PartnerDocument, PartnerFile
from consolidation.partners.reading import edited
from network.cells import exact
from network.errors import Finding, InputError


def json_bytes(documents: Sequence[PartnerDocument]) -> bytes:
    """Return documents as JSON: numbers as numbers, dates as text, one document to a line."""
    rows = ",\n".join(
        json.dumps({"header": vars(document.header), **document.content}, ensure_ascii=False) for document in documents
    )
    return f'{{"schema_version": "{SCHEMA_VERSION}", "documents": [\n{rows}\n]}}\n'.encode()


def read_json(path: str | Path) -> tuple[PartnerDocument, ...]:
    """Read a JSON file of documents; rows of findings are positions in its list of documents.

    Raises
    ------
    InputError
        With everything that is wrong, also content that is not that of its hash.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=exact)
    except OSError as fault:
        raise InputError([Finding(path.name, None, "", str(fault), "a file", rule="FILE.MISSING")]) from fault
    except (ValueError, RecursionError) as fault:
        raise InputError([Finding(path.name, None, "", str(fault), "JSON", rule="FILE.FORMAT")]) from fault
    try:
        documents: tuple[PartnerDocument, ...] = PartnerFile.model_validate(content).documents
    except ValidationError as fault:
        raise InputError(_findings(path.name, fault)) from fault
    findings = [finding for k, each in enumerate(documents, 1) for finding in edited(each, path.name, k)]
    if findings:
        raise InputError(findings)
    return documents


def _findings(file: str, fault: ValidationError) -> list[Finding]:
    found = []
    for detail in fault.errors(include_url=False):
        where = detail["loc"]
        row = where[1] + 1 if len(where) > 1 and isinstance(where[1], int) else None
        field = ".".join(str(part) for part in where[3 if row else 0 :])
        value = detail["input"] if isinstance(detail["input"], (str, int, Decimal)) else type(detail["input"]).__name__
        expected = detail["msg"].removeprefix("Value error, ")
        found.append(Finding(file, row, field, str(value), expected, rule="VALUE"))
    return found
