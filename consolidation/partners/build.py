"""From a plan to the documents of every partner, with their heads."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from consolidation.partners.case import Case, Draft
from consolidation.partners.header import FileHeader, content_sha256, document_number
from consolidation.partners.inland import inland_documents
from consolidation.partners.model import KINDS, PartnerDocument, content_of
from consolidation.partners.parts import one_line
from consolidation.partners.seller import seller_documents
from consolidation.partners.trunk import trunk_documents
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.model import Network


def build_documents(plan: Plan, network: Network, shipments: Iterable[Shipment]) -> tuple[PartnerDocument, ...]:
    """Return the documents of every partner of a plan, by role, partner, kind and subject.

    Parameters
    ----------
    plan : Plan
    network, shipments : what the plan was made from; they give names of places, cartons and codes
    """
    case = Case(plan, network, tuple(shipments))
    drafts = chain(trunk_documents(case), inland_documents(case), seller_documents(case))
    return tuple(sorted((_document(plan, draft) for draft in drafts), key=lambda document: document.header.key))


def _document(plan: Plan, draft: Draft) -> PartnerDocument:
    subject = one_line(draft.subject)
    head = FileHeader(
        number=document_number(one_line(plan.plan_id), plan.version, draft.document, subject),
        document=draft.document,
        role=draft.role,
        partner_id=one_line(draft.partner_id),
        subject=subject,
        plan_id=one_line(plan.plan_id),
        plan_version=plan.version,
        status=draft.status,
        content_sha256=content_sha256(content_of(draft.facts, draft.lines)),
    )
    return KINDS[draft.document](header=head, facts=draft.facts, lines=draft.lines)
