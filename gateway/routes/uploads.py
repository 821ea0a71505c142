"""Uploads that can be resumed, by tus 1.0.0: what was acknowledged is never sent again."""

from uuid import UUID

from flask import Response, request
from werkzeug.http import http_date

from gateway import tus
from gateway.answers import UploadState
from gateway.headers import command_id, made_by
from gateway.house import house, principal
from gateway.media.inspection import LARGEST_BYTES
from gateway.media.transfer import Transfer
from gateway.media.upload import Upload
from gateway.refusals import PayloadTooLarge
from gateway.routes.media import TAKING, stored
from gateway.routing import PREFIX, Routes, answer

routes = Routes("uploads", "Uploads that can be resumed, by tus 1.0.0.")

_UPLOAD = "/uploads/<uuid:upload_id>"
MEDIA_ID = "Media-Id"
_SAID = (tus.RESUMABLE, tus.OFFSET, tus.EXPIRES, MEDIA_ID)
_SPEAKING = ("unsupported_tus_version", "malformed_request")
_PIECE = ("checksum_differs", "offset_differs", "payload_too_large", *TAKING)


@routes.options("/uploads", headers=("Tus-Version", "Tus-Extension", "Tus-Max-Size"))
def describe_uploads() -> Response:
    """Say what of the protocol is spoken here."""
    response = Response(status=204)
    response.headers.update(
        {
            tus.RESUMABLE: tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(LARGEST_BYTES),
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
        }
    )
    return response


@routes.post(
    "/uploads",
    answer=UploadState,
    status=201,
    pieces="optional",
    asks=(tus.RESUMABLE, tus.LENGTH),
    problems=(*_SPEAKING, *_PIECE, "too_many_requests"),
    headers=("Location", *_SAID),
)
def begin_upload() -> Response:
    """Begin an upload of `Upload-Length` bytes, 100 MB at most; the body may be its first piece.

    `Upload-Metadata` may give `filename` and `kind` as hints; the bytes decide. An upload that is not
    finished within 24 hours is forgotten.
    """
    tus.speak()
    owner = principal().subject
    command = command_id(owner)
    sent, said = tus.metadata()
    transfer = house().transfers.open(
        made_by(command, "upload"),
        media_id=made_by(command, "media"),
        owner=owner,
        length_bytes=tus.number(tus.LENGTH),
        metadata=sent,
        kind=said.get("kind", ""),
    )
    transfer = _with_body(transfer)
    kept = house().transfers.finish(transfer)
    location = f"{PREFIX}/uploads/{transfer.transfer_id}"
    return _told(answer(_state(transfer, kept), status=201, location=location), transfer, kept)


@routes.get(
    _UPLOAD,
    answer=UploadState,
    problems=("not_found", "payload_too_large", *TAKING),
    headers=(*_SAID, tus.LENGTH, tus.METADATA),
)
def upload_state(upload_id: UUID) -> Response:
    """Return how much of an upload has arrived and, once it is whole, which file it has become.

    `HEAD` answers the headers alone, as the protocol asks.
    """
    if request.method == "HEAD":
        tus.speak()
    transfer = house().transfers.find(upload_id, owner=principal().subject)
    kept = house().transfers.finish(transfer)
    response = _told(answer(_state(transfer, kept)), transfer, kept)
    response.headers[tus.LENGTH] = str(transfer.length_bytes)
    if transfer.metadata:
        response.headers[tus.METADATA] = transfer.metadata
    return response


@routes.patch(
    _UPLOAD,
    asks=(tus.RESUMABLE, tus.OFFSET),
    problems=("not_found", *_SPEAKING, *_PIECE),
    headers=_SAID,
)
def add_piece(upload_id: UUID) -> Response:
    """Add what follows at `Upload-Offset`. The last piece is answered once the file is taken in."""
    tus.speak()
    tus.require_pieces()
    transfer = house().transfers.find(upload_id, owner=principal().subject)
    transfer = _appended(transfer, at=tus.number(tus.OFFSET))
    return _told(Response(status=204), transfer, house().transfers.finish(transfer))


@routes.delete(_UPLOAD, asks=(tus.RESUMABLE,), problems=("not_found", *_SPEAKING))
def give_upload_up(upload_id: UUID) -> Response:
    """Give an upload up. A file that it has become stays."""
    tus.speak()
    house().transfers.drop(upload_id, owner=principal().subject)
    return Response(status=204)


def _with_body(transfer: Transfer) -> Transfer:
    """Add the body of a creation, where there is one. Raises: UnsupportedMediaType."""
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return transfer
    tus.require_pieces()
    # A repeat of a creation whose answer was lost: its body is here already, or from the offset on.
    return transfer if transfer.offset_bytes else _appended(transfer, at=0)


def _appended(transfer: Transfer, *, at: int) -> Transfer:
    length = request.content_length
    if length is not None and at == transfer.offset_bytes and at + length > transfer.length_bytes:
        raise PayloadTooLarge("longer than was told", limit_bytes=transfer.length_bytes)
    with tus.pieces(house().storage.workshop) as pieces:
        return house().transfers.append(transfer, pieces, at=at)


def _state(transfer: Transfer, kept: Upload | None) -> UploadState:
    return UploadState(
        upload_id=transfer.transfer_id,
        offset_bytes=transfer.offset_bytes,
        length_bytes=transfer.length_bytes,
        expires_at=transfer.expires_at,
        media=None if kept is None else stored(kept),
    )


def _told(response: Response, transfer: Transfer, kept: Upload | None) -> Response:
    """Say in headers where the upload stands."""
    response.headers[tus.RESUMABLE] = tus.VERSION
    response.headers[tus.OFFSET] = str(transfer.offset_bytes)
    response.headers[tus.EXPIRES] = http_date(transfer.expires_at)
    if kept is not None:
        response.headers[MEDIA_ID] = str(kept.media_id)
    return response
