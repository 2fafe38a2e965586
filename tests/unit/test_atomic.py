"""Files and folders appear whole or not at all, and what a killed process left is swept away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from network import atomic
from network.atomic import new_file, new_folder
from network.errors import InputError

posix = pytest.mark.skipif(os.name != "posix", reason="numbers of processes are asked for on POSIX systems only")


def _ours(folder: Path) -> bool:
    return (folder / "plan").is_file()


def _write(folder: Path, text: str) -> None:
    with new_folder(folder, _ours) as draft:
        (draft / "plan").write_text(text)


@pytest.fixture(params=[True, False], ids=["exchanged", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace folders as this system does, and as one does that cannot exchange them."""
    if not request.param:
        monkeypatch.setattr(atomic, "_exchanged", lambda one, other: False)


@pytest.mark.usefixtures("way")
def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    _write(tmp_path / "a", "old")
    (tmp_path / "a" / "more").write_text("of the old one")
    _write(tmp_path / "a", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert {path.name: path.read_text() for path in (tmp_path / "a").iterdir()} == {"plan": "new"}


@pytest.mark.usefixtures("way")
def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    _write(tmp_path / "a", "old")
    with pytest.raises(RuntimeError, match="half-way"):
        _break_off(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a" / "plan").read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="has a folder in which not even root can write on Linux only")
@pytest.mark.parametrize("name", ["/proc/plan", "/proc/deep/plan"])
def test_a_place_that_takes_no_folder_is_named(name: str) -> None:
    with pytest.raises(InputError, match="nothing can be written"):
        _write(Path(name), "new")


@pytest.mark.skipif(sys.platform != "linux", reason="exchanges folders with the call that Linux has for it")
def test_this_system_exchanges_folders_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert atomic._exchanged(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").exists()
    assert not atomic._exchanged(tmp_path / "one", tmp_path / "none")


def _break_off(folder: Path) -> None:
    with new_folder(folder, _ours) as draft:
        (draft / "plan").write_text("ne")
        raise RuntimeError("half-way")


def _process_that_is_no_more() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@posix
@pytest.mark.parametrize("write", [_write, lambda path, text: _write_file(path, text)], ids=["folder", "file"])
def test_what_a_killed_process_left_is_swept_away(tmp_path: Path, write: Callable[[Path, str], None]) -> None:
    dead, alive = _process_that_is_no_more(), os.getpid()
    left = [tmp_path / f".a.{dead}-0123abcd.tmp", tmp_path / f".a.{dead}-4567abcd.tmp"]
    left[0].mkdir()
    (left[0] / "plan").write_text("half")
    left[1].write_text("half")
    kept = [tmp_path / f".a.{alive}-0123abcd.tmp", tmp_path / f".b.{dead}-0123abcd.tmp", tmp_path / ".a.mine.tmp"]
    for path in kept:
        path.touch()
    write(tmp_path / "a", "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a", *(path.name for path in kept)}


def _write_file(path: Path, text: str) -> None:
    with new_file(path) as draft:
        draft.write_text(text)
