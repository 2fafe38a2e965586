"""Shipments and their files: reading, checking and writing CSV, Excel, JSON and Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from consolidation.shipments import Shipment, bare_code
from network.atomic import new_file
from network.catalogue import FieldInfo, fields
from network.cells import as_decimal, cell_text
from network.errors import Finding, InputError, nearest
from network.files import read_raw
from network.geo import Locator
from network.io import rows_hash
from network.model import Network
from network.rows import Alias, default_of, parse_rows
from network.units import UnitCounts
from network.workbook import CREATED, Sheets

__all__ = [
    "ALIASES", "GENERAL", "Shipment", "content_hash", "inspect_shipments", "known_classes", "read_shipments",
    "write_shipments",
]  # fmt: skip

KG_PER_LB = Decimal("0.45359237")
CM_PER_IN = Decimal("2.54")
M3_PER_CBFT = Decimal("0.028316846592")
GENERAL = "general"
"""Cargo class of goods that no rule speaks of."""


def _times(factor: Decimal) -> Callable[[str], str]:
    def convert(text: str) -> str:
        number = as_decimal(text)
        return text if number is None else format(number * factor, "f")

    return convert


ALIASES = {
    "gross_weight_lb": Alias("gross_weight_kg", _times(KG_PER_LB)),
    "carton_weight_lb": Alias("carton_weight_kg", _times(KG_PER_LB)),
    "carton_length_in": Alias("carton_length_cm", _times(CM_PER_IN)),
    "carton_width_in": Alias("carton_width_cm", _times(CM_PER_IN)),
    "carton_height_in": Alias("carton_height_cm", _times(CM_PER_IN)),
    "volume_cbft": Alias("volume_m3", _times(M3_PER_CBFT)),
}
"""Columns in other units, converted exactly."""


def read_shipments(path: str | Path, network: Network | None = None) -> tuple[Shipment, ...]:
    """Read shipments and, with a network, check that it knows their origins, FCs, currencies and classes.

    Parameters
    ----------
    path : CSV, Excel, JSON or Parquet file
    network : network they will be planned on

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    shipments, findings = inspect_shipments(path, network)
    if findings:
        raise InputError(findings)
    return shipments


def inspect_shipments(path: str | Path, network: Network | None = None) -> tuple[tuple[Shipment, ...], list[Finding]]:
    """Read shipments as far as possible and return those that are right with everything that is wrong."""
    raw = read_raw(path)
    rows, lines, findings = parse_rows(raw, Shipment, ALIASES)
    findings.extend(_far_dates(rows, raw.file, lines))
    if not raw.rows and not raw.findings:
        findings.append(Finding(raw.file, None, "", "no rows", "at least one shipment", rule="TABLE.EMPTY"))
    told = {(finding.row, finding.field) for finding in findings}
    texts = {field: [row.get(field, "") for row in raw.rows] for field in _CHECKED}
    found = _check(texts, network, raw.file, raw.line_numbers)
    findings += [finding for finding in found if (finding.row, finding.field) not in told]
    return tuple(rows), sorted(findings, key=lambda finding: finding.row or 0)


def require_known(shipments: Sequence[Shipment], network: Network) -> None:
    """Refuse shipments made in Python that do not fit a network; positions are counted from 2, as in a file.

    Raises
    ------
    InputError
        With every unknown origin, FC, currency or class, and every id used twice.
    """
    texts = {field: [cell_text(getattr(shipment, field)) for shipment in shipments] for field in _CHECKED}
    findings = _check(texts, network, "shipments", range(2, len(shipments) + 2))
    if findings:
        raise InputError(findings)


_ENTREPOTS = ("HK", "MO")
MOST_APART_DAYS = 180
"""Ready dates further from the middle one are taken for mistakes: a plan looks at one season."""


def _far_dates(rows: Sequence[Shipment], file: str, lines: Sequence[int]) -> Iterator[Finding]:
    """Yield a finding for each ready date that is far from the others of the file."""
    if not rows:
        return
    middle = sorted(row.ready_date for row in rows)[len(rows) // 2]
    for row, line in zip(rows, lines, strict=True):
        if abs((row.ready_date - middle).days) > MOST_APART_DAYS:
            yield Finding(file, line, "ready_date", row.ready_date.isoformat(),
                          f"a day within {MOST_APART_DAYS} days of {middle}, the middle of the file",
                          "the year is wrong; or plan it with a file of its own season", "VALUE.FAR")  # fmt: skip


_CHECKED = (
    "shipment_id", "origin", "destination_fc", "currency", "cargo_class", "hs_code", "units", "country_of_origin",
    "inbound_plan_id", "event", "optimised_split",
)  # fmt: skip
"""Columns that are checked against each other or against a network."""


def _check(texts: dict[str, list[str]], network: Network | None, file: str, lines: Sequence[int]) -> list[Finding]:
    """Check columns of text; a blank cell means the default."""
    findings = list(_duplicates(texts["shipment_id"], file, lines))
    for field, problem in (_problems(network) if network is not None else {}).items():
        told: dict[str, tuple[str, str] | None] = {"": None}
        default = cell_text(default_of(Shipment.model_fields[field]))
        for text, line in zip(texts[field], lines, strict=True):
            value = text or default
            if value not in told:
                told[value] = problem(value)
            if (found := told[value]) is not None:
                findings.append(Finding(file, line, field, value, *found, rule="REFERENCE.UNKNOWN"))
    if network is not None:
        findings.extend(_unknown_split_fcs(texts, network, file, lines))
        findings.extend(_unknown_events(texts, network, file, lines))
        findings.extend(_missing_units(texts, network, file, lines))
        findings.extend(_entrepot_goods(texts, network, file, lines))
    return findings


def _entrepot_goods(
    texts: dict[str, list[str]], network: Network, file: str, lines: Sequence[int]
) -> Iterator[Finding]:
    """Yield a finding for each shipment from Hong Kong or Macau that does not say where its goods were made.

    Duties follow where goods were made, and there they mostly were not.
    """
    locator = Locator(network.places)
    told: dict[str, bool] = {"": False}
    for made, origin, line in zip(texts["country_of_origin"], texts["origin"], lines, strict=True):
        if not made and origin not in told:
            found = locator.find(origin)
            told[origin] = found is not None and found.country in _ENTREPOTS
        if not made and told[origin]:
            yield Finding(file, line, "country_of_origin", "", f"where the goods were made, as they start from {origin}",
                          "CN", "VALUE.MISSING")  # fmt: skip


def _unknown_events(
    texts: dict[str, list[str]], network: Network, file: str, lines: Sequence[int]
) -> Iterator[Finding]:
    """Yield a finding for each shipment meant for an event of which its FC has no deadline."""
    known: dict[str, set[str]] = {}
    for event, fc, line in zip(texts["event"], texts["destination_fc"], lines, strict=True):
        if event and fc in network.place:
            events = known.setdefault(fc, network.events_of(fc))
            if event not in events:
                expected = f"an event with a deadline for FC {fc} or its market (table inbound_deadlines)"
                yield Finding(file, line, "event", event, expected, nearest(event, events), "REFERENCE.UNKNOWN")


def _unknown_split_fcs(
    texts: dict[str, list[str]], network: Network, file: str, lines: Sequence[int]
) -> Iterator[Finding]:
    """Yield a finding for each FC of a wider split that is not an open FC of the shipment's market."""
    for text, fc, line in zip(texts["optimised_split"], texts["destination_fc"], lines, strict=True):
        if not text or fc not in network.place:
            continue
        market = network.place[fc].market
        known = [row.place_id for row in network.places if row.kind == "fc" and row.market == market and not row.closed]
        for name in (part.partition(":")[0].strip() for part in text.split(";") if part.strip()):
            if name not in known:
                yield Finding(file, line, "optimised_split", name, f"an open FC of market {market}, as {fc} is",
                              nearest(name, known), "REFERENCE.UNKNOWN")  # fmt: skip


def _missing_units(texts: dict[str, list[str]], network: Network, file: str, lines: Sequence[int]) -> Iterator[Finding]:
    """Yield a finding for each shipment without units on whose way a duty or a charge counts them."""
    counts = UnitCounts(network)
    columns = ("units", "destination_fc", "hs_code", "inbound_plan_id")
    for units, fc, code, plan, line in zip(*(texts[name] for name in columns), lines, strict=True):
        reason = "" if units else counts.reason(fc, bare_code(code), bool(plan))
        if reason:
            yield Finding(file, line, "units", "", f"the number of units: {reason}", rule="VALUE.MISSING")


def _duplicates(names: Sequence[str], file: str, lines: Sequence[int]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for name, line in zip(names, lines, strict=True):
        if name and first.setdefault(name, line) != line:
            yield Finding(file, line, "shipment_id", name, f"an id not used before (row {first[name]})",
                          rule="KEY.DUPLICATE")  # fmt: skip


def _problems(network: Network) -> dict[str, Callable[[str], tuple[str, str] | None]]:
    """Return, by column, a function from a value to (expected, maybe), or None for a known value."""
    fcs = [place.place_id for place in network.places if place.kind == "fc"]
    named = [place.place_id for place in network.places if place.kind == "origin_warehouse"]
    named += [place.name for place in network.places if place.kind == "city"]
    locator = Locator(network.places)
    classes = known_classes(network)

    def origin(value: str) -> tuple[str, str] | None:
        if locator.find(value) is not None:
            return None
        cure = nearest(value, named) or "it is an address: run `dragonboat geocode` to add its coordinates"
        return "an origin warehouse, a city of the network or 'latitude, longitude'", cure

    def one_of(known: Iterable[str], what: str) -> Callable[[str], tuple[str, str] | None]:
        names = sorted(known)
        return lambda value: None if value in names else (what, nearest(value, names))

    return {
        "origin": origin,
        "destination_fc": one_of(fcs, "an FC of the network"),
        "currency": one_of(network.rate, "a currency with a rate in the network's fx table"),
        "cargo_class": one_of(classes, f"one of {', '.join(sorted(classes))}"),
    }


def known_classes(network: Network) -> frozenset[str]:
    """Return every cargo class that a network speaks of, and "general"."""
    ruled = {row.cargo_class for row in network.compatibility}
    ruled |= {row.subject for row in network.compatibility if row.rule == "conflict"}
    refused = {name for row in network.receiving for name in row.refused_classes}
    return frozenset(ruled | refused | {row.cargo_class for row in network.products} | {GENERAL})


def content_hash(shipments: Iterable[Shipment]) -> str:
    """Return the SHA-256 of shipments; their order and the spelling of numbers are irrelevant."""
    return rows_hash({"shipments": shipments})


def write_shipments(shipments: Iterable[Shipment], path: str | Path) -> None:
    """Write shipments as a file of the kind its suffix names; the file appears whole or not at all.

    Raises
    ------
    InputError
        If the suffix is none of .csv, .xlsx, .json and .parquet, or Parquet's extra is missing.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        expected = f"a file name that ends in {', '.join(_WRITERS)}"
        raise InputError([Finding(path.name, None, "", path.suffix, expected, rule="FILE.FORMAT")])
    names = [info.column for info in _columns()]
    rows = [{name: getattr(row, name) for name in names} for row in shipments]
    with new_file(path) as temporary:
        writer(rows, temporary)


def _columns() -> list[FieldInfo]:
    return [info for info in fields({"shipments": Shipment}) if info.table == "shipments"]


def _write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([info.column for info in _columns()])
        writer.writerows([cell_text(value) for value in row.values()] for row in rows)


def _write_xlsx(rows: list[dict[str, Any]], path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": "Shipments", "created": CREATED})
        Sheets(book).add("shipments", _columns(), (list(row.values()) for row in rows))


def _write_json(rows: list[dict[str, Any]], path: Path) -> None:
    records = [{name: _json_value(value) for name, value in row.items() if value not in (None, "")} for row in rows]
    path.write_text(json.dumps({"shipments": records}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(repr(number)) == value else str(value)
    return value if isinstance(value, (int, bool)) else cell_text(value)


def _write_parquet(rows: list[dict[str, Any]], path: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError([
            Finding(path.name, None, "", "Parquet", "the extra 'parquet'", 'pip install "dragonboat[parquet]"', "FILE.FORMAT")
        ]) from None  # fmt: skip
    kinds = {"number": pa.float64(), "whole number": pa.int64(), "date": pa.date32(), "yes/no": pa.bool_()}
    schema = pa.schema([(info.column, kinds.get(info.type, pa.string())) for info in _columns()])
    plain = [{name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in rows]
    parquet.write_table(pa.Table.from_pylist(plain, schema=schema), path)


_WRITERS: dict[str, Callable[[list[dict[str, Any]], Path], None]] = {
    ".csv": _write_csv, ".xlsx": _write_xlsx, ".json": _write_json, ".parquet": _write_parquet,
}  # fmt: skip
