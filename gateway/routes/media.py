"""Uploading, and reading one's own uploads."""

from typing import Any
from uuid import UUID

from flask import Response, request

from chassis.refusal import NotFound
from gateway import metrics
from gateway.answers import MediaStored
from gateway.headers import command_id, made_by
from gateway.house import house, principal
from gateway.media.serving import SHOWN_TYPES, send
from gateway.media.upload import Upload
from gateway.refusals import UnsupportedMediaType, invalid
from gateway.routing import FORM, PREFIX, Routes, answer
from gateway.schemas.media import UploadForm

routes = Routes("media", "Photos, videos and papers.")

# What a file may be refused for, however it comes.
TAKING = ("media_type_refused", "video_too_long", "resolution_too_high", "video_unavailable")


@routes.post(
    "/media",
    form=UploadForm(),
    answer=MediaStored,
    status=201,
    problems=(
        *TAKING,
        "unsupported_media_type",
        "key_reused",
    ),
    headers=("Location",),
)
def upload(form: dict[str, Any]) -> Response:
    """Upload a photo (JPEG, PNG, WebP; 10 MB), a PDF (20 MB) or a video as the part `file`.

    A video is MP4, 3GP or WebM: 100 MB, two minutes, 1920 pixels on its longer side, a picture and
    at most one sound. Photos are shown painted anew, at most 1600 pixels wide or high, videos as the
    bare streams with a poster, both without metadata; `sha256` is that of what is shown.
    """
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"send {FORM}")
    owner = principal().subject
    media_id = made_by(command_id(owner), "media")
    file = request.files.get("file")
    if file is None or len(request.files) != 1:
        raise invalid("", {"file": "required"})
    with house().storage.receiving(file.stream) as arrival:
        kept = house().uploads.take(arrival, media_id=media_id, owner=owner, declared=form["kind"])
    metrics.UPLOADS.labels(kept.kind).inc()
    return answer(stored(kept), status=201, location=f"{PREFIX}/media/{kept.media_id}")


@routes.get("/media/<uuid:media_id>", binary=SHOWN_TYPES, problems=("not_found",))
def own_media(media_id: UUID) -> Response:
    """Return what is shown of one's own upload."""
    kept = house().uploads.find([media_id]).get(media_id)
    if kept is None or kept.owner != principal().subject:
        raise NotFound
    return send(kept, house().storage)


def stored(kept: Upload) -> MediaStored:
    """Return an upload as its owner is told it."""
    return MediaStored(
        media_id=kept.media_id,
        sha256=kept.sha256,
        kind=kept.kind,
        mime=kept.mime,
        size_bytes=kept.size_bytes,
        width=kept.width,
        height=kept.height,
        duration_ms=kept.duration_ms,
    )
