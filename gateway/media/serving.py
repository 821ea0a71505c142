"""How a file is handed out: as what it is, to one who may see it, and to no cache but theirs."""

from typing import cast

from flask import Response, request, send_file

from chassis.refusal import NotFound
from gateway.media.storage import Storage
from gateway.media.upload import Upload

SHOWN_TYPES = ("image/jpeg", "application/pdf")
_EXTENSIONS = {"image/jpeg": "jpg", "application/pdf": "pdf"}
# What is shown under an id never changes, and only its reader's own cache may keep it.
CACHING = "private, max-age=3600, immutable"


def send(upload: Upload, storage: Storage) -> Response:
    """Return the shown variant. Raises: NotFound where the file is gone."""
    path = storage.locate(upload.shown_path)
    if not path.is_file():
        raise NotFound
    response = send_file(
        path,
        mimetype=upload.mime,
        as_attachment=upload.mime == "application/pdf",
        download_name=f"{upload.media_id}.{_EXTENSIONS.get(upload.mime, 'bin')}",
        etag=False,
        conditional=False,
    )
    response.set_etag(upload.sha256)
    response.headers["Cache-Control"] = CACHING
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return cast("Response", response.make_conditional(request.environ))
