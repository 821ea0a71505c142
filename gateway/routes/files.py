"""The files of a case: links that open them, and where they were taken."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from flask import Response

from chassis.refusal import Forbidden, NotFound
from contracts.commands.case_views import HeldEvidence
from contracts.commands.orders import OrderView
from contracts.vocabulary import Point
from gateway.answers import EvidenceFile, EvidenceFiles, MediaPosition
from gateway.house import ask, house
from gateway.media.links import GOOD_FOR
from gateway.media.serving import CACHED_S, SHOWN_TYPES, Variant, send
from gateway.routes import evidence
from gateway.routing import PREFIX, Routes, answer

routes = Routes("files", "The files of a case.")

_CASE = "/cases/<uuid:case_id>"
_ORDER = "/department/orders/<uuid:order_id>"


@routes.get(f"{_CASE}/evidence", answer=EvidenceFiles, problems=("not_found",))
def case_evidence(case_id: UUID) -> Response:
    """Return the evidence of a case, each piece with a link that is good for ten minutes."""
    listing = evidence.listed(case_id)
    return answer(EvidenceFiles(items=_linked(listing.items), exactly=listing.exactly))


@routes.get(f"{_ORDER}/evidence", answer=EvidenceFiles, problems=("unknown_order",))
def order_evidence(order_id: UUID) -> Response:
    """Return the evidence of the case behind one of your orders and of its result, with links.

    Once the case is with another department, it is that of the result alone.
    """
    order = ask("dispatch", "get_order", result=OrderView, order_id=order_id)
    listing = evidence.for_department(order)
    return answer(EvidenceFiles(items=_linked(listing.items), exactly=listing.exactly))


@routes.get("/files/<token>", binary=SHOWN_TYPES, problems=("not_found", "link_expired"))
def file(token: str) -> Response:
    """Return the file that a link opens, to whoever has the link."""
    now = datetime.now(UTC)
    media_id, variant, expires_at = house().links.read(token, now=now)
    found = house().uploads.find([media_id]).get(media_id)
    if found is None:
        raise NotFound
    left_s = int((expires_at - now).total_seconds())
    return send(found, house().storage, variant=variant, cached_s=min(left_s, CACHED_S))


@routes.get(f"{_CASE}/media/<uuid:media_id>/position", answer=MediaPosition, problems=("not_found",))
def media_position(case_id: UUID, media_id: UUID) -> Response:
    """Return where and when a photo or a video was taken, to those who may know the place exactly.

    They are the dispatcher, the grid worker of the grid, the clerk of the community and the reporter.
    """
    listing = evidence.listed(case_id)
    if not listing.exactly:
        raise Forbidden("the place is for those who work there")
    held = next((each for each in listing.items if each.media_id == media_id), None)
    found = None if held is None else evidence.kept(held)
    if found is None:
        raise NotFound
    taken = house().uploads.taken(found)
    point = None
    if taken.longitude_deg is not None and taken.latitude_deg is not None:
        point = Point(longitude_deg=taken.longitude_deg, latitude_deg=taken.latitude_deg)
    return answer(MediaPosition(media_id=media_id, point=point, taken_at=taken.taken_at))


def _linked(items: Iterable[HeldEvidence]) -> tuple[EvidenceFile, ...]:
    expires_at = (datetime.now(UTC) + GOOD_FOR).replace(microsecond=0)
    return tuple(_file(each, expires_at) for each in items)


def _file(held: HeldEvidence, expires_at: datetime) -> EvidenceFile:
    """Return a piece of evidence with its links, without any where its file is gone."""
    listed = EvidenceFile(
        media_id=held.media_id, kind=held.kind, stage=held.stage, cycle=held.cycle, sha256=held.sha256
    )
    found = evidence.kept(held)
    if found is None:
        return listed

    def link(variant: Variant) -> str:
        return f"{PREFIX}/files/{house().links.token(found.media_id, variant, expires_at=expires_at)}"

    return msgspec.structs.replace(
        listed,
        mime=found.mime,
        size_bytes=found.size_bytes,
        width=found.width,
        height=found.height,
        duration_ms=found.duration_ms,
        url=link(Variant.SHOWN),
        poster_url=None if found.poster_path is None else link(Variant.POSTER),
        expires_at=expires_at,
    )
