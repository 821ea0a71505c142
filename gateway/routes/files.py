"""The files of a case: where they were taken."""

from uuid import UUID

from flask import Response

from chassis.refusal import Forbidden, NotFound
from contracts.vocabulary import Point
from gateway.answers import MediaPosition
from gateway.house import house
from gateway.routes import evidence
from gateway.routing import Routes, answer

routes = Routes("files", "The files of a case.")

_CASE = "/cases/<uuid:case_id>"


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
