"""Partner files as a folder: one folder per role and partner, and a manifest. It appears whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import get_args

from consolidation.partners.build import build_documents
from consolidation.partners.earlier import Earlier
from consolidation.partners.formats import FORMATS, Context
from consolidation.partners.header import Role
from consolidation.partners.manifest import MANIFEST, ExportedFile, Manifest, Standing
from consolidation.partners.model import PartnerDocument
from consolidation.partners.succession import succession
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from consolidation.statements.build import require_inputs
from consolidation.statements.names import safe_names
from network.atomic import new_folder, require_free
from network.errors import Finding, InputError, nearest
from network.model import Network

NOTHING = Earlier()
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
    previous: Earlier = NOTHING,
) -> Manifest:
    """Write the files of every partner as a folder, atomically, and return its manifest.

    Parameters
    ----------
    plan : Plan
    network, shipments : what the plan was made from
    folder : a new or empty folder, or an earlier export, which is replaced as a whole
    partners : ids of partners, roles, ``role/id`` or ``all``
    formats : names of :data:`consolidation.partners.formats.FORMATS` or ``all``
    previous : what partners have, from :func:`~consolidation.partners.earlier.read_earlier`: only what changed is written

    Raises
    ------
    InputError
        If the plan was made from other input, a partner or a format is unknown, or `folder` holds something else.
    """
    require_inputs(plan, network, shipments)
    names = _formats(formats)
    documents = build_documents(plan, network, shipments)
    known = {head.key[:2] for head in (*(each.header for each in documents), *previous.heads)}
    wanted = _wanted(partners, known)
    following = succession(
        (each for each in documents if each.header.key[:2] in wanted),
        (head for head in previous.heads if head.key[:2] in wanted),
        plan,
        is_exact=previous.is_exact,
    )
    kept = (head for head in previous.heads if head.key[:2] not in wanted)
    standings = [
        *(Standing(header=document.header, sent=True) for document in following.sent),
        *(Standing(header=head, sent=False) for head in (*following.unchanged, *kept)),
    ]
    context = Context(plan, network, shipments, previous.messages)
    with new_folder(folder, _is_ours) as draft:
        files = tuple(_write(draft, following.sent, names, context, known))
        manifest = Manifest(
            plan_id=plan.plan_id,
            plan_version=plan.version,
            formats=names,
            note="" if previous.is_exact else _INEXACT,
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


def _write(
    draft: Path, documents: Iterable[PartnerDocument], formats: Sequence[str], context: Context, known: set[tuple[str, str]]
) -> Iterator[ExportedFile]:  # fmt: skip
    """Write the files of every partner, and yield what was written."""
    made: set[Path] = set()
    folders = {role: safe_names(partner for each, partner in known if each == role) for role in ROLES}
    for (role, partner), members in groupby(documents, key=lambda document: document.header.key[:2]):
        own = tuple(members)
        home = draft / role / folders[role][partner]
        for name in formats:
            for path, content in FORMATS[name](own, context):
                target = home / path
                if target.parent not in made:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    made.add(target.parent)
                target.write_bytes(content)
                sha256 = hashlib.sha256(content).hexdigest()
                yield ExportedFile(path=target.relative_to(draft).as_posix(), sha256=sha256, size=len(content))
