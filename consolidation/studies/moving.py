"""Who moves: the shipments that travel in another way than in the base, by kind of move, by seller and one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from consolidation.report._html import Column, table
from consolidation.report.charts import SERVICES
from consolidation.studies.blocks import Block, Compared, compared, note
from consolidation.studies.model import Mover, Study
from consolidation.studies.words import MOVES

MAX_MOVERS = 2000
"""Movers listed on the page, as many of each scenario as there is room for."""
_LEAST = 5
"""Movers of each scenario that are listed however many scenarios there are."""


def who_moves(study: Study) -> Block:
    """Return the section of the movers."""
    rows = [row for row in compared(study) if row.movers]
    if not rows:
        return Block("movers-section", "Who moves", "<p>No shipment travels in another way than in the base.</p>")
    body = (
        f"<h3>By kind of move</h3>{_by_kind(rows)}<h3>By seller</h3>{_by_seller(rows, study.currency)}"
        f"<h3>Shipment by shipment</h3>{_listed(rows, study.currency)}"
    )
    return Block("movers-section", "Who moves", body)


def _by_kind(rows: list[Compared]) -> str:
    used = {mover.move for row in rows for mover in row.movers}
    kinds = [move for move in MOVES if move in used]
    columns = [
        Column("Scenario", wrap=True),
        Column("Shipments", "", 0),
        *(Column(MOVES[move].capitalize(), "", 0) for move in kinds),
    ]
    counts = ((row, Counter(mover.move for mover in row.movers)) for row in rows)
    return table("moves", columns, ((row.name, len(row.movers), *(found[move] for move in kinds)) for row, found in counts), source="movers.csv")  # fmt: skip


def _by_seller(rows: list[Compared], currency: str) -> str:
    columns = [
        Column("Seller"), Column("Scenarios", "in which it moves", 0), Column("Moves", "in all scenarios", 0),
        Column("Most moves in", wrap=True), Column("Moves there", "", 0), Column("Landed cost of its movers", f"{currency}, change there", 2),
    ]  # fmt: skip
    return table("sellers", columns, sellers(rows), searchable=True, source="movers.csv")


def sellers(rows: list[Compared]) -> list[tuple[str, int, int, str, int, Decimal]]:
    """Return for each seller that moves: in how many scenarios, how often, where most, how many there, and their cost."""
    moves = {row.name: Counter(mover.seller_id for mover in row.movers) for row in rows}
    movers = {row.name: row.movers for row in rows}
    found = []
    for seller in {seller for counts in moves.values() for seller in counts}:
        often = {name: counts[seller] for name, counts in moves.items() if counts[seller]}
        most = max(often, key=lambda name: often[name])
        cost = sum((mover.cost for mover in movers[most] if mover.seller_id == seller), Decimal(0))
        found.append((seller, len(often), sum(often.values()), most, often[most], cost))
    return sorted(found, key=lambda row: (-row[2], row[0]))


def _listed(rows: list[Compared], currency: str) -> str:
    columns = [
        Column("Scenario", wrap=True), Column("Shipment"), Column("Seller"), Column("Move"), Column("Before", wrap=True),
        Column("After", wrap=True), Column("Landed cost", f"{currency}, change", 2), Column("Days", "change", 0),
    ]  # fmt: skip
    most = max(_LEAST, MAX_MOVERS // len(rows))
    listed = table("movers", columns, _cells(rows, most), searchable=True, source="movers.csv")
    if any(len(row.movers) > most for row in rows):
        listed += note(f"Of each scenario the {most:,} movers whose cost changes most; movers.csv holds all.")
    return listed


def _cells(rows: list[Compared], most: int) -> Iterator[tuple[object, ...]]:
    for row in rows:
        for mover in sorted(row.movers, key=_weight)[:most]:
            yield (
                row.name, mover.shipment_id, mover.seller_id, MOVES[mover.move], _way(mover.before), _way(mover.after), mover.cost,
                mover.days,
            )  # fmt: skip


def _weight(mover: Mover) -> tuple[Decimal, str]:
    return -abs(mover.cost), mover.shipment_id


def _way(text: str) -> str:
    return SERVICES.get(text, text) or "–"
