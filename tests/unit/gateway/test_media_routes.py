import stat
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands.orders import OrderPage, OrderView
from contracts.vocabulary import Evidence, MediaKind
from gateway.media.storage import Storage
from tests.unit.gateway.cell import CASE_ID, THEN, Cell, a_receipt, a_report, code_of
from tests.unit.gateway.pictures import EXE, PDF, a_photo

CASE = f"/cases/{CASE_ID}"
ORDER_ID = UUID("22222222-2222-5222-8222-222222222222")


def an_order(*evidence: Evidence) -> OrderView:
    return OrderView(
        order_id=ORDER_ID,
        case_id=CASE_ID,
        number="140303-20260302-000001",
        cycle=1,
        state="completed",
        department="CGJ",
        co_handlers=(),
        category="0202",
        kind="C",
        urgency="N",
        community="c01",
        grid="c01-g01",
        offered_at=THEN,
        signed_at=THEN,
        completed_at=THEN,
        result_id=uuid4(),
        result_text="已更换灯泡。",
        evidence=evidence,
        version=3,
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_stored_and_shown_as_a_jpeg(cell: Cell, form: str) -> None:
    token = cell.worker()
    response = cell.upload(a_photo(form), token=token)
    assert response.status_code == 201, response.data
    stored = response.get_json()
    assert (stored["kind"], stored["mime"], stored["width"], stored["height"]) == (
        "photo",
        "image/jpeg",
        120,
        80,
    )
    shown = cell.get(f"/media/{stored['media_id']}", token=token)
    assert response.headers["Location"] == f"/api/v1/media/{stored['media_id']}"
    assert sha256(shown.data).hexdigest() == stored["sha256"]
    assert len(shown.data) == stored["size_bytes"]
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "private" in shown.headers["Cache-Control"]
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_pdf_is_stored_as_it_is_and_downloaded_not_opened(cell: Cell) -> None:
    token = cell.worker()
    stored = cell.upload(PDF, token=token, name="letter.pdf").get_json()
    assert (stored["kind"], stored["sha256"]) == ("document", sha256(PDF).hexdigest())
    shown = cell.get(f"/media/{stored['media_id']}", token=token)
    assert shown.data == PDF
    assert shown.headers["Content-Disposition"].startswith("attachment")


def test_files_have_names_that_nobody_chose_and_nobody_else_reads(cell: Cell) -> None:
    cell.upload(a_photo(), token=cell.worker(), name="../../etc/cron.d/evil.jpg")
    files = [path for path in cell.media_dir.rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert UUID(path.name)


@pytest.mark.parametrize(
    "content",
    [
        EXE,
        b"\x7fELF" + b"\x00" * 100,
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\x00" * 100,
        b"",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
        a_photo()[:400],
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
    ids=["exe", "elf", "html", "svg", "gif", "empty", "stub", "zeros", "cut short", "webp stub"],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(cell: Cell, content: bytes) -> None:
    response = cell.upload(content, token=cell.worker(), name="photo.jpg")
    assert (response.status_code, code_of(response)) == (415, "media_type_refused")
    assert cell.upload_rows.kept == {}
    assert not [path for path in cell.media_dir.rglob("*") if path.is_file()]


def test_a_photo_of_more_than_10_mb_is_too_large(cell: Cell) -> None:
    response = cell.upload(a_photo() + b"\x00" * (10 * 1024 * 1024), token=cell.worker())
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")


def test_a_pdf_of_more_than_20_mb_is_too_large(cell: Cell) -> None:
    response = cell.upload(PDF + b"\x00" * (21 * 1024 * 1024), token=cell.worker(), name="long.pdf")
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")


def test_101_mb_are_too_large_before_they_are_parsed(cell: Cell) -> None:
    # Nobody needs to send them: the length is enough.
    declared = {"environ_overrides": {"CONTENT_LENGTH": str(101 * 1024 * 1024)}}
    form = "multipart/form-data; boundary=x"
    response = cell.ask("POST", "/media", token=cell.worker(), data=b"--x", content_type=form, **declared)
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")


def test_an_upload_says_how_long_it_is(cell: Cell) -> None:
    chunked = {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"CONTENT_LENGTH": ""}}
    response = cell.ask("POST", "/media", token=cell.worker(), data=b"x", **chunked)
    assert (response.status_code, code_of(response)) == (400, "malformed_request")


def test_the_same_key_with_the_same_file_is_the_same_upload(cell: Cell) -> None:
    token = cell.worker()
    first, again = (cell.upload(a_photo(), token=token, key="k").get_json() for _ in range(2))
    assert first == again
    assert len(cell.upload_rows.kept) == 1


def test_the_same_key_with_another_file_is_refused(cell: Cell) -> None:
    token = cell.worker()
    cell.upload(a_photo(seed=1), token=token, key="k")
    response = cell.upload(a_photo(seed=2), token=token, key="k")
    assert (response.status_code, code_of(response)) == (422, "key_reused")


def test_the_loser_of_two_uploads_at_once_leaves_no_file_behind(cell: Cell) -> None:
    token = cell.worker()
    stored = cell.upload(a_photo(), token=token, key="k").get_json()
    rooms = cell.app.extensions["qiaotou"]
    # The row was not there yet when this process looked.
    rooms.uploads.find = lambda _ids: {}
    again = cell.upload(a_photo(), token=token, key="k")
    assert again.get_json() == stored
    assert len([path for path in cell.media_dir.rglob("*") if path.is_file()]) == 2


def test_an_upload_needs_a_key_and_a_file_of_its_declared_kind(cell: Cell) -> None:
    token = cell.worker()
    assert code_of(cell.upload(a_photo(), token=token, key=None)) == "missing_key"
    assert (
        code_of(cell.ask("POST", "/media", token=token, data={"kind": "photo"})) == "unsupported_media_type"
    )
    empty = cell.ask("POST", "/media", token=token, data={}, content_type="multipart/form-data; boundary=x")
    assert code_of(empty) == "invalid"
    assert code_of(cell.upload(a_photo(), token=token, kind="document")) == "media_type_refused"
    assert code_of(cell.upload(a_photo(), token=token, kind="video")) == "media_type_refused"
    assert code_of(cell.upload(a_photo(), token=token, kind="film")) == "invalid"
    assert code_of(cell.upload(a_photo(), token=token, colour="red")) == "invalid"
    assert cell.upload(a_photo(), token=token, kind="photo").status_code == 201


def test_an_upload_is_nobody_elses(cell: Cell) -> None:
    mine = cell.upload(a_photo(), token=cell.worker()).get_json()["media_id"]
    other = cell.token("grid_worker", community="c01", grid="c01-g01", name="another")
    assert code_of(cell.get(f"/media/{mine}", token=other)) == "not_found"
    report = cell.post("/cases", a_report(evidence=[mine]), token=other)
    assert code_of(report) == "unknown_media"


def test_a_command_names_an_upload_with_its_hash_and_kind(cell: Cell) -> None:
    token = cell.worker()
    stored = cell.upload(a_photo(), token=token).get_json()
    cell.rpc.tell("intake", "report_case", a_receipt())
    cell.post("/cases", a_report(evidence=[stored["media_id"]]), token=token)
    (evidence,) = cell.rpc.last().command.evidence
    assert evidence == Evidence(
        media_id=UUID(stored["media_id"]), sha256=stored["sha256"], kind=MediaKind.PHOTO
    )


def test_a_cases_file_is_shown_where_intake_says_so(cell: Cell) -> None:
    stored = cell.upload(a_photo(), token=cell.worker()).get_json()
    held = Evidence(media_id=UUID(stored["media_id"]), sha256=stored["sha256"], kind=MediaKind.PHOTO)
    cell.rpc.tell("intake", "evidence_of", held)
    clerk = cell.token("clerk", community="c01")
    assert cell.get(f"{CASE}/media/{held.media_id}", token=clerk).status_code == 200
    cell.rpc.tell("intake", "evidence_of", RemoteRefusal("not_found"))
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(), next_cursor=None))
    assert code_of(cell.get(f"{CASE}/media/{held.media_id}", token=clerk)) == "not_found"


def test_a_results_photo_is_shown_to_those_who_see_the_order(cell: Cell) -> None:
    officer = cell.token("department", department="CGJ")
    stored = cell.upload(a_photo(), token=officer).get_json()
    held = Evidence(media_id=UUID(stored["media_id"]), sha256=stored["sha256"], kind=MediaKind.PHOTO)
    cell.rpc.tell("intake", "evidence_of", RemoteRefusal("not_found"))
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(an_order(held),), next_cursor=None))
    assert cell.get(f"{CASE}/media/{held.media_id}", token=cell.worker()).status_code == 200
    cell.rpc.tell("dispatch", "get_order", an_order(held))
    path = f"/department/orders/{ORDER_ID}/media/{held.media_id}"
    assert cell.get(path, token=officer).status_code == 200


def test_a_file_whose_hash_is_another_is_not_the_evidence(cell: Cell) -> None:
    stored = cell.upload(a_photo(), token=cell.worker()).get_json()
    held = Evidence(media_id=UUID(stored["media_id"]), sha256="0" * 64, kind=MediaKind.PHOTO)
    cell.rpc.tell("intake", "evidence_of", held)
    clerk = cell.token("clerk", community="c01")
    assert code_of(cell.get(f"{CASE}/media/{held.media_id}", token=clerk)) == "not_found"


def test_a_file_that_was_read_is_not_sent_again(cell: Cell) -> None:
    token = cell.worker()
    stored = cell.upload(a_photo(), token=token).get_json()
    first = cell.get(f"/media/{stored['media_id']}", token=token)
    again = cell.get(
        f"/media/{stored['media_id']}", token=token, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_no_path_leaves_the_media_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside"):
        Storage(tmp_path / "media").locate("../secret")
