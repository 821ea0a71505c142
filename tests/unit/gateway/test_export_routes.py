from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis.rpc_client import NoAnswer, RemoteRefusal
from contracts.commands.exports import (
    Encoding,
    ExportChunk,
    ExportReceipt,
    ExportState,
    ExportView,
    Language,
    MakeExport,
)
from contracts.vocabulary import Role
from tests.unit.gateway.cell import THEN, Cell, code_of
from tests.unit.gateway.fakes import Asked

EXPORT_ID = UUID("22222222-2222-5222-8222-222222222222")
EXPORT = f"/exports/{EXPORT_ID}"
PARTS = [b"\xef\xbb\xbf\xe6\xa1\x88\r\n", b"1\r\n", b"2\r\n"]


def a_view(**changes: Any) -> ExportView:
    view = ExportView(
        export_id=EXPORT_ID,
        state=ExportState.READY,
        encoding=Encoding.UTF_8,
        rows=2,
        size_bytes=sum(map(len, PARTS)),
        chunks=len(PARTS),
        sha256="ab" * 32,
        requested_at=THEN,
        expires_at=THEN,
    )
    return msgspec.structs.replace(view, **changes)


def a_part(asked: Asked) -> ExportChunk:
    return ExportChunk(content=PARTS[asked.said["number"]])


@pytest.fixture
def clerk(cell: Cell) -> str:
    return cell.token("clerk", community="c01")


def test_an_export_is_asked_for_once_a_key(cell: Cell, clerk: str) -> None:
    receipt = ExportReceipt(export_id=EXPORT_ID, state=ExportState.QUEUED)
    cell.rpc.tell("intake", "make_export", receipt)
    body = {"state": "archived", "q": "路灯", "encoding": "gb18030", "language": "en"}
    for _ in range(2):
        response = cell.post("/exports", body, token=clerk, key="k")
        assert (response.status_code, response.get_json()["state"]) == (202, "queued")
        assert response.headers["Location"] == f"/api/v1{EXPORT}"
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert isinstance(first, MakeExport)
    assert (first.filters.state, first.filters.q, first.filters.grid) == ("archived", "路灯", None)
    assert (first.encoding, first.language) == (Encoding.GB18030, Language.EN)


def test_an_export_of_everything_is_in_utf_8_with_chinese_names(cell: Cell, clerk: str) -> None:
    cell.rpc.tell("intake", "make_export", ExportReceipt(export_id=EXPORT_ID, state=ExportState.QUEUED))
    assert cell.post("/exports", token=clerk).status_code == 202
    asked = cell.rpc.last().command
    assert (asked.encoding, asked.language) == (Encoding.UTF_8, Language.ZH)


@pytest.mark.parametrize(
    "body",
    [{"encoding": "big5"}, {"language": "fr"}, {"mine": True}, {"q": ""}, {"q": "灯\0灯"}, {"cursor": "x"}],
)
def test_what_makes_no_sense_is_named(cell: Cell, clerk: str, body: dict[str, Any]) -> None:
    response = cell.post("/exports", body, token=clerk)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert list(response.get_json()["fields"]) == list(body)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DISPATCHER, Role.INSPECTOR, Role.CLERK}))
def test_others_than_dispatcher_inspector_and_clerk_export_nothing(cell: Cell, role: str) -> None:
    token = cell.token(role)
    refused = [cell.post("/exports", token=token), cell.get(EXPORT, token=token)]
    refused.append(cell.get(f"{EXPORT}/file", token=token))
    assert [code_of(response) for response in refused] == ["forbidden"] * 3
    assert cell.rpc.asked == []


def test_how_far_it_has_come_is_told_and_another_is_not_found(cell: Cell, clerk: str) -> None:
    cell.rpc.tell("intake", "export_state", a_view(state=ExportState.RUNNING, sha256=None))
    assert cell.get(EXPORT, token=clerk).get_json()["state"] == "running"
    assert cell.rpc.last().said == {"export_id": str(EXPORT_ID)}
    cell.rpc.tell("intake", "export_state", RemoteRefusal("not_found"))
    assert code_of(cell.get(EXPORT, token=clerk)) == "not_found"
    assert code_of(cell.get(f"/exports/{uuid4()}/file", token=clerk)) == "not_found"


def test_a_file_is_sent_part_by_part(cell: Cell, clerk: str) -> None:
    cell.rpc.tell("intake", "export_state", a_view())
    cell.rpc.tell("intake", "export_chunk", a_part)
    response = cell.get(f"{EXPORT}/file", token=clerk)
    assert (response.status_code, response.data) == (200, b"".join(PARTS))
    assert response.headers["Content-Length"] == str(a_view().size_bytes)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == f'attachment; filename="cases-{EXPORT_ID}.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.get_etag() == ("ab" * 32, False)
    assert [asked.said["number"] for asked in cell.rpc.asked[1:]] == [0, 1, 2]


@pytest.mark.parametrize("state", [ExportState.QUEUED, ExportState.RUNNING, ExportState.TOO_LARGE])
def test_there_is_no_file_before_it_is_whole(cell: Cell, clerk: str, state: ExportState) -> None:
    cell.rpc.tell("intake", "export_state", a_view(state=state, sha256=None))
    response = cell.get(f"{EXPORT}/file", token=clerk)
    assert (response.status_code, code_of(response)) == (409, "export_not_ready")
    assert response.get_json()["fields"] == {"state": state}


def test_a_file_that_breaks_off_is_not_taken_for_a_whole_one(cell: Cell, clerk: str) -> None:
    def until_the_second(asked: Asked) -> ExportChunk | Exception:
        return a_part(asked) if asked.said["number"] == 0 else NoAnswer()

    cell.rpc.tell("intake", "export_state", a_view())
    cell.rpc.tell("intake", "export_chunk", until_the_second)
    with pytest.raises(NoAnswer):
        cell.get(f"{EXPORT}/file", token=clerk)
