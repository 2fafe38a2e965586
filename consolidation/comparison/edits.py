"""The exact difference of two plans, and applying it: the text of every row decides, as it stands in plan.json."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from consolidation.comparison.model import Comparison, Edits, Span
from consolidation.plan_model import CostLine, Plan, PlanHead
from network.errors import DragonBoatError

LISTS = tuple(name for name in Plan.model_fields if name not in PlanHead.model_fields)
"""Lists of a plan, in the order of plan.json."""
Rows = Sequence[BaseModel | CostLine]


class WrongPlanError(DragonBoatError):
    """Raised when a comparison is applied to another plan than its A, or does not lead to its B."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A plan as text: its head, every row of every list, and the hash of it all, as `plan_model.content_hash` gives it."""

    head: bytes
    rows: dict[str, list[bytes]]
    sha256: str


def texts_of(plan: Plan) -> Texts:
    """Return a plan as text."""
    head = _head_of(plan).model_dump_json().encode()
    digest = hashlib.sha256(head[:-1])
    rows = {}
    for name in LISTS:
        whole = _text(getattr(plan, name))
        rows[name] = _rows(whole)
        digest.update(f',"{name}":'.encode())
        digest.update(whole)
    digest.update(b"}")
    return Texts(head, rows, digest.hexdigest())


def _text(rows: Rows) -> bytes:
    if not rows:
        return b"[]"
    kind: Any = type(rows[0])
    whole: bytes = TypeAdapter(tuple[kind, ...]).dump_json(tuple(rows))
    return whole


def _rows(whole: bytes) -> list[bytes]:
    """Return the text of every row of a list without its ends: cut where a row begins.

    No row holds parts whose first field has the name of its own first field, and quotes inside a text are escaped, so
    that nothing else looks like a beginning.
    """
    if whole == b"[]":
        return []
    start = whole[1 : whole.index(b":") + 1]
    return whole[len(start) + 1 : -2].split(b"}," + start)


def _head_of(plan: Plan) -> PlanHead:
    return PlanHead.model_construct(**{name: getattr(plan, name) for name in PlanHead.model_fields})


def edits(b: Plan, before: Texts, after: Texts) -> Edits:
    """Return how to make plan `b`, which reads `after`, of a plan that reads `before`."""
    found: dict[str, Any] = {} if before.head == after.head else {"head": _head_of(b)}
    for name in LISTS:
        if before.rows[name] != after.rows[name]:
            found[name] = tuple(_script(getattr(b, name), before.rows[name], after.rows[name]))
    return Edits.model_construct(**found)


def _script(rows: Rows, before: Sequence[bytes], after: Sequence[bytes]) -> Iterable[Any]:
    """Yield spans of rows that are there before, and rows that are not, in the order of `after`."""
    positions: dict[bytes, int] = {}
    for position, text in enumerate(before):
        positions.setdefault(text, position)
    start = stop = 0
    for row, text in zip(rows, after, strict=True):
        if start < stop < len(before) and before[stop] == text:
            stop += 1
            continue
        if start < stop:
            yield Span(start=start, stop=stop)
        found = positions.get(text)
        start, stop = (0, 0) if found is None else (found, found + 1)
        if found is None:
            yield row
    if start < stop:
        yield Span(start=start, stop=stop)


def apply(a: Plan, comparison: Comparison) -> Plan:
    """Return plan B of a comparison, made from its plan A.

    Parameters
    ----------
    a : the plan that was compared as A

    Raises
    ------
    WrongPlanError
        If `a` is not that plan, or the comparison was changed and no longer leads to its plan B.
    """
    _require(texts_of(a).sha256, comparison.a.content_sha256, f"plan {a.plan_id}", "A of this comparison")
    changed = comparison.edits
    head = changed.head or a
    content: dict[str, Any] = {name: getattr(head, name) for name in PlanHead.model_fields}
    for name in LISTS:
        script = getattr(changed, name)
        content[name] = getattr(a, name) if script is None else tuple(_played(getattr(a, name), script))
    made = Plan(**content)
    _require(texts_of(made).sha256, comparison.b.content_sha256, "the result", "B of this comparison")
    return made


def _played(rows: Rows, script: Iterable[Any]) -> Iterable[Any]:
    for step in script:
        if isinstance(step, Span):
            yield from rows[step.start : step.stop]
        else:
            yield step


def _require(found: str, expected: str, what: str, whole: str) -> None:
    if found != expected:
        raise WrongPlanError(
            f"{what} is not {whole}: content hash found {found[:12]}, expected {expected[:12]}. "
            "Maybe a plan was made again, or the comparison was edited."
        )
