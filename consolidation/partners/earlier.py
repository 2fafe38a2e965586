"""What partners have already: as an earlier export says, or as one of an earlier plan would have said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consolidation.events.effective import planned_from
from consolidation.events.log import read_log
from consolidation.folder import PLAN, read_plan
from consolidation.partners.build import build_documents
from consolidation.partners.consolidations import Consolidation, consolidations
from consolidation.partners.header import FileHeader
from consolidation.partners.ifcsum_reading import read_ifcsum
from consolidation.partners.manifest import MANIFEST, read_manifest
from consolidation.plan_model import Plan
from consolidation.shipment_files import content_hash as shipments_hash
from consolidation.shipments import Shipment
from network.errors import Finding, InputError
from network.io import content_hash as network_hash
from network.model import Network


@dataclass(frozen=True)
class Earlier:
    """Documents that partners have.

    Attributes
    ----------
    heads : heads of the documents
    messages : IFCSUM messages by load, as far as they are known
    is_exact : False: the hashes of the heads cannot be relied on
    """

    heads: tuple[FileHeader, ...] = ()
    messages: Mapping[str, Consolidation] = field(default_factory=dict)
    is_exact: bool = True


def read_earlier(folder: str | Path, network: Network, shipments: Iterable[Shipment]) -> Earlier:
    """Return what partners have after an earlier export, or after the export of everything of an earlier plan.

    Parameters
    ----------
    folder : folder of an export or of a plan
    network, shipments : as they are now; `shipments` as the sellers gave them. If the earlier plan was made from others,
        its hashes are not exact

    Raises
    ------
    InputError
        If the folder is neither, or something in it cannot be read.
    PlanFolderError
        If it is a plan folder that cannot be read.
    """
    folder = Path(folder)
    if (folder / MANIFEST).is_file():
        return _exported(folder)
    if (folder / PLAN).is_file():
        plan = read_plan(folder)
        return documents_of(plan, network, planned_from(shipments, read_log(folder), plan))
    expected = f"a folder with {MANIFEST} or {PLAN}: an earlier export or plan"
    raise InputError([Finding("--previous", None, "", str(folder), expected, rule="FILE.MISSING")])


def documents_of(plan: Plan, network: Network, shipments: Iterable[Shipment]) -> Earlier:
    """Return what partners have after the export of everything of a plan; shipments that it does not know do not count."""
    names = {*(row.shipment_id for row in plan.shipments), *(row.shipment_id for row in plan.unplanned)}
    known = [row for row in shipments if row.shipment_id in names]
    hashes = (network_hash(network), shipments_hash(known))
    return Earlier(
        tuple(each.header for each in build_documents(plan, network, known)),
        {message.load_id: message for message in consolidations(plan, network, known)},
        hashes == (plan.inputs.network_sha256, plan.inputs.shipments_sha256),
    )


def _exported(folder: Path) -> Earlier:
    manifest = read_manifest(folder)
    heads = tuple(each.header for each in manifest.documents if each.header.function != "cancel")
    paths = [folder / each.path for each in manifest.files if each.path.endswith(".edi")]
    messages = [read_ifcsum(path.read_bytes(), path.name) for path in paths if path.is_file()]
    return Earlier(heads, {message.load_id: message for message in messages if message.function != "cancel"})
