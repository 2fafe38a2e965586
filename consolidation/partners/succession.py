"""What becomes of documents that were sent before: unchanged, replaced or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consolidation.partners.header import FileHeader, content_sha256, document_number
from consolidation.partners.model import KINDS, PartnerDocument, content_of
from consolidation.partners.parts import one_line
from consolidation.plan_model import Plan


@dataclass(frozen=True, slots=True)
class Succession:
    """How documents follow earlier ones.

    Attributes
    ----------
    sent : documents to send: new ones, replacements, cancellations
    unchanged : heads of earlier documents that still hold
    """

    sent: tuple[PartnerDocument, ...]
    unchanged: tuple[FileHeader, ...]


def succession(
    documents: Iterable[PartnerDocument], earlier: Iterable[FileHeader], plan: Plan, *, is_exact: bool = True
) -> Succession:
    """Return which documents are to be sent to partners that have earlier ones.

    A document whose content is that of the earlier one about the same subject is not sent again; one with another
    content replaces it; an earlier one whose subject is gone is cancelled.

    Parameters
    ----------
    documents : documents of `plan`
    earlier : heads of what the partners have; cancellations among them count as nothing
    is_exact : False: the hashes of earlier documents cannot be relied on, so every one is replaced
    """
    before = {head.key: head for head in earlier if head.function != "cancel"}
    sent: list[PartnerDocument] = []
    unchanged: list[FileHeader] = []
    for document in documents:
        head = before.pop(document.header.key, None)
        if head is None:
            sent.append(document)
        elif is_exact and head.content_sha256 == document.header.content_sha256:
            unchanged.append(head)
        else:
            sent.append(replacement(document, head))
    sent += [cancellation(head, plan) for head in before.values()]
    return Succession(tuple(sorted(sent, key=lambda each: each.header.key)), tuple(unchanged))


def replacement(document: PartnerDocument, earlier: FileHeader) -> PartnerDocument:
    """Return a document that takes the place of an earlier one."""
    head = document.header.model_copy(update={"function": "replace", "replaces": earlier.number})
    return type(document)(header=head, facts=document.facts, lines=document.lines)


def cancellation(earlier: FileHeader, plan: Plan) -> PartnerDocument:
    """Return the document of `plan` that takes an earlier one back."""
    plan_id = one_line(plan.plan_id)
    head = earlier.model_copy(
        update={
            "number": document_number(plan_id, plan.version, earlier.document, earlier.subject),
            "function": "cancel",
            "replaces": earlier.number,
            "plan_id": plan_id,
            "plan_version": plan.version,
            "content_sha256": content_sha256(content_of(None, ())),
        }
    )
    return KINDS[earlier.document](header=head, facts=None, lines=())
