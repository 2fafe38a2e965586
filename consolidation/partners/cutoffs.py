"""Cut-offs of departures by code: the codes are DCSA's, the figures are hours before ETD."""

from __future__ import annotations

import datetime as dt

from network.tables import Departure

CUTOFFS = {"CRD": "crd_h", "LCO": "lco_h", "DCO": "dco_h", "VCO": "vco_h", "FCO": "fco_h", "AFC": "ams_h"}
"""Column of departures.csv by code: LCO LCL delivery (CFS), DCO documents, VCO verified gross mass, FCO full container
delivery (CY gate-in), AFC advance filing (AMS, ENS); CRD, cargo ready date, is no code of DCSA."""


def minute(text: str) -> str:
    """Return a local time with its offset to the minute; a date stays as it is.

    >>> minute("2026-12-02T18:00:00+08:00"), minute("2026-12-02")
    ('2026-12-02T18:00+08:00', '2026-12-02')
    """
    return dt.datetime.fromisoformat(text).isoformat(timespec="minutes") if "T" in text else text


def cutoffs_of(departure: Departure | None, etd: str) -> tuple[tuple[str, str], ...]:
    """Return the cut-offs that a departure states as (code, local time with offset), in the order of :data:`CUTOFFS`.

    Parameters
    ----------
    departure : row of the network; None when the network no longer has it
    etd : local time with offset
    """
    if departure is None or "T" not in etd:
        return ()
    leaves = dt.datetime.fromisoformat(etd)
    hours = ((code, getattr(departure, column)) for code, column in CUTOFFS.items())
    return tuple(
        (code, (leaves - dt.timedelta(hours=before)).isoformat(timespec="minutes"))
        for code, before in hours
        if before is not None
    )


def hours_before(etd: dt.datetime, cutoff: dt.datetime) -> float:
    """Return how many hours before ETD a cut-off is, to the minute.

    >>> etd = dt.datetime.fromisoformat("2026-12-02T18:00+08:00")
    >>> hours_before(etd, dt.datetime.fromisoformat("2026-11-29T18:00+08:00"))
    72.0
    """
    return round((etd - cutoff).total_seconds() / 60) / 60


def run_row(departures: dict[str, Departure], run_id: str) -> Departure | None:
    """Return the row of the network that a dated departure, such as ``OC-YTN-LAX.2@2026-12-01``, comes from."""
    return departures.get(run_id.rpartition("@")[0])
