"""The command that writes files for partners: ``export``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consolidation import console
from consolidation.cli.common import AsJson, NetworkPath, PlanPath, ShipmentsPath, app, read_all

if TYPE_CHECKING:
    from consolidation.partners.manifest import Manifest


@app.command(name="export")
def export_command(
    plan: PlanPath,
    network: NetworkPath,
    shipments: ShipmentsPath,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of partner files to write.", show_default=False)],
    partner: Annotated[
        list[str] | None,
        typer.Option("--partner", help="Id, role, role/id or all; may be repeated.", show_default="all"),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="Name of a format or all; may be repeated.", show_default="all"),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Earlier export or plan folder: write only what changed.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write for each partner exactly its part of a plan: bookings, load lists, orders, entries, statements."""
    from consolidation.events.effective import planned_from
    from consolidation.events.log import read_log
    from consolidation.folder import read_plan
    from consolidation.partners.current import as_it_stands
    from consolidation.partners.earlier import read_earlier
    from consolidation.partners.export import ALL, NOTHING, export, require_target

    require_target(out)
    made, log = read_plan(plan), read_log(plan)
    read, rows = read_all(network, shipments, None, as_json)
    before = NOTHING if previous is None else read_earlier(previous, read, rows)
    current, goods = as_it_stands(made, log), planned_from(rows, log, made)
    manifest = export(current, read, goods, out, partners=partner or (ALL,), formats=formats or (ALL,), previous=before)
    if as_json:
        console.show_json(_answer(manifest, out))
    else:
        _show(manifest, out)


def _answer(manifest: Manifest, folder: Path) -> dict[str, Any]:
    return {
        "plan_id": manifest.plan_id, "plan_version": manifest.plan_version, "folder": str(folder.resolve()),
        "formats": list(manifest.formats), "note": manifest.note, "files": len(manifest.files),
        "documents": [
            {"number": each.header.number, "role": each.header.role, "partner_id": each.header.partner_id,
             "function": each.header.function, "replaces": each.header.replaces, "sent": each.sent}
            for each in manifest.documents
        ],
    }  # fmt: skip


def _show(manifest: Manifest, folder: Path) -> None:
    sent = manifest.sent
    partners = Counter(role for role, _ in {head.key[:2] for head in sent})
    documents = Counter(head.role for head in sent)
    for role, count in documents.items():
        text = f"{role}: {partners[role]} partner(s), {count} document(s)"
        console.out.print(text, markup=False, highlight=False)
    functions = Counter(head.function for head in sent)
    standing = sum(not each.sent for each in manifest.documents)
    followed = f": {functions['original']} new, {functions['replace']} replaced, {functions['cancel']} cancelled"
    console.out.print(
        f"{len(sent)} document(s){followed if functions.keys() - {'original'} or standing else ''}"
        + (f"; {standing} sent before still hold" if standing else ""),
        markup=False, highlight=False,
    )  # fmt: skip
    if manifest.note:
        console.err.print(manifest.note, markup=False, highlight=False)
    where = f"{len(manifest.files)} file(s) of plan {manifest.plan_id}, version {manifest.plan_version}, in {folder.resolve()}"
    console.out.print(where, markup=False, highlight=False)
