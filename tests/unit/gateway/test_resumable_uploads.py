import base64
import hashlib
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis.refusal import NotFound
from gateway import tus
from gateway.app import create_app
from gateway.house import house_of
from gateway.line import SHORT_BODY_BYTES
from gateway.media.storage import Storage
from gateway.media.sweeping import Sweeper
from gateway.refusals import MediaTypeRefused, VideoUnavailable
from gateway.settings import GatewaySettings
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.fakes import FakeRpc
from tests.unit.gateway.pictures import EXE, MP4, PDF, a_photo

FILE = a_photo(size=(900, 700))
SPEAKING = {"Tus-Resumable": "1.0.0"}
PIECE = {"content_type": "application/offset+octet-stream"}


class Client:
    """Somebody who speaks tus."""

    def __init__(self, cell: Cell, token: str = "") -> None:
        self.cell = cell
        self.token = token or cell.worker()

    def begin(self, length: int | None = None, *, key: str = "k", **options: Any) -> Any:
        headers = SPEAKING | ({} if length is None else {"Upload-Length": str(length)})
        headers |= options.pop("headers", {})
        return self.cell.ask("POST", "/uploads", token=self.token, key=key, headers=headers, **options)

    def began(self, length: int, **options: Any) -> str:
        answer = self.begin(length, **options)
        assert answer.status_code == 201, answer.data
        return str(answer.headers["Location"]).removeprefix("/api/v1")

    def send(self, path: str, at: object, piece: bytes, **options: Any) -> Any:
        headers = SPEAKING | {"Upload-Offset": str(at)} | options.pop("headers", {})
        asked = {**PIECE, "data": piece, **options}
        return self.cell.ask("PATCH", path, token=self.token, headers=headers, **asked)

    def ask(self, method: str, path: str) -> Any:
        return self.cell.ask(method, path, token=self.token, headers=SPEAKING)

    def stands_at(self, path: str) -> int:
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])


@pytest.fixture
def client(cell: Cell) -> Client:
    return Client(cell)


def files_of(cell: Cell) -> list[Path]:
    return [path for path in cell.media_dir.rglob("*") if path.is_file()]


def summed(piece: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = hashlib.new(algorithm, piece).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


def test_what_is_spoken_is_told_to_anybody(cell: Cell) -> None:
    told = cell.ask("OPTIONS", "/uploads")
    assert (told.status_code, told.data) == (204, b"")
    assert told.headers["Tus-Version"] == "1.0.0"
    assert told.headers["Tus-Max-Size"] == str(100 * 1024 * 1024)
    extensions = set(told.headers["Tus-Extension"].split(","))
    assert extensions == {"creation", "creation-with-upload", "expiration", "checksum", "termination"}


def test_a_file_comes_in_pieces_and_becomes_evidence(client: Client) -> None:
    path = client.began(len(FILE))
    for at in range(0, len(FILE), 5000):
        assert client.stands_at(path) == at
        answer = client.send(path, at, FILE[at : at + 5000])
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Upload-Offset"] == str(min(at + 5000, len(FILE)))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Upload-Expires"].endswith("GMT")
    media_id = answer.headers["Media-Id"]
    state = client.ask("GET", path).get_json()
    assert (state["offset_bytes"], state["media"]["media_id"]) == (len(FILE), media_id)
    shown = client.cell.get(f"/media/{media_id}", token=client.token)
    assert (shown.mimetype, state["media"]["kind"]) == ("image/jpeg", "photo")
    row = client.cell.upload_rows.kept[UUID(media_id)]
    assert row.original_sha256 == hashlib.sha256(FILE).hexdigest()
    assert set(files_of(client.cell)) == {client.cell.media_dir / each for each in row.paths()}


def test_the_first_piece_may_come_with_the_beginning(client: Client) -> None:
    answer = client.begin(len(FILE), data=FILE[:4000], **PIECE)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "4000")
    assert "Media-Id" not in answer.headers
    whole = client.begin(len(FILE), key="whole", data=FILE, **PIECE)
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(len(FILE)))
    assert whole.get_json()["media"]["media_id"] == whole.headers["Media-Id"]


def test_the_same_key_begins_one_upload_which_goes_on_where_it_stands(client: Client) -> None:
    first = client.begin(len(FILE), data=FILE[:4000], **PIECE)
    again = client.begin(len(FILE), data=FILE[:4000], **PIECE)
    assert again.headers["Location"] == first.headers["Location"]
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "4000")
    assert len(client.cell.transfer_rows.kept) == len(files_of(client.cell)) == 1
    other = client.begin(len(FILE) + 1)
    assert (other.status_code, code_of(other)) == (422, "key_reused")


def test_a_beginning_needs_a_key(client: Client) -> None:
    answer = client.begin(10, key=None)  # type: ignore[arg-type]
    assert (answer.status_code, code_of(answer)) == (422, "missing_key")


@pytest.mark.parametrize("length", ["", "-1", "ten", "1e3", "1" * 13, "٣"])
def test_a_length_that_is_none_is_malformed(client: Client, length: str) -> None:
    answer = client.begin(headers={"Upload-Length": length.encode().decode("latin-1")})
    assert (answer.status_code, code_of(answer)) == (400, "malformed_request")
    deferred = client.begin(headers={"Upload-Defer-Length": "1"})
    assert code_of(deferred) == "malformed_request"


def test_a_declared_length_that_is_too_large_is_refused_before_a_byte_is_sent(client: Client) -> None:
    answer = client.begin(100 * 1024 * 1024 + 1)
    assert (answer.status_code, code_of(answer)) == (413, "payload_too_large")
    hinted = {"headers": {"Upload-Metadata": f"kind {base64.b64encode(b'photo').decode()}"}}
    photo = client.begin(10 * 1024 * 1024 + 1, **hinted)
    assert (photo.status_code, photo.get_json()["fields"]) == (413, {"limit_bytes": 10 * 1024 * 1024})
    assert client.cell.transfer_rows.kept == {}


def test_an_empty_file_is_none(client: Client) -> None:
    answer = client.begin(0)
    assert (answer.status_code, code_of(answer)) == (415, "media_type_refused")


def test_metadata_is_a_hint_and_comes_back_as_it_was(client: Client) -> None:
    name = base64.b64encode("路灯.exe".encode()).decode()
    kind = base64.b64encode(b"document").decode()
    sent = f"filename {name},kind {kind},alone"
    path = client.began(len(FILE), headers={"Upload-Metadata": sent})
    assert client.ask("HEAD", path).headers["Upload-Metadata"] == sent
    # The bytes decide: it is a photo.
    assert client.send(path, 0, FILE).status_code == 204
    assert client.ask("GET", path).get_json()["media"]["kind"] == "photo"


@pytest.mark.parametrize("sent", ["a !", "a YQ==,a YQ==", "ü YQ==", "x" * 2049], ids=str)
def test_metadata_that_is_none_is_malformed(client: Client, sent: str) -> None:
    answer = client.begin(10, headers={"Upload-Metadata": sent})
    assert (answer.status_code, code_of(answer)) == (400, "malformed_request")


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0", ""])
def test_another_version_of_the_protocol_is_refused_with_ours(client: Client, version: str | None) -> None:
    path = client.began(len(FILE))
    headers = {} if version is None else {"Tus-Resumable": version}
    for method, where in (("POST", "/uploads"), ("PATCH", path), ("HEAD", path), ("DELETE", path)):
        answer = client.cell.ask(method, where, token=client.token, headers=headers)
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert client.stands_at(path) == 0


@pytest.mark.parametrize("at", [0, 3999, 4001, len(FILE), 10**11])
def test_a_piece_for_another_offset_is_refused_and_nothing_is_kept(client: Client, at: int) -> None:
    path = client.began(len(FILE))
    client.send(path, 0, FILE[:4000])
    answer = client.send(path, at, b"x" * 100)
    assert (answer.status_code, code_of(answer)) == (409, "offset_differs")
    assert client.stands_at(path) == 4000
    assert client.send(path, 4000, FILE[4000:]).headers["Media-Id"]


def test_a_piece_beyond_the_end_is_refused_and_nothing_is_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tus, "_PIECE_BYTES", 1024)
    monkeypatch.setattr(tus, "_READ_BYTES", 512)
    path = client.began(len(FILE))
    answer = client.send(path, 0, FILE + b"x")
    assert (answer.status_code, code_of(answer)) == (413, "payload_too_large")
    assert client.stands_at(path) == 0


def test_a_piece_whose_length_nobody_told_ends_where_the_file_does(client: Client) -> None:
    path = client.began(len(FILE))
    chunked = {
        "environ_overrides": {"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        "headers": {"Transfer-Encoding": "chunked"},
    }
    answer = client.send(path, 0, FILE + b"x", **chunked)
    assert (answer.status_code, code_of(answer)) == (413, "payload_too_large")
    assert client.stands_at(path) == 0
    assert client.send(path, 0, FILE, **chunked).headers["Media-Id"]


def test_a_piece_is_called_what_the_protocol_calls_it(client: Client) -> None:
    path = client.began(len(FILE))
    wrong = client.send(path, 0, FILE, content_type="application/octet-stream")
    assert (wrong.status_code, code_of(wrong)) == (415, "unsupported_media_type")
    begun = client.begin(len(FILE), key="2", data=FILE, content_type="image/jpeg")
    assert code_of(begun) == "unsupported_media_type"
    nowhere = client.send(path, "", FILE)
    assert code_of(nowhere) == "malformed_request"
    assert client.stands_at(path) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_that_arrived_changed_is_not_kept(client: Client, algorithm: str) -> None:
    path = client.began(len(FILE))
    changed = client.send(path, 0, FILE, headers=summed(FILE + b"x", algorithm))
    assert (changed.status_code, code_of(changed)) == (460, "checksum_differs")
    assert client.stands_at(path) == 0
    assert client.send(path, 0, FILE, headers=summed(FILE, algorithm)).headers["Media-Id"]


@pytest.mark.parametrize("sent", ["md5 AAAA", "sha1", "sha1 !", "crc32", ""])
def test_a_checksum_that_is_none_is_malformed(client: Client, sent: str) -> None:
    path = client.began(len(FILE))
    answer = client.send(path, 0, FILE, headers={"Upload-Checksum": sent})
    assert answer.status_code in (400, 460)
    assert client.stands_at(path) == 0


def test_an_upload_is_nobody_elses(client: Client) -> None:
    path = client.began(len(FILE))
    other = Client(client.cell, client.cell.token("grid_worker", community="c01", grid="c01-g01", name="b"))
    refused = [other.ask(method, path) for method in ("GET", "HEAD", "DELETE")]
    refused += [other.send(path, 0, FILE), other.send(f"/uploads/{uuid4()}", 0, FILE)]
    assert [each.status_code for each in refused] == [404] * 5
    assert client.stands_at(path) == 0
    # The same key of another account is another upload.
    assert other.began(len(FILE)) != path


def test_an_upload_that_is_given_up_is_gone_with_its_bytes(client: Client) -> None:
    path = client.began(len(FILE), data=FILE[:4000], **PIECE)
    assert client.ask("DELETE", path).status_code == 204
    assert files_of(client.cell) == []
    for answer in (client.ask("GET", path), client.send(path, 4000, FILE[4000:]), client.ask("DELETE", path)):
        assert (answer.status_code, code_of(answer)) == (404, "not_found")


def test_a_file_that_an_upload_has_become_stays_when_the_upload_is_given_up(client: Client) -> None:
    path = client.began(len(FILE))
    media_id = client.send(path, 0, FILE).headers["Media-Id"]
    assert client.ask("DELETE", path).status_code == 204
    assert client.cell.get(f"/media/{media_id}", token=client.token).status_code == 200


def test_a_program_is_refused_by_its_beginning_and_told_so_again(client: Client) -> None:
    program = EXE + bytes(50_000)
    path = client.began(len(program), headers={"Upload-Metadata": "filename bGFtcC5tcDQ="})
    first = client.send(path, 0, program[:5000])
    assert (first.status_code, code_of(first)) == (415, "media_type_refused")
    assert files_of(client.cell) == []
    for answer in (client.send(path, 5000, program[5000:]), client.ask("GET", path)):
        assert (answer.status_code, code_of(answer)) == (415, "media_type_refused")
    assert client.ask("DELETE", path).status_code == 204


def test_a_photo_of_40_mb_is_refused_by_its_beginning(client: Client) -> None:
    path = client.began(40 * 1024 * 1024)
    answer = client.send(path, 0, FILE[:5000])
    assert (answer.status_code, code_of(answer)) == (413, "payload_too_large")


def test_a_video_is_refused_once_it_is_whole(client: Client) -> None:
    client.cell.videos.refusal = MediaTypeRefused("the video cannot be read")
    path = client.began(len(MP4))
    answer = client.send(path, 0, MP4)
    assert (answer.status_code, code_of(answer)) == (415, "media_type_refused")
    assert files_of(client.cell) == []
    assert client.cell.upload_rows.kept == {}


def test_a_whole_file_that_could_not_be_taken_in_now_is_taken_in_when_asked_again(client: Client) -> None:
    client.cell.videos.refusal = VideoUnavailable()
    path = client.began(len(MP4))
    answer = client.send(path, 0, MP4)
    assert (answer.status_code, code_of(answer)) == (503, "video_unavailable")
    client.cell.videos.refusal = None
    assert client.ask("HEAD", path).headers["Media-Id"]


def test_a_file_whose_receiver_died_after_the_last_byte_is_taken_in_by_whoever_is_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = client.began(len(FILE))
    transfers = house_of(client.cell.app).transfers
    with monkeypatch.context() as dying:
        dying.setattr(transfers, "finish", lambda _transfer: None)
        assert "Media-Id" not in client.send(path, 0, FILE).headers
    answer = client.ask("HEAD", path)
    assert (answer.headers["Upload-Offset"], answer.status_code) == (str(len(FILE)), 200)
    assert UUID(answer.headers["Media-Id"]) in client.cell.upload_rows.kept


def test_two_that_take_a_whole_file_in_at_once_make_one_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = client.began(len(FILE))
    transfers = house_of(client.cell.app).transfers
    with monkeypatch.context() as dying:
        dying.setattr(transfers, "finish", lambda _transfer: None)
        client.send(path, 0, FILE)
    both = [threading.Thread(target=client.ask, args=("GET", path)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    (row,) = client.cell.upload_rows.kept.values()
    assert client.ask("GET", path).get_json()["media"]["media_id"] == str(row.media_id)
    assert set(files_of(client.cell)) == {client.cell.media_dir / each for each in row.paths()}


def test_whoever_comes_too_late_to_take_a_file_in_is_told_what_it_became(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    media_id = client.send(client.began(len(FILE)), 0, FILE).headers["Media-Id"]
    rooms = house_of(client.cell.app)
    (transfer,) = client.cell.transfer_rows.kept.values()
    find, looks = rooms.uploads.find, [0]

    def not_yet(media_ids: Any) -> Any:
        looks[0] += 1
        return {} if looks[0] == 1 else find(media_ids)

    monkeypatch.setattr(rooms.uploads, "find", not_yet)
    taken = rooms.transfers.finish(transfer)
    assert taken is not None
    assert str(taken.media_id) == media_id
    client.cell.upload_rows.kept.clear()
    monkeypatch.setattr(rooms.uploads, "find", lambda _ids: {})
    with pytest.raises(NotFound):
        rooms.transfers.finish(transfer)


def test_of_two_that_begin_under_one_key_at_once_the_loser_leaves_no_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.began(len(FILE))
    rows = client.cell.transfer_rows
    # The row was not there yet when this process looked.
    monkeypatch.setattr(rows, "find", lambda _id: None)
    again = client.begin(len(FILE))
    assert again.headers["Location"].endswith(first)
    assert len(files_of(client.cell)) == 1


class Breaking:
    """A connection that breaks once its bytes have come."""

    def __init__(self, content: bytes) -> None:
        self._stream = BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        read = self._stream.read(size)
        if not read:
            raise ConnectionResetError
        return read


def broken_after(length: int) -> dict[str, Any]:
    return {"wsgi.input": Breaking(FILE[:length]), "CONTENT_LENGTH": str(len(FILE))}


def test_what_came_before_the_connection_broke_is_kept(client: Client) -> None:
    path = client.began(len(FILE))
    answer = client.send(path, 0, b"", environ_overrides=broken_after(3000))
    assert (answer.status_code, code_of(answer)) == (400, "malformed_request")
    assert client.stands_at(path) == 3000
    assert client.send(path, 3000, FILE[3000:]).headers["Media-Id"]


def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(client: Client) -> None:
    path = client.began(len(FILE))
    broken = broken_after(3000)
    assert client.send(path, 0, b"", headers=summed(FILE), environ_overrides=broken).status_code == 400
    assert client.stands_at(path) == 0


def test_pieces_are_kept_a_megabyte_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tus, "_PIECE_BYTES", 4096)
    monkeypatch.setattr(tus, "_READ_BYTES", 1024)
    kept: list[int] = []
    write = Storage.write

    def noting(storage: Storage, path: str, piece: bytes, *, at: int) -> None:
        kept.append(len(piece))
        write(storage, path, piece, at=at)

    monkeypatch.setattr(Storage, "write", noting)
    path = client.began(len(FILE))
    assert client.send(path, 0, FILE).headers["Media-Id"]
    assert kept == [4096] * (len(FILE) // 4096) + [len(FILE) % 4096]


def test_an_account_has_so_many_unfinished_uploads_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.media.transfer.MOST_OPEN", 2)
    first = client.began(len(FILE), key="1")
    client.began(len(FILE), key="2")
    refused = client.begin(len(FILE), key="3")
    assert (refused.status_code, code_of(refused)) == (429, "too_many_requests")
    assert client.send(first, 0, FILE).status_code == 204
    assert client.begin(len(FILE), key="3").status_code == 201
    assert client.begin(len(FILE), key="2").status_code == 201


def expire(cell: Cell) -> None:
    for key, each in cell.transfer_rows.kept.items():
        past = datetime.now(UTC) - timedelta(seconds=1)
        cell.transfer_rows.kept[key] = msgspec.structs.replace(each, expires_at=past)


def test_an_unfinished_upload_is_forgotten_after_a_day_and_its_bytes_are_swept(client: Client) -> None:
    path = client.began(len(FILE), data=FILE[:4000], **PIECE)
    told = client.ask("GET", path).get_json()["expires_at"]
    left = datetime.fromisoformat(told) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    expire(client.cell)
    for answer in (client.ask("GET", path), client.send(path, 4000, FILE[4000:])):
        assert (answer.status_code, code_of(answer)) == (404, "not_found")
    assert house_of(client.cell.app).transfers.sweep() == 1
    assert files_of(client.cell) == []
    assert client.cell.transfer_rows.kept == {}
    # The same key begins anew.
    assert client.stands_at(client.began(len(FILE))) == 0


def test_what_a_killed_process_left_in_work_is_swept_once_it_is_old(cell: Cell) -> None:
    upload = cell.upload(a_photo(), token=cell.worker()).get_json()
    old, young = cell.media_dir / "incoming" / "tmpdead", cell.media_dir / "incoming" / "ab"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x")
    past = time.time() - timedelta(hours=27).total_seconds()
    os.utime(old / "file", (past, past))
    for path in files_of(cell):
        if path.parts[-3] in ("original", "shown"):
            os.utime(path, (past, past))
    assert house_of(cell.app).transfers.sweep() == 1
    assert not (old / "file").exists()
    assert (young / "file").exists()
    assert cell.get(f"/media/{upload['media_id']}", token=cell.worker()).status_code == 200


def test_a_sweeper_sweeps_by_and_by_and_survives_a_database_that_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers = house_of(client.cell.app).transfers
    client.began(len(FILE), data=FILE[:4000], **PIECE)
    expire(client.cell)
    away = [RuntimeError("away"), RuntimeError("away")]
    sweep = transfers.sweep

    def unreliable() -> int:
        if away:
            raise away.pop()
        return sweep()

    monkeypatch.setattr(transfers, "sweep", unreliable)
    sweeper = Sweeper(transfers, every_s=0.01)
    sweeper.start()
    until = time.monotonic() + 10
    while files_of(client.cell) and time.monotonic() < until:
        time.sleep(0.01)
    sweeper.stop()
    assert files_of(client.cell) == []


def test_a_document_comes_in_pieces_as_it_is(client: Client) -> None:
    path = client.began(len(PDF))
    media_id = client.send(path, 0, PDF).headers["Media-Id"]
    assert client.cell.get(f"/media/{media_id}", token=client.token).data == PDF


def test_no_log_line_has_a_name_of_a_file(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    name = base64.b64encode(b"zhang-san.jpg").decode()
    path = client.began(len(FILE), headers={"Upload-Metadata": f"filename {name}"})
    client.send(path, 0, FILE)
    said = "".join(capfd.readouterr())
    assert "/api/v1/uploads/<uuid:upload_id>" in said
    assert name not in said
    assert "zhang" not in said
    assert path.rpartition("/")[2] not in said


class OneLine:
    """What the worker gives of a connection."""

    def __init__(self) -> None:
        self.ended = 0

    def hang_up(self) -> None:
        self.ended += 1


def test_a_connection_ends_with_the_refusal_of_what_is_still_coming(client: Client) -> None:
    whole = PDF + bytes(SHORT_BODY_BYTES)
    path = client.began(len(whole))
    short, long, taken = OneLine(), OneLine(), OneLine()
    assert client.send(path, 7, whole[:99], environ_overrides={"gunicorn.socket": short}).status_code == 409
    assert client.send(path, 7, whole, environ_overrides={"gunicorn.socket": long}).status_code == 409
    assert client.send(path, 0, whole, environ_overrides={"gunicorn.socket": taken}).status_code == 204
    assert (short.ended, long.ended, taken.ended) == (0, 1, 0)


class Slow(BytesIO):
    """A file that does not come to its end until it is let."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.begun, self.let = threading.Event(), threading.Event()

    def readinto(self, buffer: Any, /) -> int:
        self.begun.set()
        assert self.let.wait(20)
        return super().readinto(buffer)


def test_slow_phones_do_not_keep_everybody_else_out(tmp_path: Path) -> None:
    app = create_app(GatewaySettings(media_dir=str(tmp_path), threads=2), FakeRpc())
    client = Client(Cell(tmp_path, app=app))
    first, second = (client.began(len(FILE), key=key) for key in "12")
    slow = Slow(FILE)
    sent: list[Any] = []
    environ = {"wsgi.input": slow, "CONTENT_LENGTH": str(len(FILE))}
    phone = threading.Thread(
        target=lambda: sent.append(client.send(first, 0, b"", environ_overrides=environ))
    )
    phone.start()
    assert slow.begun.wait(10)
    refused = client.send(second, 0, FILE)
    assert (refused.status_code, code_of(refused)) == (503, "unavailable")
    assert refused.headers["Retry-After"]
    assert client.cell.get("/me", token=client.token).status_code == 200
    slow.let.set()
    phone.join()
    assert sent[0].status_code == 204
    assert client.send(second, 0, FILE).headers["Media-Id"]
