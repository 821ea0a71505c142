from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from gateway.media.inspection import Inspector, libmagic
from gateway.media.video import Videos
from gateway.refusals import MediaTypeRefused, ResolutionTooHigh, VideoTooLong
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.pictures import EXE, MP4, PDF, WEBM, a_photo

BRANDS = [b"isom", b"mp41", b"mp42", b"avc1", b"iso2", b"iso4", b"iso5", b"iso6", b"M4V ", b"qt  "]
OLD_PHONES = [b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3ge6", b"3gg6"]


def a_head(brand: bytes) -> bytes:
    return MP4[:8] + brand + MP4[12:]


@pytest.mark.parametrize("brand", [*BRANDS, *OLD_PHONES])
def test_what_phones_write_is_a_video_to_us_and_to_libmagic(brand: bytes) -> None:
    assert Inspector(libmagic()).judge(a_head(brand)).mime == "video/mp4"
    assert Inspector(libmagic()).judge(WEBM).mime == "video/webm"


@pytest.mark.parametrize("brand", [b"heic", b"M4A ", b"crx ", b"\x00\x00\x00\x00", b"jp2 "])
def test_what_only_looks_like_a_video_is_none(brand: bytes) -> None:
    for judge in (libmagic(), None):
        with pytest.raises(MediaTypeRefused):
            Inspector(judge).judge(a_head(brand))


def test_a_video_is_stored_with_its_poster_and_shown_bare(cell: Cell) -> None:
    token = cell.worker()
    response = cell.upload(MP4, token=token, name="lamp.mp4")
    assert response.status_code == 201, response.data
    stored = response.get_json()
    assert (stored["kind"], stored["mime"], stored["duration_ms"]) == ("video", "video/mp4", 2000)
    assert (stored["width"], stored["height"]) == (320, 240)
    shown = cell.get(f"/media/{stored['media_id']}", token=token)
    assert (shown.data, shown.mimetype) == (b"bare " + MP4, "video/mp4")
    assert shown.headers["Accept-Ranges"] == "bytes"
    assert sha256(shown.data).hexdigest() == stored["sha256"]
    row = cell.upload_rows.kept[UUID(stored["media_id"])]
    assert row.poster_path is not None
    assert (cell.media_dir / row.poster_path).read_bytes() == b"a poster"
    assert (cell.media_dir / row.original_path).read_bytes() == MP4
    kept = {path for path in cell.media_dir.rglob("*") if path.is_file()}
    assert kept == {cell.media_dir / path for path in row.paths()}


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (MediaTypeRefused("the video cannot be read"), 415, "media_type_refused"),
        (VideoTooLong(limit_seconds=120), 422, "video_too_long"),
        (ResolutionTooHigh(limit_pixels=1920), 422, "resolution_too_high"),
    ],
)
def test_a_video_that_is_refused_leaves_nothing_behind(
    cell: Cell, refusal: Exception, status: int, code: str
) -> None:
    cell.videos.refusal = refusal
    response = cell.upload(MP4, token=cell.worker(), name="lamp.mp4")
    assert (response.status_code, code_of(response)) == (status, code)
    assert cell.upload_rows.kept == {}
    assert not [path for path in cell.media_dir.rglob("*") if path.is_file()]


def test_without_ffmpeg_a_video_is_refused_in_words_and_photos_are_taken(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(cell.videos, "make", Videos().make)
    response = cell.upload(MP4, token=cell.worker(), name="lamp.mp4")
    assert (response.status_code, code_of(response)) == (503, "video_unavailable")
    assert "视频" in response.get_json()["title"]
    assert cell.upload(a_photo(), token=cell.worker()).status_code == 201


def test_a_program_named_mp4_is_refused(cell: Cell) -> None:
    response = cell.upload(EXE, token=cell.worker(), name="lamp.mp4", kind="video")
    assert (response.status_code, code_of(response)) == (415, "media_type_refused")


def test_a_video_of_more_than_100_mb_is_too_large(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.media.inspection.MAX_BYTES", {"video": 1000})
    response = cell.upload(MP4, token=cell.worker(), name="lamp.mp4")
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")
    assert response.get_json()["fields"] == {"limit_bytes": 1000}


def ask_for(cell: Cell, wanted: str, **headers: str) -> Any:
    token = cell.worker()
    stored = cell.upload(PDF, token=token, key="k").get_json()
    return cell.get(f"/media/{stored['media_id']}", token=token, headers={"Range": wanted, **headers})


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, len(PDF)), ("bytes=-5", len(PDF) - 5, len(PDF))],
)
def test_a_player_asks_for_a_part(cell: Cell, wanted: str, start: int, end: int) -> None:
    response = ask_for(cell, wanted)
    assert (response.status_code, response.data) == (206, PDF[start:end])
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(PDF)}"


def test_a_part_that_is_not_there_is_a_problem_with_the_length(cell: Cell) -> None:
    response = ask_for(cell, f"bytes={len(PDF)}-")
    assert (response.status_code, code_of(response)) == (416, "range_not_satisfiable")
    assert response.headers["Content-Range"] == f"bytes */{len(PDF)}"


def test_a_part_of_another_file_is_not_mixed_with_this_one(cell: Cell) -> None:
    response = ask_for(cell, "bytes=0-9", **{"If-Range": '"another"'})
    assert (response.status_code, response.data) == (200, PDF)
