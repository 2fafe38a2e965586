"""Imports point one way, packages say what they offer, and the wheel holds the three packages with their data."""

from __future__ import annotations

import configparser
import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import consolidation

ROOT = Path(__file__).parents[2]
PACKAGES = ("consolidation", "network", "solvers")


def test_import_contracts_are_kept() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_verbs_are_what_is_listed() -> None:
    for name in consolidation.__all__:
        assert getattr(consolidation, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'sail'"):
        consolidation.sail  # noqa: B018


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_prints_nothing(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    importlib.reload(importlib.import_module(package))
    assert capsys.readouterr() == ("", "")


def test_only_the_command_line_prints() -> None:
    speakers = ("consolidation/cli/", "consolidation/console.py")
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if not str(path.relative_to(ROOT)).startswith(speakers):
                source = path.read_text()
                assert "print(" not in source.replace("pprint(", ""), path
                assert "sys.stdout" not in source, path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return the wheel built from the checkout."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    target = tmp_path_factory.mktemp("wheel")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_three_packages(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.parametrize(
    "folder", ["consolidation/data", "consolidation/schema", "consolidation/report/assets", "network/reference/data"]
)
def test_data_travels_in_the_wheel(folder: str, wheel: zipfile.ZipFile) -> None:
    here = {str(path.relative_to(ROOT)) for path in (ROOT / folder).iterdir() if path.is_file()}
    assert here
    assert here <= set(wheel.namelist())


def test_the_wheel_offers_the_command(wheel: zipfile.ZipFile) -> None:
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    parser = configparser.ConfigParser()
    parser.read_string(wheel.read(entry).decode())
    assert dict(parser["console_scripts"]) == {"dragonboat": "consolidation.cli:main"}
