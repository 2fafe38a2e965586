"""The commands that say who pays what: ``statement`` for sellers, ``fairness`` for the rules of sharing, ``split`` for placement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consolidation import console
from consolidation.cli.common import AsJson, NetworkPath, PlanPath, ShipmentsPath, app, read_all

if TYPE_CHECKING:
    from decimal import Decimal

    from consolidation.allocation import Comparison
    from consolidation.placement import PlacementChoice
    from consolidation.statements import SellerStatement, Statement

_MOST_SELLERS = 20


@app.command(name="statement")
def statement_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of statements to write.", show_default=False)],
    seller: Annotated[
        list[str] | None, typer.Option("--seller", help="Only this seller; may be repeated.", show_default=False)
    ] = None,
    rule: Annotated[str, typer.Option("--rule", help="How charges that shipments share are split.")] = "wm",
    min_unit_price: Annotated[
        float, typer.Option("--min-unit-price", min=0.0, help="Flag goods worth less a unit, USD.")
    ] = 15.0,
    max_share: Annotated[
        float, typer.Option("--max-share", min=0.0, help="Flag a landed cost above this, % of the goods value.")
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Write what each seller pays, when its goods arrive, and what sending alone would have cost."""
    from consolidation.events.effective import planned_from
    from consolidation.events.log import read_log
    from consolidation.folder import read_plan
    from consolidation.statements import statement, write_statements
    from consolidation.statements.files import require_target

    require_target(out)
    made, log = read_plan(plan), read_log(plan)
    read, rows = read_all(network, shipments, None, as_json)
    limits: dict[str, Any] = {"min_unit_price": min_unit_price, "max_share": max_share}
    found = statement(made, read, planned_from(rows, log, made), rule, sellers=seller or (), **limits)
    folder = write_statements(found, out)
    if as_json:
        console.show_json(_answer(found, folder))
    else:
        _show(found, folder)


def _answer(found: Statement, folder: Path) -> dict[str, Any]:
    return {
        "plan_id": found.plan_id, "folder": str(folder), "rule": found.rule, "currency": found.currency,
        "landed_cost": float(found.landed_cost), "sellers": [_seller(each) for each in found.sellers],
    }  # fmt: skip


def _seller(each: SellerStatement) -> dict[str, Any]:
    saving = each.amounts.saving
    return {
        "seller_id": each.seller_id, "page": each.page, "shipments": len(each.shipments),
        "unplanned": len(each.unplanned), "landed_cost": float(each.amounts.landed_cost),
        "saving": None if saving is None else float(saving), "seller_currency": each.own.currency,
        "seller_landed_cost": float(each.own.landed_cost),
    }  # fmt: skip


def _show(found: Statement, folder: Path) -> None:
    from consolidation.statements.files import PAGES, SELLERS, SHIPMENTS, WORKBOOK

    for each in found.sellers[:_MOST_SELLERS]:
        saving = each.amounts.saving
        against = "" if saving is None else f", saving {console.money(saving, found.currency)}"
        left_out = f", {len(each.unplanned)} unplanned" if each.unplanned else ""
        console.out.print(
            f"{each.seller_id}: {len(each.shipments)} shipment(s){left_out}, "
            f"{console.money(each.amounts.landed_cost, found.currency)}{against}",
            markup=False, highlight=False,
        )  # fmt: skip
    if len(found.sellers) > _MOST_SELLERS:
        console.out.print(f"... and {len(found.sellers) - _MOST_SELLERS} more in {SELLERS}", highlight=False)
    low = sum(bool(row.low_unit_price) for row in found.shipments)
    high = sum(row.high_share for row in found.shipments)
    console.out.print(
        f"{len(found.shipments)} shipment(s), landed cost {console.money(found.landed_cost, found.currency)}; "
        f"flagged: unit price {low}, landed cost {high}",
        markup=False, highlight=False,
    )  # fmt: skip
    console.out.print(f"Statements of plan {found.plan_id} in {folder}", markup=False, highlight=False)
    for name in (SHIPMENTS, SELLERS, WORKBOOK, PAGES):
        console.out.print(f"  {folder / name}", markup=False, highlight=False)


@app.command(name="split")
def split_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="Shipments file to write.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Split inbound plans over more FCs where that is estimated to cost less than the placement fee they pay."""
    from consolidation.checking.inputs import as_planned
    from consolidation.events.effective import planned_from
    from consolidation.events.log import read_log
    from consolidation.events.settled import settled_shipments
    from consolidation.folder import read_plan
    from consolidation.placement import placement_choices, with_splits, without_settled
    from consolidation.shipment_files import write_shipments
    from consolidation.statements.build import require_inputs

    made, log = read_plan(plan), read_log(plan)
    read, rows = read_all(network, shipments, None, as_json)
    goods = planned_from(rows, log, made)
    require_inputs(made, read, goods)
    estimates = placement_choices(as_planned(read, made), goods, made.shipments, made.cost_lines)
    choices = without_settled(estimates, settled_shipments(made, log, rows, goods))
    found = with_splits(rows, choices)
    write_shipments(found, out)
    if as_json:
        console.show_json(
            {"written": str(out), "shipments": len(found), "inbound_plans": [_choice(row) for row in choices]}
        )
        return
    currency = made.certificate.currency
    for choice in choices:
        figures = choice.reason or (
            f"split over {' '.join(choice.fcs)} {choice.extra_cash:,.2f} more and {choice.extra_time:,.2f} of time: {choice.advice}"
        )
        text = f"{choice.inbound_plan_id} of {choice.seller_id}: fee {console.money(choice.fee, currency)}, {figures}"
        console.out.print(text, markup=False, highlight=False)
    made_of = sum(choice.advice == "split" for choice in choices)
    console.out.print(
        f"{made_of} inbound plan(s) split, {len(found)} shipment(s) in {out}", markup=False, highlight=False
    )


def _choice(choice: PlacementChoice) -> dict[str, Any]:
    def figure(amount: Decimal | None) -> float | None:
        return None if amount is None else float(amount)

    return {
        "seller_id": choice.seller_id, "inbound_plan_id": choice.inbound_plan_id, "shipments": list(choice.shipments),
        "fee": float(choice.fee), "fcs": list(choice.fcs), "extra_cash": figure(choice.extra_cash),
        "extra_time": figure(choice.extra_time), "advice": choice.advice, "reason": choice.reason,
    }  # fmt: skip


@app.command()
def fairness(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV file of what each rule charges.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the orders that the rule shapley draws.")] = 0,
    samples: Annotated[int, typer.Option("--samples", min=2, help="Orders drawn on loads of many shipments.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Set the rules of sharing side by side, with a fairness certificate for each."""
    from consolidation.allocation import comparison
    from consolidation.folder import read_plan

    made = read_plan(plan)
    read, _ = read_all(network, shipments, None, as_json)
    found = comparison(made, read, seed=seed, samples=samples)
    if out is not None:
        found.frame().to_csv(out, lineterminator="\n")
    if as_json:
        console.show_json(_compared(found))
    else:
        _show_rules(found, made.certificate.currency)
        if out is not None:
            console.out.print(f"What each rule charges every seller: {out}", markup=False, highlight=False)


def _compared(found: Comparison) -> dict[str, Any]:
    return {
        "rules": {
            rule: {"paying_more": [each.seller_id for each in judged.paying_more], "epsilon": float(judged.epsilon),
                   "claimed_by": list(judged.claim.sellers) if judged.claim else [], "tested": judged.tested}
            for rule, judged in found.fairness.items()
        },
        "left_out": dict(found.left_out),
        "sellers": [
            {"seller_id": row.seller_id, "shipments": row.shipments, "alone": float(row.alone),
             **{rule: float(cash) for rule, cash in row.cash.items()}}
            for row in found.sellers
        ],
    }  # fmt: skip


def _show_rules(found: Comparison, currency: str) -> None:
    console.out.print(f"{'rule':<20}{'pay more than alone':>20}{'largest claim, ' + currency:>22}  by", highlight=False)
    for rule, judged in found.fairness.items():
        claim = judged.claim
        who = "" if claim is None else ", ".join(claim.sellers) + (f" (load {claim.load_id})" if claim.load_id else "")
        text = f"{rule:<20}{len(judged.paying_more):>20}{judged.epsilon:>22,.2f}  {who}"
        console.out.print(text, markup=False, highlight=False)
    for rule, reason in found.left_out.items():
        console.out.print(f"{rule:<20}left out: {reason}", markup=False, highlight=False)
    console.out.print("Claims are of the coalitions tested: a lower estimate.", highlight=False)
