"""What a file of scenarios makes of the tiny network, kept row by row: a change of words, ids or numbers is seen, and meant.

``python -m tests.golden.test_golden_scenarios`` writes it again.
"""

from __future__ import annotations

from pathlib import Path

from consolidation.scenarios import apply_scenario, read_scenarios
from consolidation.scenarios.draft import name_of
from network.cells import cell_text
from network.tables import KEYS
from tests.goods import goods
from tests.networks import tiny_network

FOLDER = Path(__file__).parent / "scenarios"
KEPT = FOLDER / "made.txt"


def _made() -> str:
    """Return every sentence, and every row that differs, of each scenario."""
    network = tiny_network()
    week = [goods(f"S{k}", destination_fc="DTM2" if k % 4 == 0 else "ONT8") for k in range(16)]
    lines: list[str] = []
    for scenario in read_scenarios(FOLDER / "what_if.toml"):
        done = apply_scenario(scenario, network, week)
        lines += [f"== {scenario.name}", *done.changes]
        for table in (name for name in KEYS if name != "geometry"):
            before = {name_of(row): row for row in getattr(network, table)}
            for row in getattr(done.network, table):
                old = dict(before.pop(name_of(row), ()))
                cells = [f"{name} {cell_text(value)}" for name, value in row
                         if cell_text(value) and value != old.get(name)]  # fmt: skip
                if cells:
                    lines.append(f"{table} {'changed' if old else 'added'} {name_of(row)}: {', '.join(cells)}")
            lines += [f"{table} removed {name}" for name in before]
        lines.append(f"shipments {' '.join(row.shipment_id for row in done.shipments)}")
    return "\n".join(lines) + "\n"


def test_what_scenarios_make_is_as_kept() -> None:
    assert _made() == KEPT.read_text(encoding="utf-8")


if __name__ == "__main__":
    KEPT.write_text(_made(), encoding="utf-8")
