"""What people see: findings, certificates and progress."""

from __future__ import annotations

import csv
import json
import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation import console
from consolidation.plan_model import Certificate
from network.errors import Finding
from solvers.outcome import Progress

FINDING = Finding("week.csv", 3, "goods_value", "5,4 [x]", "a number (currency)", "5400", "VALUE.NUMBER")


def _certificate(**changes: object) -> Certificate:
    content: dict[str, object] = {
        "currency": "USD", "cost": Decimal("12345.60"), "bound": Decimal("12000.00"), "gap": 0.028, "proven_optimal": False,
        "cash_cost": Decimal("11000.00"), "priced_time": Decimal("1345.60"), "unplanned_price": Decimal(0),
        "baseline_cost": Decimal("22000.00"), "baseline_priced_time": Decimal(0), "baseline_missing": 0, "shipments": 10,
        "unplanned": 0, "stop_reason": "WORK",
    }  # fmt: skip
    return Certificate.model_validate({**content, **changes})


def _shown(capsys: pytest.CaptureFixture[str], certificate: Certificate) -> list[str]:
    console.show_certificate(certificate, 3.21)
    return capsys.readouterr().out.splitlines()


def test_a_certificate_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(_shown(capsys, _certificate()))
    for words in (
        "10 of 10", "12,345.60 USD  (at most 2.80% above the best plan there can be)", "11,000.00 USD", "1,345.60 USD",
        "12,000.00 USD", "2.800%", "22,000.00 USD", "11,000.00 USD (50.0%)", "WORK, after 3.2 s",
    ):  # fmt: skip
        assert words in text
    assert "leaving out" not in text


def test_a_later_version_is_compared_with_plans_that_hold_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_certificate(_certificate(change_price=Decimal("60.00")), 3.21, version=2)
    text = capsys.readouterr().out
    assert "at most 2.80% above the best plan there can be that holds what is held, price of change included" in text
    assert "price of change       60.00 USD" in text
    console.show_certificate(_certificate(proven_optimal=True), 3.21, version=2)
    assert "no plan costs less that holds what is held" in capsys.readouterr().out


def test_a_proof_and_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    changed = _certificate(proven_optimal=True, unplanned=2, unplanned_price=Decimal("900"))
    text = "\n".join(_shown(capsys, changed))
    assert "8 of 10, 2 unplanned" in text
    assert "proven optimal" in text
    assert "900.00 USD" in text


def test_without_a_baseline_no_share_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _shown(capsys, _certificate(cash_cost=Decimal(0), baseline_cost=Decimal(0)))
    (saving,) = [line for line in lines if line.startswith("Saving")]
    assert saving.split(maxsplit=1)[1] == "0.00 USD"


def test_findings_are_shown_as_they_are(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.err, "width", 200)
    long = Finding("week.csv", None, "origin", "x" * 80, "an origin")
    console.show_findings([FINDING, long], "Problems: 2")
    text = capsys.readouterr().err
    assert "Problems: 2" in text
    assert "5,4 [x]" in text
    assert "x" * 57 + "..." in text
    assert "x" * 58 not in text
    assert "shown; write all" not in text


def test_the_screen_shows_fifty_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.err, "width", 200)
    console.show_findings([FINDING] * 51, "Problems")
    text = capsys.readouterr().err
    assert text.count("VALUE") == 0
    assert text.count("goods_value") == 50
    assert "50 of 51 problems shown" in text


def test_all_findings_are_written(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    console.write_findings([FINDING] * 60, path)
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 60
    assert rows[0] == {name: str(value) for name, value in console.finding_dict(FINDING).items()}
    assert list(tmp_path.iterdir()) == [path]


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_json({"path": Path("a"), "amount": 1.5, "name": "中国"})
    assert json.loads(capsys.readouterr().out) == {"path": "a", "amount": 1.5, "name": "中国"}


def test_money() -> None:
    assert console.money(Decimal("1234567.5"), "EUR") == "1,234,567.50 EUR"


def test_progress_prints_a_line_per_phase(capsys: pytest.CaptureFixture[str]) -> None:
    line = console.ProgressLine("USD", quiet=False)
    with line.running() as running:
        running.report(Progress("itineraries", None, 0, 1.0, 0.0))
        running.report(Progress("improve", 5_000_000_000, 4_000_000_000, 0.2, 1.0))
        running.report(Progress("improve", 4_500_000_000, 4_000_000_000, 0.1, 1.0))
    first, second = capsys.readouterr().err.splitlines()
    assert first.split()[:4] == ["itineraries", "best", "-", "USD"]
    assert "best 5,000 USD" in second
    assert "bound 4,000 USD" in second
    assert "20.00%" in second


def test_quiet_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    line = console.ProgressLine("USD", quiet=True)
    with line.running():
        line.report(Progress("improve", 1, 1, 0.0, 1.0))
        os.kill(os.getpid(), signal.SIGINT)
    assert line.cancelled()
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_once_asks_and_twice_ends(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    line = console.ProgressLine("USD", quiet=False)
    assert not line.cancelled()
    with pytest.raises(KeyboardInterrupt):
        _interrupt_twice(line, capfd)
    assert signal.getsignal(signal.SIGINT) is before


def _interrupt_twice(line: console.ProgressLine, capfd: pytest.CaptureFixture[str]) -> None:
    with line.running():
        os.kill(os.getpid(), signal.SIGINT)
        assert line.cancelled()
        assert "stopping: the best plan so far is kept" in capfd.readouterr().err
        os.kill(os.getpid(), signal.SIGINT)
