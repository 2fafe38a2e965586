"""Partner files of random plans: read back equal in every format, and nothing in them that a partner must not see."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consolidation.partners.build import build_documents
from consolidation.partners.export import export
from consolidation.partners.fields import Column, layout
from consolidation.partners.formats import FORMATS, Context, read_documents
from consolidation.partners.header import FileHeader, content_sha256, document_number
from consolidation.partners.model import KINDS, PartnerDocument, content_of
from consolidation.partners.parts import one_line
from consolidation.partners.succession import succession
from consolidation.plan_model import PlannedShipment
from network.cells import FORMULA_SIGNS, guarded, unguarded
from tests.partner_plans import EXAMPLES, NETWORK, Week, partner_week

TABULAR = ("csv", "xlsx", "json")
weeks = st.builds(partner_week, st.integers(0, 40), st.integers(0, 10**6), st.integers(1, 9))
CONTEXT = Context(partner_week(0).plan, NETWORK, ())
OWN = ("courier", "alone_air", "alone_lcl")
_NASTY = ["=1+1", "+49", "-1", "@SUM(A1)", "'quoted", "''", "_x0041_", "TRUE", "1e5", "007", "1.50", "2026-12-01", "sep=;", "# x",
          'a"b,c;d', "#REF!", "深圳", "é\u0301", "\U00020000", "nan", "None", "yes"]  # fmt: skip
texts = st.sampled_from(_NASTY) | st.text(max_size=20).map(one_line)
numbers = st.decimals(0, 10**9, places=6, allow_nan=False).map(lambda n: Decimal(f"{n:.15g}"))


# -- reading back --------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=EXAMPLES)
@given(week=weeks)
def test_files_of_a_plan_read_back_equal(week: Week) -> None:
    documents = build_documents(week.plan, NETWORK, week.shipments)
    with tempfile.TemporaryDirectory() as folder:
        manifest = export(week.plan, NETWORK, week.shipments, Path(folder) / "out", formats=TABULAR)
        for suffix in TABULAR:
            paths = [Path(folder) / "out" / each.path for each in manifest.files if each.path.endswith(suffix)]
            found = [document for path in paths for document in read_documents(path)]
            assert sorted(found, key=lambda each: each.header.key) == list(documents)
        assert manifest.sent == tuple(each.header for each in documents)


def _value(column: Column, required: bool) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "text": texts if not required else texts.filter(bool), "number": numbers, "count": st.integers(0, 10**9),
        "date": st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), "yes_no": st.booleans(),
    }  # fmt: skip
    return kinds[column.type]


@st.composite
def documents_of(draw: st.DrawFn, kind: str) -> PartnerDocument:
    """Draw a document of a kind with any texts and numbers in it."""
    found = layout(kind)
    facts = _part(draw, found.facts, found.facts_columns)
    lines = tuple(_part(draw, found.line, found.line_columns) for _ in range(draw(st.integers(1, 3))))
    subject = draw(texts.filter(bool))
    head: dict[str, Any] = {
        "number": document_number("P", 1, kind, subject), "document": kind, "role": "seller",  # type: ignore[arg-type]
        "partner_id": draw(texts.filter(bool)), "subject": subject, "plan_id": draw(texts.filter(bool)), "plan_version": 3,
        "status": "booked", "content_sha256": content_sha256(content_of(facts, lines)),
    }  # fmt: skip
    return KINDS[kind](header=FileHeader(**head), facts=facts, lines=lines)


def _part(draw: st.DrawFn, model: Any, columns: tuple[Column, ...]) -> Any:
    values = {}
    for column in columns:
        info = model.model_fields[column.name]
        words = {"receipt_type": "CFS", "delivery_type": "SD", "leg": "ltl"}
        if column.name in words and model.__name__ != "AppointmentLine":
            values[column.name] = words[column.name]
        elif info.is_required() or draw(st.booleans()):
            values[column.name] = draw(_value(column, info.is_required()))
    return model(**values)


@pytest.mark.parametrize("kind", KINDS)
def test_documents_with_any_text_read_back_equal(kind: str, tmp_path: Path) -> None:
    @settings(deadline=None, max_examples=EXAMPLES)
    @given(documents=st.lists(documents_of(kind), min_size=1, max_size=2, unique_by=lambda each: each.header.subject))
    def proved(documents: list[PartnerDocument]) -> None:
        for suffix in TABULAR:
            ((name, content),) = FORMATS[suffix](documents, CONTEXT)
            (tmp_path / name).write_bytes(content)
            assert list(read_documents(tmp_path / name)) == documents

    proved()


@given(text=st.text() | st.sampled_from(_NASTY))
def test_guarded_texts_are_no_formulas_and_come_back(text: str) -> None:
    assert not guarded(text).startswith(FORMULA_SIGNS)
    assert unguarded(guarded(text)) == text


# -- information barriers ------------------------------------------------------------------------------------------------


def _concerned(role: str, partner: str, week: Week) -> list[PlannedShipment]:
    """Return the shipments that a partner has to do with, told from the plan alone."""
    handled = [row for row in week.plan.shipments if row.service not in OWN]
    rules: dict[str, Any] = {
        "origin_warehouse": lambda row: row.warehouse_id == partner,
        "carrier": lambda row: row.lane_id == partner and not row.trunk_load_id,
        "customs_broker": lambda row: row.regime_id == partner,
        "deconsolidator": lambda row: partner in (row.deconsolidation_id, row.overseas_id),
        "trucker": lambda row: partner in (row.deconsolidation_id, row.overseas_id) or (not row.trunk_load_id and row.gateway_in == partner),
        "fba_desk": lambda row: row.market == partner,
    }  # fmt: skip
    if role == "seller":
        return [row for row in week.plan.shipments if row.seller_id == partner]
    return [row for row in handled if rules[role](row)]


def _allowed(role: str, partner: str, week: Week) -> set[str]:
    """Return the tokens and figures that a partner may see."""
    rows = _concerned(role, partner, week)
    goods = {row.shipment_id: row for row in week.shipments}
    seen = {row.shipment_id for row in rows}
    if role in ("origin_warehouse", "customs_broker"):
        seen |= {row.seller_id for row in rows}
    if role == "customs_broker":
        seen |= {row.importer_id for row in rows}
        seen |= {str(value) for row in rows for value in (row.goods_value, goods[row.shipment_id].goods_value)}
    if role == "fba_desk":
        seen |= {goods[row.shipment_id].inbound_plan_id for row in rows}
    if role == "seller":
        seen |= {partner} | {row.shipment_id for row in week.shipments if row.seller_id == partner}
        seen |= {goods[row.shipment_id].inbound_plan_id for row in rows}
        seen |= {str(value) for row in rows for value in (row.goods_value, *_costs(row))}
    return seen


def _carried(lane_id: str, week: Week) -> set[str]:
    """Return the shipments on a lane: a booking by the standard of the carriers refers to them, by id only."""
    return {row.shipment_id for row in week.plan.shipments if row.lane_id == lane_id and row.service not in OWN}


def _costs(row: PlannedShipment) -> list[Decimal]:
    offers = [offer.cost for offer in row.alternatives.values()]
    return [row.landed_cost, row.import_tax, *row.categories.values(), *row.priced_time.values(), *offers]


def _secrets(week: Week) -> set[str]:
    """Return every id and every figure that somebody must not see."""
    found = {
        name
        for row in week.shipments
        for name in (row.shipment_id, row.seller_id, row.importer_id, row.inbound_plan_id)
    }
    found |= {str(row.goods_value) for row in week.shipments}
    for row in week.plan.shipments:
        found |= {row.importer_id, str(row.goods_value), *(str(cost) for cost in _costs(row))}
    return found - {""}


def _words(path: Path) -> set[str]:
    """Return every word and number in a file, those of a workbook from all its parts."""
    if path.suffix != ".xlsx":
        return _split(path.read_text(encoding="utf-8"))
    with zipfile.ZipFile(path) as book:
        return set().union(*(_split(book.read(name).decode("utf-8")) for name in book.namelist()))


def _split(text: str) -> set[str]:
    return {*re.findall(r"\d+\.\d+", text), *re.findall(r"[a-z]+[0-9a-f]{10}|iorcommon00", text)}


@settings(deadline=None, max_examples=EXAMPLES)
@given(week=weeks)
def test_no_partner_sees_what_it_must_not(week: Week) -> None:
    secrets = _secrets(week)
    with tempfile.TemporaryDirectory() as folder:
        manifest = export(week.plan, NETWORK, week.shipments, Path(folder) / "out")
        for each in manifest.files:
            role, partner, *_ = Path(each.path).parts
            shown = _words(Path(folder) / "out" / each.path) & secrets
            allowed = _allowed(role, partner, week) | (_carried(partner, week) if "/dcsa/" in each.path else set())
            assert shown <= allowed, (each.path, shown - allowed)


def test_the_barrier_test_sees_tokens_and_figures(tmp_path: Path) -> None:
    week = partner_week(40, seed=2)
    manifest = export(week.plan, NETWORK, week.shipments, tmp_path / "out")
    row = next(row for row in week.plan.shipments if row.service not in OWN)
    for suffix in TABULAR:
        of = {role: [tmp_path / "out" / each.path for each in manifest.files if each.path.startswith(f"{role}/") and each.path.endswith(suffix)]
              for role in ("customs_broker", "seller", "origin_warehouse")}  # fmt: skip
        words = {role: set().union(*map(_words, paths)) for role, paths in of.items()}
        assert {row.shipment_id, row.seller_id, row.importer_id, str(row.goods_value)} <= words["customs_broker"]
        assert {str(row.landed_cost), str(row.import_tax), row.shipment_id} <= words["seller"]
        assert {row.shipment_id, row.seller_id} <= words["origin_warehouse"]


# -- what follows earlier documents --------------------------------------------------------------------------------------


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Week, Week]:
    """Draw a week and a later version: some shipments gone, some heavier, some to arrive on another day."""
    week = draw(weeks)
    names = [row.shipment_id for row in week.plan.shipments]
    drop = draw(st.lists(st.sampled_from(names), unique=True, max_size=4)) if names else []
    heavier = draw(st.lists(st.sampled_from(names), unique=True, max_size=3)) if names else []
    changes = {name: {"gross_weight_kg": Decimal("901.5")} for name in heavier}
    return week, week.changed(2, drop, **changes)


@settings(deadline=None, max_examples=EXAMPLES)
@given(pair=pairs())
def test_earlier_documents_and_what_is_sent_make_the_new_plan(pair: tuple[Week, Week]) -> None:
    before, after = (build_documents(week.plan, NETWORK, week.shipments) for week in pair)
    found = succession(after, [each.header for each in before], pair[1].plan)
    had = {each.header.key: each for each in before}
    for document in found.sent:
        head = document.header
        assert (head.function == "original") == (head.key not in had)
        if head.function == "original":
            had[head.key] = document
            continue
        assert head.replaces == had.pop(head.key).header.number != head.number
        if head.function == "replace":
            had[head.key] = document
    assert {key: each.content for key, each in had.items()} == {each.header.key: each.content for each in after}
    assert {head.number for head in found.unchanged} <= {each.header.number for each in before}


@settings(deadline=None, max_examples=EXAMPLES)
@given(week=weeks)
def test_the_same_plan_again_sends_nothing(week: Week) -> None:
    documents = build_documents(week.plan, NETWORK, week.shipments)
    found = succession(documents, [each.header for each in documents], week.plan)
    assert found.sent == ()
    assert len(found.unchanged) == len(documents)
