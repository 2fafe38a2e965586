"""Partner files as a folder: one folder per role and partner, and a manifest. It appears whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import get_args

from consolidation.folder import PLAN, read_plan
from consolidation.partners.build import build_documents
from consolidation.partners.formats import FORMATS, Context
from consolidation.partners.header import FileHeader, Role
from consolidation.partners.manifest import MANIFEST, ExportedFile, Manifest, Standing, read_manifest
from consolidation.partners.model import PartnerDocument
from consolidation.partners.succession import succession
from consolidation.plan_model import Plan
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from consolidation.statements.build import require_inputs
from consolidation.statements.names import safe_names
from network.atomic import new_folder, require_free
from network.errors import Finding, InputError, nearest
from network.io import content_hash as network_hash
from network.model import Network

ALL = "all"
"""Name that stands for every partner, or every format."""
ROLES: tuple[str, ...] = get_args(Role)
_INEXACT = (
    "The earlier plan was made from other input, so every document is replaced. The folder that was exported from it "
    "remembers what was sent: name that one."
)


def require_target(folder: str | Path) -> None:
    """Refuse a folder that :func:`export` would refuse.

    Raises
    ------
    InputError
        If `folder` is a file, a folder with something else than an earlier export, or cannot be written.
    """
    require_free(folder, _is_ours)


def export(
    plan: Plan,
    network: Network,
    shipments: Sequence[Shipment],
    folder: str | Path,
    *,
    partners: Iterable[str] = (ALL,),
    formats: Iterable[str] = (ALL,),
    previous: str | Path | None = None,
) -> Manifest:
    """Write the files of every partner as a folder, atomically, and return its manifest.

    Parameters
    ----------
    plan : Plan
    network, shipments : what the plan was made from
    folder : a new or empty folder, or an earlier export, which is replaced as a whole
    partners : ids of partners, roles, ``role/id`` or ``all``
    formats : names of :data:`consolidation.partners.formats.FORMATS` or ``all``
    previous : folder of an earlier export, or of the plan it was made from: only what changed is written

    Raises
    ------
    InputError
        If the plan was made from other input, a partner or a format is unknown, or `folder` holds something else.
    PlanFolderError
        If `previous` is a plan folder that cannot be read.
    """
    require_inputs(plan, network, shipments)
    names = _formats(formats)
    documents = build_documents(plan, network, shipments)
    before = _earlier(previous, network, shipments)
    wanted = _wanted(partners, {each.key[:2] for each in (*(row.header for row in documents), *before.heads)})
    chosen = [each for each in documents if each.header.key[:2] in wanted]
    following = succession(
        chosen, (head for head in before.heads if head.key[:2] in wanted), plan, is_exact=before.is_exact
    )
    kept = [head for head in before.heads if head.key[:2] not in wanted]
    standings = [
        *(Standing(header=document.header, sent=True) for document in following.sent),
        *(Standing(header=head, sent=False) for head in (*following.unchanged, *kept)),
    ]
    known = {*(row.header.key[:2] for row in documents), *(head.key[:2] for head in before.heads)}
    with new_folder(folder, _is_ours) as draft:
        files = tuple(_write(draft, following.sent, names, Context(plan, network, shipments), known))
        manifest = Manifest(
            plan_id=plan.plan_id,
            plan_version=plan.version,
            formats=names,
            note="" if before.is_exact else _INEXACT,
            documents=tuple(sorted(standings, key=lambda standing: standing.header.key)),
            files=files,
        )
        (draft / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def _is_ours(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return MANIFEST in names and names <= {MANIFEST, *ROLES}


def _formats(asked: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the formats asked for, in the order of the registry."""
    wanted = set(asked)
    findings = [
        Finding("--format", None, "format", name, f"one of {', '.join((*FORMATS, ALL))}", nearest(name, FORMATS),
                "REFERENCE.UNKNOWN")
        for name in sorted(wanted - {*FORMATS, ALL})
    ]  # fmt: skip
    if findings:
        raise InputError(findings)
    return tuple(name for name in FORMATS if name in wanted or ALL in wanted)


def _wanted(asked: Iterable[str], known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return role and id of the partners asked for."""
    found: set[tuple[str, str]] = set()
    findings = []
    for name in dict.fromkeys(asked):
        met = {pair for pair in known if name in (ALL, *pair, "/".join(pair))}
        if not met and name not in (ALL, *ROLES):
            maybe = nearest(name, sorted({*ROLES, *(partner for _, partner in known)}))
            expected = f"a partner of the plan, a role ({', '.join(ROLES)}) or {ALL}"
            findings.append(Finding("--partner", None, "partner", name, expected, maybe, "REFERENCE.UNKNOWN"))
        found |= met
    if findings:
        raise InputError(findings)
    return found


@dataclass(frozen=True)
class _Earlier:
    """Heads of what partners have, and whether their hashes can be relied on."""

    heads: tuple[FileHeader, ...] = ()
    is_exact: bool = True


def _earlier(previous: str | Path | None, network: Network, shipments: Sequence[Shipment]) -> _Earlier:
    """Return what partners have: as an earlier export says, or as one of the earlier plan would have said."""
    if previous is None:
        return _Earlier()
    folder = Path(previous)
    if (folder / MANIFEST).is_file():
        return _Earlier(tuple(each.header for each in read_manifest(folder).documents if each.header.function != "cancel"))  # fmt: skip
    if not (folder / PLAN).is_file():
        expected = f"a folder with {MANIFEST} or {PLAN}: an earlier export or plan"
        raise InputError([Finding("--previous", None, "", str(folder), expected, rule="FILE.MISSING")])
    plan = read_plan(folder)
    names = {*(row.shipment_id for row in plan.shipments), *(row.shipment_id for row in plan.unplanned)}
    known = [row for row in shipments if row.shipment_id in names]
    hashes = (network_hash(network), shipments_hash(known))
    is_exact = hashes == (plan.inputs.network_sha256, plan.inputs.shipments_sha256)
    return _Earlier(tuple(each.header for each in build_documents(plan, network, known)), is_exact)


def _write(
    draft: Path, documents: Iterable[PartnerDocument], formats: Sequence[str], context: Context, known: set[tuple[str, str]]
) -> Iterator[ExportedFile]:  # fmt: skip
    """Write the files of every partner, and yield what was written."""
    folders = {role: safe_names(partner for each, partner in known if each == role) for role in ROLES}
    for (role, partner), members in groupby(documents, key=lambda document: document.header.key[:2]):
        own = tuple(members)
        home = draft / role / folders[role][partner]
        for name in formats:
            for path, content in FORMATS[name](own, context):
                target = home / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                sha256 = hashlib.sha256(content).hexdigest()
                yield ExportedFile(path=target.relative_to(draft).as_posix(), sha256=sha256, size=len(content))
