"""Every command and program shown in the documentation runs, prints what the page shows, and its links lead somewhere.

A ``console`` block runs line by line: ``$ dragonboat ...`` and ``$ python FILE`` in this process, and ``$ echo $?``
gives the exit code of the command before. Lines below a command are its standard output; a command without such
lines may print anything. A ``python`` block runs in the names left by the blocks above it, and a ``text`` block that
follows it is what it prints. ``...`` stands for anything in a line, and for any lines where it stands alone.
A ``python`` block that repeats a file beside the page is not run: the page runs the file.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import re
import runpy
import shlex
import shutil
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.models import OptionInfo

import consolidation
from consolidation import cli, console
from consolidation.checking import continued
from consolidation.events.model import KINDS, Confirmation
from consolidation.events.state import STATUSES
from consolidation.folder import CERTIFICATE, PLAN, TABLE_FILES
from consolidation.partners.fields import layout
from consolidation.partners.formats import FORMATS
from consolidation.partners.header import FileHeader, Role
from consolidation.partners.model import KINDS as DOCUMENTS
from consolidation.plan_model import (
    CATEGORIES,
    Certificate,
    Continued,
    CostLine,
    FinalLeg,
    MilestoneCode,
    Service,
    Stability,
)
from consolidation.rules import RULES
from consolidation.scenarios.questions import BreakEvenTable, ValueTable
from consolidation.shipment_files import ALIASES
from consolidation.shipments import Shipment
from consolidation.simulation.files import PAGE, SIMULATION
from consolidation.simulation.files import SHIPMENTS as SIMULATED
from consolidation.simulation.model import Against, SimulatedShipment
from consolidation.statements import RULES as RULES_OF_SHARING
from consolidation.statements.files import SELLERS, SHIPMENTS, WORKBOOK
from consolidation.statements.tables import seller_columns, shipment_columns
from consolidation.studies.answers import Verdict as BreakEvenVerdict
from consolidation.studies.keeping import BREAK_EVEN_RUNS, BREAK_EVENS, VALUES
from network.charges import BASES
from network.reliability import MEASURES, SCOPES
from network.tables import TABLES
from solvers.options import SolveOptions
from solvers.outcome import StopReason

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PAGES = [ROOT / "README.md", *sorted(EXAMPLES.rglob("*.md"))]
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_MONEY = re.compile(r"\d[\d,]*\.\d\d\b")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text and the line of the page it starts on."""

    language: str
    text: str
    line: int
    follows: bool
    """Whether only blank lines stand between it and the block before."""


def _blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for match in _FENCE.finditer(text):
        follows = bool(found) and not text[end : match.start()].strip()
        found.append(Block(match[1], match[2], text.count("\n", 0, match.start()) + 1, follows))
        end = match.end()
    return found


def _pattern(shown: str) -> re.Pattern[str]:
    """Return what a shown output matches."""
    parts = []
    for line in shown.strip("\n").splitlines():
        text = re.escape(line.rstrip()).replace(re.escape("..."), "[^\n]*")
        parts.append("(?:[^\n]*\n)*?" if line.strip() == "..." else f"{text}\n")
    return re.compile("".join(parts))


def _agree(printed: str, shown: str) -> bool:
    plain = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return _pattern(shown).fullmatch(plain) is not None


@contextlib.contextmanager
def _argv(*arguments: str) -> Iterator[None]:
    before = sys.argv
    sys.argv = list(arguments)
    try:
        yield
    finally:
        sys.argv = before


def _code(stopped: SystemExit) -> int:
    return stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)


class Session:
    """The state of one page: names of its programs, exit code and output of its last command."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__page__"}
        self.code = 0

    def program(self, text: str, where: str) -> str:
        """Run a Python block and return what it prints."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, where, "exec"), self.names)
        return printed.getvalue()

    def command(self, line: str) -> str:
        """Run a command and return its standard output."""
        words = shlex.split(line, comments=True)
        if words == ["echo", "$?"]:
            last, self.code = self.code, 0
            return f"{last}\n"
        assert self.code == 0, f"the command before ended with {self.code} and the page does not say so"
        printed, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
            self.code = self._run(words)
        return printed.getvalue()

    def _run(self, words: list[str]) -> int:
        try:
            if words[0] == "dragonboat":
                with _argv(*words):
                    cli.main()
            elif words[0] == "python":
                with _argv(*words[1:]):
                    runpy.run_path(words[1], run_name="__main__")
            else:
                raise AssertionError(f"cannot run {words}")
        except SystemExit as stopped:
            return _code(stopped)
        return 0


def _commands(text: str) -> list[tuple[str, str]]:
    """Return the commands of a console block, each with the output shown below it."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, f"{shown}{line}\n")
    return found


def _play(page: Path) -> None:
    """Run a page in the current folder."""
    session, blocks = Session(), _blocks(page)
    scripts = {path.read_text(encoding="utf-8") for path in page.parent.glob("*.py")}
    printed: str | None = None
    for block in blocks:
        where = f"{_name(page)}:{block.line}"
        if block.language == "text" and block.follows and printed is not None:
            assert _agree(printed, block.text), f"{where}: printed\n{printed}\nshown\n{block.text}"
        printed = None
        if block.language == "console":
            for command, shown in _commands(block.text):
                output = session.command(command)
                assert not shown or _agree(output, shown), f"{where}: {command}: printed\n{output}\nshown\n{shown}"
        elif block.language == "python" and block.text not in scripts:
            printed = session.program(block.text, where)
        elif block.language == "bash" and not re.search(r"\bpip\b|\bvenv\b", block.text):
            for line in block.text.splitlines():
                session.command(line)
    assert session.code == 0, f"{_name(page)}: the last command ended with {session.code}"


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the examples to run in; a program that does not say how hard to search searches little."""
    copy = tmp_path / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for printer in (console.out, console.err):
        monkeypatch.setattr(printer, "width", 120)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr("consolidation.planner.SolveOptions", functools.partial(SolveOptions, work=1))
    return copy


@pytest.mark.parametrize("page", [page for page in PAGES if _blocks(page)], ids=_name)
def test_page_runs_as_shown(page: Path, workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = page.is_relative_to(EXAMPLES)
    monkeypatch.chdir(workplace / page.parent.relative_to(EXAMPLES) if inside else tmp_path)
    _play(page)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    missing = []
    for target in _LINK.findall(text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists() or (anchor and anchor not in _anchors(goal)):
            missing.append(target)
    assert missing == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reachable_from_the_readme() -> None:
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            links = _LINK.findall(page.read_text(encoding="utf-8"))
            todo += [(page.parent / link.partition("#")[0]).resolve() for link in links if "://" not in link]
    assert set(PAGES) <= seen


@pytest.fixture(scope="module")
def worked() -> tuple[Any, Any]:
    """The function that renews the quickstart page, and the tables of its plan."""
    from consolidation import plan, read_network, read_shipments

    folder = EXAMPLES / "quickstart"
    module = runpy.run_path(str(folder / "worked.py"), run_name="worked")
    network = read_network(folder / "net")
    made = plan(network, read_shipments(folder / "shipments.csv", network))
    return module["rewritten"], module["Worked"](made, network)


class TestQuickstart:
    """The figures worked out on the quickstart page are those of the plan."""

    def test_tables_are_those_of_the_plan(self, worked: tuple[Any, Any]) -> None:
        rewritten, tables = worked
        page = (EXAMPLES / "quickstart" / "README.md").read_text(encoding="utf-8")
        assert page.count("<!-- plan: ") == page.count("<!-- end -->") == 9
        assert rewritten(page, tables) == page

    def test_amounts_in_the_text_stand_in_a_table_or_an_output(self) -> None:
        page = (EXAMPLES / "quickstart" / "README.md").read_text(encoding="utf-8")
        checked = re.compile(r"<!-- plan: .*?<!-- end -->|^```.*?^```$", re.MULTILINE | re.DOTALL)
        shown, text = "".join(checked.findall(page)), checked.sub("", page)
        worked_out_in_the_text = {"112.44", "205.20", "4202.92"}
        assert set(_MONEY.findall(text)) - set(_MONEY.findall(shown)) == worked_out_in_the_text
        assert f"{4500 * 0.24 / 365 * 38:.2f} {5.4 * 38:.2f}" == "112.44 205.20"

    def test_the_week_proves_what_the_page_says(self, worked: tuple[Any, Any]) -> None:
        plan = worked[1].plan
        by_id = {row.shipment_id: row for row in plan.shipments}
        loads = {row.load_id: row for row in plan.loads}
        assert plan.certificate.proven_optimal
        assert {row.shipment_id: row.rule for row in plan.unplanned} == {"Q12": "RECEIVING.CARTON_SIDE"}
        assert by_id["Q10"].service == "direct_container"
        assert loads[by_id["Q10"].trunk_load_id].shipments == ("Q10",)
        assert not any({"Q08", "Q09"} <= set(load.shipments) for load in plan.loads)
        assert by_id["Q05"].entry_id == by_id["Q06"].entry_id
        assert (by_id["Q04"].final_leg, by_id["Q11"].service, by_id["Q07"].service) == ("parcel", "courier", "co_load")


def _codes(module: types.ModuleType) -> list[str]:
    """Return the causes that a part of the checker names."""
    return re.findall(r"\"([A-Z]+\.[A-Z_]+)\"", inspect.getsource(module))


def _documented() -> dict[str, list[str]]:
    """Return what each page of the guide has to name."""
    options = [
        name
        for row in cli.app.registered_commands
        if row.name in ("plan", "replan")
        for name, kind in typing.get_type_hints(row.callback, include_extras=True).items()
        if any(isinstance(part, OptionInfo) for part in getattr(kind, "__metadata__", ()))
    ]
    return {
        "concepts.md": [*typing.get_args(Service), *typing.get_args(FinalLeg)],
        "network.md": [*TABLES, *BASES],
        "shipments.md": [*Shipment.model_fields, *ALIASES, *RULES],
        "plan_folder.md": [
            *typing.get_args(MilestoneCode), *Certificate.model_fields, *CostLine.__slots__, *StopReason, *TABLE_FILES, PLAN, CERTIFICATE,
        ],
        "landed_cost.md": [*CATEGORIES, "CARRYING", "TRANSIT", "LATENESS"],
        "commands.md": [
            *(row.name or getattr(row.callback, "__name__", "") for row in cli.app.registered_commands),
            *(f"--{name.replace('_', '-').replace('as-json', 'json')}" for name in options),
            *(f"| {code} |" for code in (cli.DONE, cli.USAGE, cli.INVALID, cli.VIOLATIONS, cli.NO_PLAN, cli.CANCELLED)),
        ],
        "statements.md": [
            *(column.name for column in (*shipment_columns("USD"), *seller_columns("USD")) if "cost_" not in column.name),
            *RULES_OF_SHARING, SHIPMENTS, SELLERS, WORKBOOK,
        ],
        "plan_file.md": [
            *FORMATS, *FileHeader.model_fields, *typing.get_args(Role), *DOCUMENTS,
            *(column.name for kind in DOCUMENTS for part in (layout(kind).facts_columns, layout(kind).line_columns) for column in part),
        ],
        "confirmations.md": [*KINDS, *Confirmation.model_fields, *STATUSES],
        "replanning.md": [*Continued.model_fields, *Stability.model_fields, *(code for code in _codes(continued))],
        "reliability.md": [*MEASURES, *SCOPES, *SimulatedShipment.model_fields, *typing.get_args(Against), SIMULATION, PAGE, SIMULATED],
        "studies.md": [
            *BreakEvenTable.model_fields, *ValueTable.model_fields, *typing.get_args(BreakEvenVerdict), BREAK_EVENS, BREAK_EVEN_RUNS, VALUES,
        ],
        "python.md": [name for name in consolidation.__all__ if name != "__version__"],
    }  # fmt: skip


@pytest.mark.parametrize(("page", "words"), _documented().items(), ids=_documented())
def test_the_guide_names_everything(page: str, words: list[str]) -> None:
    text = (EXAMPLES / "guide" / page).read_text(encoding="utf-8")
    assert [word for word in words if word not in text] == []


def test_a_different_output_is_noticed() -> None:
    assert _agree("one  \ntwo 2.5 s\n\nthree\n", "one\ntwo ... s\n\nthree")
    assert _agree("one\ntwo\nthree\n", "one\n...\n")
    assert _agree("one\n", "one\n...")
    assert not _agree("one\ntwo\n", "one")
    assert not _agree("one\nthree\n", "one\n...\ntwo")
    assert not _agree("1x5\n", "1.5")
