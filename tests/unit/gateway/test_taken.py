from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from chassis.rpc_client import RemoteRefusal
from contracts.commands.case_views import EvidenceListing, HeldEvidence
from contracts.commands.orders import OrderPage
from contracts.vocabulary import MediaKind
from gateway.media.taken import Taken, of_photo, of_video
from tests.support.places import says_degrees
from tests.unit.gateway.cell import CASE_ID, Cell, code_of
from tests.unit.gateway.pictures import MP4, a_photo, a_photo_that_knows_where
from tests.unit.gateway.test_media_routes import an_order

THEN = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
APPLE = "com.apple.quicktime.location.ISO6709"


def said_by(folder: Path, *, gps: dict[int, Any] | None = None, form: str = "JPEG", **named: str) -> Taken:
    """What is read of a photo with these tags."""
    exif = Image.Exif()
    exif[Base.Make] = "camera"
    for tag, value in (gps or {}).items():
        exif.get_ifd(IFD.GPSInfo)[tag] = value
    for name, text in named.items():
        exif.get_ifd(IFD.Exif)[Base[name]] = text
    photo = folder / "photo"
    photo.write_bytes(a_photo(form, exif=exif))
    with Image.open(photo) as picture:
        return of_photo(picture)


def a_fix(latitude: Any, longitude: Any, *, north: str = "N", east: str = "E") -> dict[int, Any]:
    return {
        GPS.GPSLatitudeRef: north,
        GPS.GPSLatitude: latitude,
        GPS.GPSLongitudeRef: east,
        GPS.GPSLongitude: longitude,
    }


HERE = a_fix((37.0, 52.0, 12.5), (112.0, 33.0, 1.0))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_says_where_it_was_taken(tmp_path: Path, form: str) -> None:
    taken = said_by(tmp_path, gps=HERE, form=form)
    assert (taken.longitude_deg, taken.latitude_deg) == pytest.approx((112.550278, 37.870139), abs=1e-6)


def test_west_and_south_are_negative(tmp_path: Path) -> None:
    taken = said_by(tmp_path, gps=a_fix((33, 30, 0), (70, 36, 0), north="S", east="W"))
    assert (taken.longitude_deg, taken.latitude_deg) == (-70.6, -33.5)


@pytest.mark.parametrize(
    "gps",
    [
        a_fix((0, 0, 0), (0, 0, 0)),
        a_fix((91, 0, 0), (112, 0, 0)),
        a_fix((37, 0, 0), (181, 0, 0)),
        a_fix((IFDRational(1, 0), 0, 0), (112, 0, 0)),
        a_fix((37, 0), (112, 0)),
        {GPS.GPSLatitude: (37, 0, 0)},
    ],
    ids=["no fix", "beyond the pole", "beyond", "by zero", "no seconds", "half"],
)
def test_a_place_that_can_be_none_is_none(tmp_path: Path, gps: dict[int, Any]) -> None:
    assert said_by(tmp_path, gps=gps) == Taken()


@pytest.mark.parametrize(
    ("named", "gps"),
    [
        ({"DateTimeOriginal": "2026:03:02 19:30:00", "OffsetTimeOriginal": "+08:00"}, {}),
        ({"DateTimeOriginal": "2026:03:02 12:30:00", "OffsetTimeOriginal": "+01:00"}, {}),
        ({"DateTimeOriginal": "2026:03:02 19:30:00"}, {}),
        (
            {"DateTimeOriginal": "2026:03:02 12:30:00"},
            {GPS.GPSDateStamp: "2026:03:02", GPS.GPSTimeStamp: (11, 30, 0)},
        ),
    ],
    ids=["with its zone", "elsewhere", "without a zone", "by satellite"],
)
def test_a_photo_says_when_it_was_taken(tmp_path: Path, named: dict[str, str], gps: dict[int, Any]) -> None:
    assert said_by(tmp_path, gps=gps, **named).taken_at == THEN


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "yesterday", "2026:03:02"])
def test_a_clock_that_was_never_set_says_nothing(tmp_path: Path, time: str) -> None:
    taken = said_by(tmp_path, gps=HERE, DateTimeOriginal=time)
    assert (taken.taken_at, taken.latitude_deg) == (None, pytest.approx(37.870139, abs=1e-6))


# Pillow warns of what it passes over.
@pytest.mark.filterwarnings("ignore::UserWarning")
@given(rubbish=st.binary(max_size=300), keep=st.integers(0, 120))
def test_metadata_of_any_bytes_breaks_nothing(tmp_path: Path, rubbish: bytes, keep: int) -> None:
    photo = tmp_path / "photo"
    exif = b"Exif\x00\x00" + a_photo_that_knows_where()[30:][:keep] + rubbish
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    photo.write_bytes(b"\xff\xd8" + segment + a_photo()[2:])
    with Image.open(photo) as picture:
        assert isinstance(of_photo(picture), Taken)


@pytest.mark.parametrize(
    ("tags", "place"),
    [
        ({"location": "+37.8702+112.5503/"}, (112.5503, 37.8702)),
        ({APPLE: "+37.8702+112.5503+780.1/"}, (112.5503, 37.8702)),
        ({"location": "-33.5000-070.6000/"}, (-70.6, -33.5)),
        ({"location": "+00.0000+000.0000/"}, (None, None)),
        ({"location": "+3752.20+11233.02/"}, (None, None)),
        ({"location": "Yangquan"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_a_video_says_where_it_was_made(
    tags: dict[str, str], place: tuple[float | None, float | None]
) -> None:
    taken = of_video(tags)
    assert (taken.longitude_deg, taken.latitude_deg) == place


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-03-02T11:30:00.000000Z", THEN),
        ("1904-01-01T00:00:00.000000Z", None),
        ("2026-03-02T11:30:00", None),
        ("now", None),
    ],
)
def test_a_video_says_when_it_was_made(said: str, at: datetime | None) -> None:
    assert of_video({"creation_time": said}).taken_at == at


def held_by(cell: Cell, content: bytes, *, exactly: bool, sha256: str = "") -> UUID:
    """A file that intake holds for a case; its id."""
    stored = cell.upload(content, token=cell.worker()).get_json()
    held = HeldEvidence(
        media_id=UUID(stored["media_id"]),
        sha256=sha256 or stored["sha256"],
        kind=MediaKind(stored["kind"]),
        stage="report",
        cycle=1,
    )
    listing = EvidenceListing(case_id=CASE_ID, items=(held,), exactly=exactly)
    cell.rpc.tell("intake", "evidence_listing", listing)
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(), next_cursor=None))
    return held.media_id


def position(cell: Cell, media_id: UUID) -> Any:
    return cell.get(f"/cases/{CASE_ID}/media/{media_id}/position", token=cell.token("dispatcher"))


def test_who_may_know_the_place_is_told_where_a_photo_was_taken(cell: Cell) -> None:
    media_id = held_by(cell, a_photo_that_knows_where(), exactly=True)
    said = position(cell, media_id).get_json()
    assert said["point"]["latitude_deg"] == pytest.approx(37.870139, abs=1e-6)
    assert (said["media_id"], said["taken_at"]) == (str(media_id), None)


def test_a_video_and_a_photo_without_a_place_have_theirs(cell: Cell) -> None:
    cell.videos.tags = {"location": "+37.8702+112.5503/", "creation_time": "2026-03-02T11:30:00Z"}
    said = position(cell, held_by(cell, MP4, exactly=True)).get_json()
    assert said["point"] == {"longitude_deg": 112.5503, "latitude_deg": 37.8702}
    assert said["taken_at"] == "2026-03-02T11:30:00Z"
    assert position(cell, held_by(cell, a_photo(), exactly=True)).get_json()["point"] is None


def test_who_may_not_know_the_place_is_told_nothing_of_it(cell: Cell) -> None:
    media_id = held_by(cell, a_photo_that_knows_where(), exactly=False)
    refused = position(cell, media_id)
    assert (refused.status_code, code_of(refused)) == (403, "forbidden")
    assert b"37." not in refused.data


def test_a_file_of_another_case_or_another_hash_has_no_position_here(cell: Cell) -> None:
    held_by(cell, a_photo_that_knows_where(), exactly=True)
    assert code_of(position(cell, uuid4())) == "not_found"
    assert code_of(position(cell, held_by(cell, a_photo(), exactly=True, sha256="0" * 64))) == "not_found"
    cell.rpc.tell("intake", "evidence_listing", RemoteRefusal("not_found"))
    assert code_of(position(cell, uuid4())) == "not_found"


def test_a_departments_result_has_a_position_too(cell: Cell) -> None:
    media_id = held_by(cell, a_photo_that_knows_where(), exactly=True)
    held = cell.rpc.answers["intake", "evidence_listing"].items[0]
    cell.rpc.tell("intake", "evidence_listing", EvidenceListing(case_id=CASE_ID, items=(), exactly=True))
    assert code_of(position(cell, media_id)) == "not_found"
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(an_order(held),), next_cursor=None))
    assert position(cell, media_id).status_code == 200


def test_no_log_line_and_no_answer_but_that_one_says_where(
    cell: Cell, capfd: pytest.CaptureFixture[str]
) -> None:
    media_id = held_by(cell, a_photo_that_knows_where(), exactly=True)
    assert says_degrees(position(cell, media_id).text, "37.87")
    own = cell.get(f"/media/{media_id}", token=cell.worker())
    assert not Image.open(BytesIO(own.data)).getexif()
    said = "".join(capfd.readouterr())
    assert "http.request" in said
    assert not says_degrees(said, "37.87")
    assert not says_degrees(said, "112.55")
