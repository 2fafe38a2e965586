"""An import that is killed at any moment leaves the log as it was or as it would have become, and nothing else broken."""

from __future__ import annotations

import random
from pathlib import Path

from consolidation.events.importing import import_confirmations
from consolidation.events.log import is_draft, read_log
from tests.confirming import contents, record, write_file, write_folder
from tests.killing import posix, serving

pytestmark = posix
MODULES = ("consolidation.events.importing", "consolidation.shipment_files", "network.io")
TIMES, ROWS = 20, 80


def _files(place: Path, count: int) -> list[Path]:
    """Return files of measurements, each of another day."""
    return [write_file(place / f"{day}.csv", [_measured(day, k) for k in range(ROWS)]) for day in range(1, count + 1)]


def _measured(day: int, minute: int) -> dict[str, object]:
    return record("gated_in", "S1", f"2026-12-{day:02d}T{minute // 60:02d}:{minute % 60:02d}+08:00", volume_m3="4.4")


def test_a_killed_import_leaves_the_old_log_or_the_new_one(tmp_path: Path) -> None:
    lot = random.Random(4)
    folder = write_folder(tmp_path / "plan")
    plan = (folder / "plan.json").read_bytes()
    first, *files = _files(tmp_path, TIMES + 1)
    ends: list[int] = []
    with serving(*MODULES) as server:
        server.run(_importing(folder, first))
        whole = server.run(_importing(folder, first))
        moments = [0.0, *(lot.uniform(0, whole) for _ in files[1:])]
        for moment, file in zip(moments, files, strict=True):
            before = read_log(folder)
            server.kill(_importing(folder, file), moment)
            after = read_log(folder)
            ends.append(len(after) - len(before))
            assert after[: len(before)] == before
            assert (folder / "plan.json").read_bytes() == plan
            assert {name for name in contents(folder) if not is_draft(name)} == {"plan.json", "events.jsonl"}
    assert set(ends) <= {0, ROWS}
    assert 0 in ends
    for file in files:
        import_confirmations(folder, file, by="Lin")
    log = read_log(folder)
    assert len(log) == len({each.confirmation.event_id for each in log}) == ROWS * (TIMES + 1)
    assert set(contents(folder)) == {"plan.json", "events.jsonl"}


def _importing(folder: Path, file: Path) -> list[str]:
    return ["import", str(folder), str(file), "--by", "Mei"]


def test_a_killed_import_lets_go_of_the_lock(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "plan")
    first, second = _files(tmp_path, 2)
    with serving(*MODULES) as server:
        assert server.kill(_importing(folder, first), 0.0)
    assert len(import_confirmations(folder, second, by="Lin").new) == ROWS
