"""Statements under every rule of sharing, and the command that sets the rules side by side."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from consolidation import write_plan
from consolidation.allocation import RULES as SHARING
from consolidation.cli import INVALID, app, main
from consolidation.plan_model import Plan
from consolidation.shipment_files import write_shipments
from consolidation.shipments import Shipment
from consolidation.statements import RULES, statement
from consolidation.statements.currency import Converter
from network.io import write_network
from network.model import Network
from tests.goods import goods, quick_plan
from tests.networks import tiny_network

WEEK = [goods("S1", goods_value="9000"), goods("S2", volume_m3="6", currency="EUR"), goods("S3", volume_m3="9"),
        goods("S4", seller_id="SELLER-S1", gross_weight_kg="4000")]  # fmt: skip


@pytest.fixture(scope="module")
def network() -> Network:
    """Only whole containers to share."""
    tiny = tiny_network(couriers=())
    lanes = tuple(lane for lane in tiny.lanes if lane.buying == "load" and lane.lane_id == "YTN-LAX")
    return tiny.replace(lanes=lanes, departures=tuple(d for d in tiny.departures if d.lane_id == "YTN-LAX"))


@pytest.fixture(scope="module")
def made(network: Network) -> Plan:
    return quick_plan(network, WEEK)


def test_statements_know_every_rule() -> None:
    assert tuple(RULES) == SHARING


@pytest.mark.parametrize("rule", RULES)
def test_sums_hold_under_every_rule(rule: str, made: Plan, network: Network) -> None:
    found = statement(made, network, WEEK, rule)
    assert found.rule == rule
    assert found.rule_text == RULES[rule]
    total = sum((row.amounts.landed_cost for row in found.sellers), Decimal(0))
    assert total == made.certificate.cash_cost
    for seller in found.sellers:
        own = sum((row.own.landed_cost for row in seller.shipments), Decimal(0))
        assert own == seller.own.landed_cost


def test_rules_differ(made: Plan, network: Network) -> None:
    paid = {rule: tuple(row.amounts.landed_cost for row in statement(made, network, WEEK, rule).sellers)
            for rule in ("volume", "weight", "value")}  # fmt: skip
    assert len(set(paid.values())) == len(paid)


def test_a_plan_without_guide_prices_cannot_be_shared_by_them(made: Plan, network: Network) -> None:
    blank = made.model_copy(
        update={"shipments": tuple(row.model_copy(update={"guide_price": None}) for row in made.shipments)}
    )
    with pytest.raises(Exception, match="guide price"):
        statement(blank, network, WEEK, "dual")


def test_parts_with_a_transfer_sum_in_another_currency() -> None:
    converter = Converter("EUR", Decimal("1.1"))
    amounts = [Decimal("100.00"), Decimal("-30.00"), Decimal("0.01")]
    total = converter.total(sum(amounts, Decimal(0)))
    parts = converter.parts(total, amounts)
    assert sum(parts, Decimal(0)) == total == Decimal("63.65")
    assert parts == [Decimal("90.91"), Decimal("-27.27"), Decimal("0.01")]


@pytest.fixture
def files(made: Plan, network: Network, tmp_path: Path) -> list[str]:
    """Return a plan folder, its network and its shipments as arguments."""
    listed: list[Shipment] = list(WEEK)
    write_plan(made, tmp_path / "plan", network, 0.0)
    write_network(network, tmp_path / "net")
    write_shipments(listed, tmp_path / "week.csv")
    return [str(tmp_path / name) for name in ("plan", "net", "week.csv")]


def test_rules_side_by_side(files: list[str], made: Plan, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["fairness", *files, "-o", str(tmp_path / "fair.csv"), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert list(told["rules"]) == list(SHARING)
    assert told["left_out"] == {}
    table = pd.read_csv(tmp_path / "fair.csv")
    for rule in SHARING:
        assert round(float(table[rule].sum()), 2) == float(made.certificate.cash_cost)
        assert told["rules"][rule]["tested"] > 0


def test_rules_side_by_side_in_words(files: list[str]) -> None:
    answer = CliRunner().invoke(app, ["fairness", *files])
    assert answer.exit_code == 0, answer.output
    assert [line.split()[0] for line in answer.output.splitlines()[1 : 1 + len(SHARING)]] == list(SHARING)
    assert "a lower estimate" in answer.output


def test_a_statement_by_a_rule_that_does_not_exist(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["dragonboat", "statement", *files, "-o", str(tmp_path / "st"), "--rule", "volum", "--json"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == INVALID
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["value"], finding["maybe"]) == ("volum", "you meant 'volume'")
    assert not (tmp_path / "st").exists()
