"""Readers of the public packing formats, and the rows of the packing benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.instances import (
    CONFIGS,
    InstanceError,
    configured_types,
    read_vbp,
    read_vsbpp,
    read_vsbppc,
)
from tests.benchmarks.packing import best_known, instances, packing_rows, shared_folder

VSBPP = "3 2 1 1\n10 7 5 4\n6\t4\n5\n"
VSBPPC = "3\r\n1 60 2\r\n2 50\r\n3 100 1\r\n"
VBP = "2\n10 20\n2\n6 5 2\n4 10 1\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, newline="")
    return path


def test_types_to_choose_from(tmp_path: Path) -> None:
    read = read_vsbpp(written(tmp_path, "a.txt", VSBPP))
    assert read.items.size.tolist() == [[6], [4], [5]]
    assert (read.types.capacity.tolist(), read.types.cost.tolist()) == ([[10], [5]], [7, 4])
    assert read.conflicts is None


def test_conflicts_count_from_one_and_hold_both_ways(tmp_path: Path) -> None:
    read = read_vsbppc(written(tmp_path, "a.txt", VSBPPC), "set1_3types_linear")
    assert read.items.size.tolist() == [[60], [50], [100]]
    assert read.conflicts is not None
    assert np.argwhere(read.conflicts).tolist() == [[0, 1], [0, 2], [1, 0], [2, 0]]


def test_demand_repeats_a_vector(tmp_path: Path) -> None:
    read = read_vbp(written(tmp_path, "a.vbp", VBP))
    assert read.items.size.tolist() == [[6, 5], [6, 5], [4, 10]]
    assert (read.types.capacity.tolist(), read.types.cost.tolist()) == ([[10, 20]], [1])


def test_configurations_name_types_and_prices() -> None:
    assert len(CONFIGS) == 9
    linear, concave, convex = (configured_types(f"set2_7types_{name}") for name in ("linear", "concave", "convex"))
    assert linear.capacity[:, 0].tolist() == linear.cost.tolist() == [70, 100, 130, 160, 190, 220, 250]
    assert concave.cost.tolist() == [84, 100, 115, 127, 138, 149, 159]
    assert convex.cost.tolist() == [59, 100, 149, 203, 262, 327, 396]
    with pytest.raises(InstanceError, match="config: found 'set3', expected one of set1_3types_linear"):
        configured_types("set3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"a\.txt, line 1: found '', expected the numbers of items and of types"),
        ("3\n", r"line 1: found '3', expected the numbers of items"),
        ("1 1\n10 x\n5\n", r"line 2: found '10 x', expected 1 pairs of capacity and cost"),
        ("1 1\n10 1\n", r"line 3: found '', expected 1 sizes \(0 read so far\)"),
        ("1 1\n10 1\n5 6\n", r"line 3: found 2, expected 1 numbers"),
        ("1 1\n10 1\n-5\n", r"line 3: found -5, expected no negative number"),
        ("1 1\n10 1\n5\n\n7\n", r"line 5: found '7', expected the end of the file"),
    ],
)
def test_a_file_that_is_not_of_the_format_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        read_vsbpp(written(tmp_path, "a.txt", text))


def test_other_formats_name_file_and_line_too(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"line 3: found 3, expected item 2"):
        read_vsbppc(written(tmp_path, "b.txt", "2\n1 5\n3 5\n"), CONFIGS[0])
    with pytest.raises(InstanceError, match=r"line 2: found 9, expected another item from 1 to 2"):
        read_vsbppc(written(tmp_path, "b.txt", "2\n1 5 9\n2 5\n"), CONFIGS[0])
    with pytest.raises(InstanceError, match=r"line 4: found 4, expected 3 numbers"):
        read_vbp(written(tmp_path, "b.vbp", "2\n10 10\n1\n1 2 3 4\n"))
    with pytest.raises(InstanceError, match="cannot be read as text"):
        read_vbp(tmp_path / "absent.vbp")


def test_a_row_tells_cost_bound_baseline_and_best_known(tmp_path: Path) -> None:
    file = written(tmp_path, "vsbpp/a.txt", VSBPP)
    written(tmp_path, "vsbpp/best_known.csv", "instance,best_known\na.txt,11\n")
    (row,) = packing_rows("vsbpp", tmp_path / "vsbpp", 5.0, 1)
    seconds = row.pop("seconds")
    assert seconds >= 0.0
    assert row.pop("method")
    assert row == {
        "instance": "a.txt",
        "config": "",
        "cost": 11,
        "bound": 11,
        "gap": 0.0,
        "baseline_cost": 11,
        "best_known": 11,
        "proven": True,
    }
    assert best_known(file) == 11
    assert best_known(written(tmp_path, "elsewhere/deep/b.txt", VSBPP)) is None


def test_configurations_follow_the_table_the_folder_or_the_sizes(tmp_path: Path) -> None:
    written(tmp_path, "best_known.csv", "instance,config,best_known\na,set1_5types_linear,160\n")
    assert [c for _, c in instances("vsbppc", written(tmp_path, "set1/a.txt", VSBPPC))] == ["set1_5types_linear"]
    assert len(list(instances("vsbppc", written(tmp_path, "set1/b.txt", VSBPPC)))) == 6
    assert len(list(instances("vsbppc", written(tmp_path, "set2/b.txt", VSBPPC)))) == 3
    assert len(list(instances("vsbppc", written(tmp_path, "other/b.txt", VSBPPC)))) == 6
    assert len(list(instances("vsbppc", written(tmp_path, "other/c.txt", "1\n1 200\n")))) == 3
    assert len(list(instances("vsbppc", written(tmp_path, "other/d.txt", "1\n1 120\n")))) == 9
    assert [c for _, c in instances("vsbppc", tmp_path / "other" / "b.txt", "set2_7types_convex")] == [
        "set2_7types_convex"
    ]


def test_what_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InstanceError, match="family: found 'boxes', expected one of vsbpp, vsbppc, vector"):
        list(instances("boxes", tmp_path))
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        list(instances("vsbpp", tmp_path / "absent"))
    with pytest.raises(FileNotFoundError, match=r"holds no file that ends with \.vbp"):
        list(instances("vector", tmp_path))
    monkeypatch.setenv("DRAGONBOAT_BENCHMARKS", str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError, match="Maybe set DRAGONBOAT_BENCHMARKS"):
        shared_folder()


@pytest.fixture(scope="module")
def public() -> Path:
    """Return the folder of public instances, or skip."""
    try:
        return shared_folder()
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("family", ["vsbpp", "vsbppc", "vector"])
def test_public_files_are_read(public: Path, family: str) -> None:
    found = list(instances(family, public / family))
    assert len(found) > 50
    for file, config in found[:: len(found) // 8]:
        if family == "vsbppc":
            read = read_vsbppc(file, config)
            assert read.conflicts is not None
        else:
            read = read_vsbpp(file) if family == "vsbpp" else read_vbp(file)
        assert read.items.n > 0
        assert (read.items.size <= read.types.capacity.max(axis=0)).all()


@pytest.mark.parametrize(("family", "name"), [("vsbpp", "prob_25_1.txt"), ("vector", "New/class1_20_3_0.vbp")])
def test_a_public_file_is_solved_no_worse_than_known(public: Path, family: str, name: str) -> None:
    (row,) = packing_rows(family, public / family / name, 60.0, 1)
    assert row["bound"] <= row["cost"] <= row["baseline_cost"]
    known = row["best_known"]
    assert known is None or row["bound"] <= known
    assert row["proven"]
