"""Origins of a shipments file into a network: the step before planning that may ask a geocoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from network.errors import Finding, InputError, nearest
from network.files import read_raw
from network.geo import normalised
from network.geocode import Find, with_addresses
from network.model import Network
from network.tables import Place


@dataclass(frozen=True)
class Geocoded:
    """What became of the origins of a shipments file.

    Attributes
    ----------
    network : Network with the addresses that were resolved
    known : number of different origins that the network knew before
    added : places added, one for each address resolved
    findings : one for each origin that stays unknown, at its first row
    """

    network: Network
    known: int
    added: tuple[Place, ...]
    findings: tuple[Finding, ...]


def geocode_origins(network: Network, shipments: str | Path, find: Find) -> Geocoded:
    """Resolve the origins of a shipments file that a network does not know.

    Only the column ``origin`` is read, so other mistakes in the file do not matter yet.

    Parameters
    ----------
    network : Network
    shipments : CSV, Excel, JSON or Parquet file
    find : asked for addresses, as :func:`network.geocode.with_addresses` says

    Raises
    ------
    InputError
        If the file cannot be read or has no such column.
    """
    file, first = _origins(Path(shipments))
    made, unknown = with_addresses(network, first, find)
    expected = "an address that the geocoder knows"
    maybe = "it is misspelt: write the town, or 'latitude, longitude'"
    findings = tuple(
        Finding(file, first[address], "origin", address, expected, maybe, "REFERENCE.UNKNOWN") for address in unknown
    )
    added = made.places[len(network.places) :]
    return Geocoded(made, len(first) - len(added) - len(unknown), added, findings)


def _origins(path: Path) -> tuple[str, dict[str, int]]:
    """Return the name of a shipments file and the first line of each origin in it, without blank ones."""
    raw = read_raw(path)
    if "origin" not in raw.columns:
        maybe = nearest("origin", raw.columns)
        missing = Finding(
            raw.file, raw.header_line, "origin", "no such column", "a column origin", maybe, "COLUMN.MISSING"
        )
        raise InputError(raw.findings or [missing])
    first: dict[str, tuple[str, int]] = {}
    for row, line in zip(raw.rows, raw.line_numbers, strict=True):
        first.setdefault(normalised(row["origin"]), (row["origin"], line))
    return raw.file, {text: line for text, line in first.values() if text}
