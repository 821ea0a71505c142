"""Evidence: the caller's own uploads on the way in, what a case or an order holds on the way out."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from flask import Response

from chassis.refusal import NotFound
from chassis.rpc_client import RemoteRefusal
from contracts.commands.case_views import EvidenceListing, HeldEvidence
from contracts.commands.orders import OrderPage, OrderView
from contracts.vocabulary import Evidence
from gateway.house import ask, house, principal
from gateway.media import serving
from gateway.media.upload import Upload


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


def listed(case_id: UUID) -> EvidenceListing:
    """Return a case's evidence as the caller may see it, its orders' results included. Raises: NotFound."""
    listing = ask("intake", "evidence_listing", result=EvidenceListing, case_id=case_id)
    orders = ask("dispatch", "orders_of_case", result=OrderPage, case_id=case_id)
    return _with_results(listing, orders.items)


def for_department(order: OrderView) -> EvidenceListing:
    """Return the evidence behind an order and of its result, as its department may see it."""
    try:
        listing = ask("intake", "evidence_listing", result=EvidenceListing, case_id=order.case_id)
    except RemoteRefusal as refusal:
        if refusal.code != NotFound.code:
            raise
        # The case is with another department by now; the result stays this one's.
        listing = EvidenceListing(case_id=order.case_id, items=(), exactly=False)
    return _with_results(listing, [order])


def _with_results(listing: EvidenceListing, orders: Sequence[OrderView]) -> EvidenceListing:
    """Return a listing with the results that intake does not hold: it holds one once it counts."""
    known = {each.media_id for each in listing.items}
    more = tuple(
        HeldEvidence(**msgspec.structs.asdict(piece), stage="result", cycle=order.cycle)
        for order in orders
        for piece in order.evidence
        if piece.media_id not in known
    )
    return msgspec.structs.replace(listing, items=(*listing.items, *more))


def kept(held: Evidence) -> Upload | None:
    """Return the upload that a service holds, None where it is gone or another."""
    found = house().uploads.find([held.media_id]).get(held.media_id)
    return None if found is None or found.sha256 != held.sha256 else found


def send(held: Evidence) -> Response:
    """Return what is shown of a file that a service holds. Raises: NotFound.

    The hash that the service holds is the one that the case is sealed with: another file is not it.
    """
    found = kept(held)
    if found is None:
        raise NotFound
    return serving.send(found, house().storage)
