"""Evidence: the caller's own uploads on the way in, what a case or an order holds on the way out."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response

from chassis.refusal import NotFound
from chassis.rpc_client import RemoteRefusal
from contracts.vocabulary import Evidence
from gateway.house import ask, house, principal
from gateway.media import serving


def own(media_ids: Sequence[UUID]) -> tuple[Evidence, ...]:
    """Return references to the caller's own uploads. Raises: UnknownMedia."""
    return house().uploads.evidence(media_ids, owner=principal().subject)


def of_case(case_id: UUID, media_id: UUID) -> Evidence | None:
    """Return a reference that intake holds for one who may see the file, None where there is none."""
    try:
        return ask("intake", "evidence_of", result=Evidence, case_id=case_id, media_id=media_id)
    except RemoteRefusal as refusal:
        if refusal.code != NotFound.code:
            raise
        return None


def send(held: Evidence) -> Response:
    """Return what is shown of a file that a service holds. Raises: NotFound.

    The hash that the service holds is the one that the case is sealed with: another file is not it.
    """
    kept = house().uploads.find([held.media_id]).get(held.media_id)
    if kept is None or kept.sha256 != held.sha256:
        raise NotFound
    return serving.send(kept, house().storage)
