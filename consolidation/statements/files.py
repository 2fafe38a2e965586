"""The folder of statements: tables for the planner, and a page to send to each seller. It appears whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path

from consolidation.statements.model import Statement
from consolidation.statements.page import seller_page
from consolidation.statements.tables import Table, tables
from consolidation.statements.workbook import write_workbook
from network.atomic import new_folder, require_free

SHIPMENTS, SELLERS, WORKBOOK, PAGES = "statements.csv", "sellers.csv", "statements.xlsx", "sellers"
"""Files of the folder, and the folder of pages in it."""


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`write_statements` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than earlier statements, or cannot be written.
    """
    require_free(folder, _is_ours)


def write_statements(statement: Statement, folder: str | Path) -> Path:
    """Write tables and pages as a folder, atomically, and return its path.

    Parameters
    ----------
    folder : a new or empty folder, or earlier statements, which are replaced as a whole

    Raises
    ------
    InputError
        If `folder` is a file, or a folder with something else in it.
    """
    target = Path(folder).resolve()
    with new_folder(target, _is_ours) as draft:
        found = tables(statement)
        _write_csv(found["shipments"], draft / SHIPMENTS)
        _write_csv(found["sellers"], draft / SELLERS)
        write_workbook(found, draft / WORKBOOK, f"Statements of plan {statement.plan_id}")
        (draft / PAGES).mkdir()
        for seller in statement.sellers:
            (draft / PAGES / seller.page).write_text(seller_page(statement, seller), encoding="utf-8")
    return target


def _is_ours(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    pages = folder / PAGES
    return names == {SHIPMENTS, SELLERS, WORKBOOK, PAGES} and pages.is_dir() and all(
        path.suffix == ".html" and path.is_file() for path in pages.iterdir()
    )  # fmt: skip


def _write_csv(table: Table, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        writer.writerows(table.texts())
