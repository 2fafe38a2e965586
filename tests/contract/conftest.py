"""Fixtures shared by the tests of what users and partners rely on."""

from __future__ import annotations

import sys

import pytest

from consolidation import cli, console
from tests.command_line import Answer, Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line in this process."""
    monkeypatch.setattr(console.out, "width", 200)
    monkeypatch.setattr(console.err, "width", 200)

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["dragonboat", *map(str, words)])
        capsys.readouterr()
        code: str | int | None = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code
        return Answer(int(code or 0), *capsys.readouterr())

    return call
