"""How a file is handed out: as what it is, to one who may see it, and to no cache but theirs."""

from enum import StrEnum
from typing import cast

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from chassis.refusal import NotFound
from gateway.media.storage import Storage
from gateway.media.upload import Upload

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/webm": "webm",
}
SHOWN_TYPES = tuple(_EXTENSIONS)
# What is shown under an id never changes, and only its reader's own cache may keep it.
CACHED_S = 3600


class Variant(StrEnum):
    """Which file of an upload is handed out. The original is none of them."""

    SHOWN = "shown"
    POSTER = "poster"


def send(
    upload: Upload, storage: Storage, *, variant: Variant = Variant.SHOWN, cached_s: int = CACHED_S
) -> Response:
    """Return a variant, or the part of it that is asked for: players seek. Raises: NotFound."""
    shown = variant is Variant.SHOWN
    path = upload.shown_path if shown else upload.poster_path
    if path is None or not (file := storage.locate(path)).is_file():
        raise NotFound
    mime = upload.mime if shown else "image/jpeg"
    response = send_file(
        file,
        mimetype=mime,
        as_attachment=mime == "application/pdf",
        download_name=f"{upload.media_id}.{_EXTENSIONS.get(mime, 'bin')}",
        etag=False,
        conditional=False,
    )
    response.set_etag(upload.sha256 if shown else f"{upload.sha256}-{variant}")
    response.headers["Cache-Control"] = f"private, max-age={cached_s}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    length = response.content_length
    try:
        made = response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    except RequestedRangeNotSatisfiable:
        # Nobody sends this answer, so nobody closes its file.
        response.close()
        raise
    return cast("Response", made)
