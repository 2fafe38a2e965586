"""What the command line shows: findings, progress and certificates, for people and for programs."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from network.errors import Finding

if TYPE_CHECKING:
    from rich.status import Status

    from consolidation.addresses import Geocoded
    from consolidation.plan_model import Certificate, Notice
    from solvers.outcome import Progress

out = Console(soft_wrap=True)
"""For answers."""
err = Console(stderr=True, soft_wrap=True)
"""For progress and errors."""

MOST_SHOWN = 50
"""Findings shown on the screen; the file of ``--errors`` has all."""
_STANDARD_ERROR = 2
_COLUMNS = ("file", "row", "field", "value", "expected", "maybe", "rule")


def say_at_once(text: str) -> None:
    """Print a line to standard error from a handler of a signal, which may have come while something else was printing."""
    os.write(_STANDARD_ERROR, f"{text}\n".encode())


def show_json(content: Any) -> None:
    """Print one JSON document to standard output."""
    sys.stdout.write(json.dumps(content, indent=1, default=str) + "\n")


def show_findings(findings: Sequence[Finding], title: str) -> None:
    """Print what is wrong with the input as a table, at most :data:`MOST_SHOWN` rows of it."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for name in ("File", "Row", "Field", "Found", "Expected", "Maybe"):
        table.add_column(name, overflow="fold", no_wrap=False)
    for finding in findings[:MOST_SHOWN]:
        row = "" if finding.row is None else str(finding.row)
        cells = (finding.file, row, finding.field, _short(finding.value), finding.expected, finding.maybe)
        table.add_row(*(escaped(cell) for cell in cells))
    err.print(table)
    if len(findings) > MOST_SHOWN:
        err.print(f"{MOST_SHOWN} of {len(findings)} problems shown; write all with --errors FILE.csv", highlight=False)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def escaped(text: str) -> str:
    """Return a text that rich prints as it is."""
    return text.replace("[", "\\[")


def write_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write every finding as CSV, whole or not at all."""
    from network.atomic import new_file

    with new_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([getattr(finding, name) for name in _COLUMNS] for finding in findings)


def finding_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding for ``--json``."""
    return {name: getattr(finding, name) for name in _COLUMNS}


def show_geocoded(done: Geocoded, written: Path, as_json: bool) -> None:
    """Print how many origins were known, resolved and stay unknown, and where the resolved ones are."""
    added = [{name: getattr(place, name) for name in ("place_id", "name", "lat", "lon", "country")}
             for place in done.added]  # fmt: skip
    if as_json:
        counts = {"known": done.known, "resolved": len(added), "unknown": len(done.findings)}
        findings = [finding_dict(finding) for finding in done.findings]
        show_json({"written": str(written), **counts, "added": added, "findings": findings})
        return
    if done.findings:
        show_findings(done.findings, f"Origins that stay unknown: {len(done.findings)}")
    for row in added[:MOST_SHOWN]:
        where = f"{row['lat']:.4f}, {row['lon']:.4f} {row['country']}"
        out.print(f"  {row['name']}: {where}", markup=False, highlight=False)
    if len(added) > MOST_SHOWN:
        out.print(f"  ... and {len(added) - MOST_SHOWN} more in its places", highlight=False)
    out.print(f"origins: {done.known} known, {len(added)} resolved, {len(done.findings)} unknown", highlight=False)
    out.print(f"network in {written}", markup=False, highlight=False)


def money(amount: object, currency: str) -> str:
    """Return an amount with thousands separators and its currency."""
    return f"{amount:,.2f} {currency}"


def show_certificate(certificate: Certificate, seconds: float, version: int = 1) -> None:
    """Print what was proved about a plan, in words a planner uses.

    Parameters
    ----------
    seconds : s, that the plan took
    version : of the plan; a later one is compared with plans that hold what it holds
    """
    c, planned = certificate, certificate.shipments - certificate.unplanned
    saving = c.baseline_cost - c.cash_cost
    share = f" ({saving / c.baseline_cost:.1%})" if c.baseline_cost else ""
    holding = "" if version == 1 else " that holds what is held, price of change included"
    if c.proven_optimal:
        proof = f"proven optimal{holding and ': no plan costs less'}{holding}"
    else:
        proof = f"at most {c.gap:.2%} above the best plan there can be{holding}"
    rows = [
        ("Shipments planned", f"{planned} of {c.shipments}" + (f", {c.unplanned} unplanned" if c.unplanned else "")),
        ("Cost", f"{money(c.cost, c.currency)}  ({proof})"),
        ("  landed cost, cash", money(c.cash_cost, c.currency)),
        ("  priced time", money(c.priced_time, c.currency)),
        ("Proven bound", money(c.bound, c.currency)),
        ("Gap", f"{c.gap:.3%}"),
        ("Sending alone, cash", money(c.baseline_cost, c.currency)),
        ("Saving", f"{money(saving, c.currency)}{share}"),
        ("Stopped because", f"{c.stop_reason}, after {seconds:.1f} s"),
    ]
    if c.baseline_missing:
        rows.insert(-1, ("", f"{c.baseline_missing} shipment(s) cannot be sent alone: their planned cost stands in"))
    if c.unplanned_price:
        rows.insert(4, ("  price of leaving out", money(c.unplanned_price, c.currency)))
    if c.change_price:
        rows.insert(4, ("  price of change", money(c.change_price, c.currency)))
    for name, value in rows:
        out.print(f"{name:<24}{value}", markup=False, highlight=False)


def show_notices(notices: Sequence[Notice]) -> None:
    """Print what is worth knowing about a plan."""
    for notice in notices[:MOST_SHOWN]:
        out.print(f"note {notice.code}: {notice.text}", markup=False, highlight=False)
    if len(notices) > MOST_SHOWN:
        out.print(f"  ... and {len(notices) - MOST_SHOWN} more in plan.json", highlight=False)


class ProgressLine:
    """A live line with phase, best cost, bound, gap and time; plain lines where there is no terminal.

    Ctrl-C once asks the search to stop and keep its best plan; twice ends the program.
    """

    def __init__(self, currency: str, quiet: bool) -> None:
        self._currency, self._quiet = currency, quiet
        self._status: Status | None = None
        self._phase = ""
        self._started = time.perf_counter()
        self.stopped = False

    def cancelled(self) -> bool:
        """Return whether the user asked to stop."""
        return self.stopped

    def report(self, progress: Progress) -> None:
        """Show one progress event."""
        if self._quiet:
            return
        best = "-" if progress.best is None else f"{progress.best / 1e6:,.0f}"
        gap = "-" if progress.best is None or not progress.bound else f"{progress.gap:.2%}"
        seconds = time.perf_counter() - self._started
        text = (
            f"{progress.phase:<12} best {best} {self._currency}  bound {progress.bound / 1e6:,.0f} {self._currency}"
            f"  gap {gap}  {seconds:.1f} s"
        )
        if self._status is not None:
            self._status.update(text)
        elif progress.phase != self._phase:
            err.print(text, highlight=False)
        self._phase = progress.phase

    @contextmanager
    def running(self) -> Iterator[ProgressLine]:
        """Show the line and listen to Ctrl-C while the block runs."""
        before = signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            if err.is_terminal and not self._quiet:
                with err.status("reading") as status:
                    self._status = status
                    yield self
            else:
                yield self
        finally:
            self._status = None
            signal.signal(signal.SIGINT, before)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:
            signal.default_int_handler(number, frame)
        self.stopped = True
        if not self._quiet:
            say_at_once("stopping: the best plan so far is kept; Ctrl-C again to end at once")
