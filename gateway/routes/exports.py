"""Lists of cases as files: asked for, written meanwhile, fetched within a day."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, stream_with_context

from contracts.commands.exports import (
    Encoding,
    ExportChunk,
    ExportFilters,
    ExportReceipt,
    ExportState,
    ExportView,
    Language,
    MakeExport,
)
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.refusals import ExportNotReady
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas.exports import ExportRequest

routes = Routes("exports", "Lists of cases as files.")

_EXPORT = "/exports/<uuid:export_id>"
_CSV = "text/csv"


@routes.post(
    "/exports",
    body=ExportRequest(),
    answer=ExportReceipt,
    status=202,
    problems=("too_many_exports",),
    headers=("Location",),
    example={"state": "archived", "community": "c01", "encoding": "gb18030"},
)
def make_export(body: dict[str, Any]) -> Response:
    """Have the list of cases written to a file, as you see it now; three at a time.

    It has up to 500,000 rows and is there for a day. No text, no address, no reporter is in it.
    """
    encoding, language = body.pop("encoding", Encoding.UTF_8), body.pop("language", Language.ZH)
    command = command_id(principal().subject)
    asked = MakeExport(
        command_id=command,
        export_id=made_by(command, "export"),
        filters=ExportFilters(**body),
        encoding=encoding,
        language=language,
    )
    receipt = carry_out("intake", asked, result=ExportReceipt)
    return answer(receipt, status=202, location=f"{PREFIX}/exports/{receipt.export_id}")


@routes.get(_EXPORT, answer=ExportView, problems=("not_found",))
def export_state(export_id: UUID) -> Response:
    """Return how far an export of yours has come."""
    return answer(_state(export_id))


@routes.get(f"{_EXPORT}/file", binary=(_CSV,), problems=("not_found", "export_not_ready"))
def export_file(export_id: UUID) -> Response:
    """Return the file of an export of yours."""
    state = _state(export_id)
    if state.state is not ExportState.READY:
        raise ExportNotReady(state=state.state)
    response = Response(
        stream_with_context(_parts(state)), content_type=f"{_CSV}; charset={state.encoding}; header=present"
    )
    # Of a file that breaks off, its reader knows: the length is said before.
    response.content_length = state.size_bytes
    response.set_etag(state.sha256 or "")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="cases-{export_id}.csv"'
    return response


def _state(export_id: UUID) -> ExportView:
    return ask("intake", "export_state", result=ExportView, export_id=export_id)


def _parts(state: ExportView) -> Iterator[bytes]:
    for number in range(state.chunks):
        chunk = ask("intake", "export_chunk", result=ExportChunk, export_id=state.export_id, number=number)
        yield chunk.content
