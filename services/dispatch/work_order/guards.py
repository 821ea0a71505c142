"""What a step of a work order needs: one function a need. Pure."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from contracts.vocabulary import Kind, MediaKind
from services.dispatch.work_order.errors import EvidenceMissing, NotTheLead, ResultDiffers, UnknownResult
from services.dispatch.work_order.result import Result

NEEDED_EVIDENCE = {
    Kind.EVENT: MediaKind.PHOTO,
    Kind.COMPONENT: MediaKind.PHOTO,
    Kind.SERVICE: MediaKind.DOCUMENT,
    Kind.DISPUTE: MediaKind.DOCUMENT,
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards look at: who asks for which order, and the result that is named."""

    asking: str
    lead: str
    order_id: UUID
    kind: Kind
    result: Result | None = None
    result_sha256: str = ""


Need = Callable[[Facts], None]


def by_the_lead(facts: Facts) -> None:
    """主办 alone may do this. Raises: NotTheLead."""
    if facts.asking != facts.lead:
        raise NotTheLead


def result_handed_in(facts: Facts) -> None:
    """The result, with its text and contact record, was handed in by the lead for this order.

    Raises: UnknownResult, ResultDiffers where the hash is not the one that was answered.
    """
    result = facts.result
    if result is None or (result.order_id, result.department) != (facts.order_id, facts.lead):
        raise UnknownResult
    if result.sha256 != facts.result_sha256:
        raise ResultDiffers


def evidence_suffices(facts: Facts) -> None:
    """Kinds E and C are proved by a photo, kinds S and D by a document. Raises: EvidenceMissing."""
    needed = NEEDED_EVIDENCE[facts.kind]
    given = () if facts.result is None else facts.result.evidence
    if all(piece.kind is not needed for piece in given):
        raise EvidenceMissing(f"kind {facts.kind} needs a {needed}", missing=needed.value)
