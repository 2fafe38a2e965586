"""Where compiled kernels are kept, and that they work where they cannot be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from solvers import _jit

ROOT = Path(__file__).parents[2]
_cache_of = _jit._cache_of.__wrapped__
"""As called the first time in a process."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of one file, and a home of its own."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "kernels.py").write_text("def double(x):\n    return 2 * x\n")
    return folder


def _block(folder: Path) -> None:
    """Make sure that nobody, not even root, can create `folder`: a file is in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("")


def test_kernels_lie_in_the_package(package: Path) -> None:
    cache = _cache_of(package)
    assert cache.parent == package / "__pycache__"
    assert cache.name.startswith("kernels-sums-")
    assert cache.is_dir()


def test_the_same_source_finds_them_again(package: Path) -> None:
    kept = _cache_of(package) / "double.nbi"
    kept.write_text("")
    assert _cache_of(package) / "double.nbi" == kept
    assert kept.exists()


def test_another_source_gets_another_folder_and_the_old_one_goes(package: Path) -> None:
    first = _cache_of(package)
    (package / "kernels.py").write_text("def double(x):\n    return x + x\n")
    second = _cache_of(package)
    assert second != first
    assert second.is_dir()
    assert not first.exists()


def test_a_new_file_is_another_source(package: Path) -> None:
    first = _cache_of(package)
    (package / "more.py").write_text("def triple(x):\n    return 3 * x\n")
    assert _cache_of(package) != first


def test_a_package_that_cannot_be_written_uses_the_cache_of_the_user(package: Path, tmp_path: Path) -> None:
    _block(package / "__pycache__")
    assert _cache_of(package).parent == tmp_path / "home" / "dragonboat"


def test_numba_cache_dir_comes_first_and_alone(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    assert _cache_of(package).parent == tmp_path / "mine"
    _block(tmp_path / "taken")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "taken"))
    assert _cache_of(package) is None


def test_nowhere_to_write(package: Path, tmp_path: Path) -> None:
    _block(package / "__pycache__")
    _block(tmp_path / "home")
    assert _cache_of(package) is None


def test_whether_kernels_must_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jit, "_cache_of", lambda package: None)
    assert _jit.must_compile()
    monkeypatch.setattr(_jit, "_cache_of", lambda package: tmp_path)
    assert _jit.must_compile()
    (tmp_path / "solvers").mkdir()
    (tmp_path / "solvers" / "fees.nbi").write_text("")
    assert not _jit.must_compile()


_PROGRAM = """
import numba
from numpy import array
from solvers._jit import must_compile
from solvers.fees import entry_amounts, fees_of
from tests.strategies import MPF, Pool, Type, make_problem

before = must_compile()
problem = make_problem([], [Pool((Type(1),), scheme=0)], ((MPF,),))
amounts = entry_amounts(fees_of(problem), array([0, 0]), array([0, 0]), array([100_000_000, 54_000_000_000]), array([0, 0]))
print(before, must_compile(), amounts.tolist(), numba.config.CACHE_DIR or "none")
"""


def _answer(cache: Path, tmp_path: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_kernels_work_where_nothing_can_be_kept(tmp_path: Path) -> None:
    _block(tmp_path / "taken")
    assert _answer(tmp_path / "taken", tmp_path) == f"True True [33580000, 187060000] {tmp_path / 'taken'}"


def test_kernels_are_kept_from_one_process_to_the_next(tmp_path: Path) -> None:
    cache = tmp_path / "kept"
    assert _answer(cache, tmp_path) == f"True False [33580000, 187060000] {cache}"
    written = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")}
    assert written
    assert _answer(cache, tmp_path) == f"False False [33580000, 187060000] {cache}"
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")} == written
