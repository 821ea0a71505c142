from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from gateway.media.inspection import Inspector
from gateway.refusals import MediaTypeRefused
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.pictures import EXE, a_bomb, a_photo, a_photo_that_knows_where


def test_where_a_photo_was_taken_is_gone_from_what_is_shown_and_kept_in_the_restricted_original(
    cell: Cell,
) -> None:
    token = cell.worker()
    original = a_photo_that_knows_where()
    assert len(Image.open(BytesIO(original)).getexif().get_ifd(0x8825)) == 4
    stored = cell.upload(original, token=token).get_json()
    shown = cell.get(f"/media/{stored['media_id']}", token=token).data
    picture = Image.open(BytesIO(shown))
    assert not picture.getexif()
    assert b"canary-camera" not in shown
    assert b"Exif" not in shown
    row = cell.upload_rows.kept[UUID(stored["media_id"])]
    assert (cell.media_dir / row.original_path).read_bytes() == original


def test_a_photo_is_shown_the_right_way_up(cell: Cell) -> None:
    token = cell.worker()
    turned = cell.upload(a_photo_that_knows_where(orientation=6), token=token).get_json()
    assert (turned["width"], turned["height"]) == (80, 120)
    shown = Image.open(BytesIO(cell.get(f"/media/{turned['media_id']}", token=token).data))
    red, _, blue = shown.getpixel((40, 20))  # type: ignore[misc]
    assert red > 150 > blue
    red, _, blue = shown.getpixel((40, 110))  # type: ignore[misc]
    assert blue > 150 > red


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "CMYK"])
def test_a_picture_of_any_kind_is_painted_and_transparency_is_white(cell: Cell, mode: str) -> None:
    token = cell.worker()
    form = "JPEG" if mode == "CMYK" else "PNG"
    out = BytesIO()
    blank = Image.new(mode, (40, 30))
    blank.save(out, form, **({"transparency": 0} if mode == "P" else {}))
    stored = cell.upload(out.getvalue(), token=token, name="x").get_json()
    shown = Image.open(BytesIO(cell.get(f"/media/{stored['media_id']}", token=token).data))
    assert (shown.mode, shown.size) == ("RGB", (40, 30))
    if mode in ("RGBA", "LA", "P"):
        assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_a_comment_and_a_profile_are_gone_from_what_is_shown(cell: Cell) -> None:
    token = cell.worker()
    out = BytesIO()
    photo = Image.open(BytesIO(a_photo()))
    photo.save(out, "JPEG", comment=b"canary-comment", icc_profile=b"canary-profile" * 20, xmp=b"canary-xmp")
    assert out.getvalue().count(b"canary") > 20
    stored = cell.upload(out.getvalue(), token=token).get_json()
    assert b"canary" not in cell.get(f"/media/{stored['media_id']}", token=token).data


def test_a_large_photo_is_shown_at_1600_pixels(cell: Cell) -> None:
    stored = cell.upload(a_photo(size=(4000, 2000)), token=cell.worker()).get_json()
    assert (stored["width"], stored["height"]) == (1600, 800)


@pytest.mark.parametrize("side", [30_000, 6_000])
def test_a_picture_made_to_explode_is_refused_unopened(cell: Cell, side: int) -> None:
    response = cell.upload(a_bomb(side, side), token=cell.worker(), name="bomb.png")
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")


def test_a_machine_without_libmagic_still_judges_by_signature() -> None:
    assert Inspector(None).judge(a_photo()).mime == "image/jpeg"
    with pytest.raises(MediaTypeRefused):
        Inspector(None).judge(EXE)
    with pytest.raises(MediaTypeRefused):
        Inspector(lambda _head: "application/x-dosexec").judge(a_photo())
