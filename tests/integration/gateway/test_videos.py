"""Videos as phones make them, read by the real ffmpeg."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chassis.refusal import Refusal, Unavailable
from contracts.vocabulary import MediaKind
from gateway.media import video as videos
from gateway.media.confined import ProgramFailedError, run
from gateway.media.inspection import Inspector, Nature, libmagic
from gateway.media.video import Film, Videos
from gateway.refusals import MediaTypeRefused, ResolutionTooHigh, VideoTooLong
from tests.support.films import a_film, a_film_that_knows_where, an_iphones_film

MP4 = Nature(MediaKind.VIDEO, "video/mp4")
H264 = ("libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
FORMS: list[tuple[str, dict[str, Any], str]] = [
    ("film.mp4", {}, "video/mp4"),
    ("film.mov", {}, "video/mp4"),
    ("mute.mp4", {"sound": None}, "video/mp4"),
    ("hevc.mp4", {"picture": ("libx265", "-preset", "ultrafast", "-tag:v", "hvc1")}, "video/mp4"),
    ("old.3gp", {"picture": ("h263",), "size": (176, 144)}, "video/3gpp"),
    ("new.3gp", {}, "video/mp4"),
    ("vp8.webm", {"picture": ("libvpx",), "sound": "libopus"}, "video/webm"),
    ("vp9.webm", {"picture": ("libvpx-vp9",), "sound": "libopus"}, "video/webm"),
    ("browser.webm", {"picture": ("libvpx",), "sound": "libopus", "more": ("-live", "1")}, "video/webm"),
]


def made(original: Path, folder: Path) -> Film:
    shop = folder / "workshop"
    shop.mkdir()
    return Videos().make(original, Inspector(libmagic()).inspect(original, size_bytes=1), folder=shop)


def told(file: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(file)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


@pytest.mark.parametrize(("name", "options", "mime"), FORMS, ids=[name for name, *_ in FORMS])
def test_what_a_phone_makes_is_shown_with_a_poster(
    tmp_path: Path, name: str, options: dict[str, Any], mime: str
) -> None:
    film = made(a_film(tmp_path, name, **options), tmp_path)
    assert (film.mime, film.width, film.height) == (mime, *options.get("size", (320, 240)))
    assert abs(film.duration - timedelta(seconds=2)) < timedelta(seconds=0.3)
    with Image.open(film.poster) as poster:
        assert (poster.format, poster.size) == ("JPEG", (film.width, film.height))
        # The test picture is colourful: a poster of one colour would be a frame of nothing.
        assert len(poster.getcolors(1 << 20) or ()) > 100
    assert libmagic()(film.video.read_bytes()[:4096]) == mime  # type: ignore[misc]


PLACES: dict[str, tuple[Callable[[Path], Path], bytes]] = {
    "loci": (a_film_that_knows_where, b"loci"),
    "xyz": (lambda folder: a_film_that_knows_where(folder, "where.mov"), b"\xa9xyz"),
    "Apple's": (an_iphones_film, b"com.apple.quicktime.location.ISO6709"),
}


@pytest.mark.parametrize("name", PLACES)
def test_where_and_when_a_video_was_made_is_gone_from_what_is_shown(tmp_path: Path, name: str) -> None:
    make, atom = PLACES[name]
    original = make(tmp_path)
    assert atom in original.read_bytes()
    film = made(original, tmp_path)
    shown = film.video.read_bytes()
    for said in (b"\xa9xyz", b"loci", b"37.87", b"apple", b"canary", b"Lavf"):
        assert said not in shown
    beside = told(film.video)
    assert beside["format"]["tags"].keys() <= {"major_brand", "minor_version", "compatible_brands"}
    for stream in beside["streams"]:
        assert stream["tags"].keys() <= {"language", "handler_name", "vendor_id"}
    assert any(value.startswith("+37.87") for value in film.tags.values())
    assert film.tags["creation_time"].startswith("2026-03-02T11:30:00")
    # A player can begin before it has the whole: the index stands first.
    assert shown.index(b"moov") < shown.index(b"mdat")


def test_what_runs_beside_picture_and_sound_is_left_out(tmp_path: Path) -> None:
    lines = tmp_path / "gps.srt"
    lines.write_text("1\n00:00:00,000 --> 00:00:01,000\nGPS 37.8702 112.5503 canary\n")
    more = ("-i", str(lines), "-map", "0", "-map", "1", "-map", "2", "-c:s", "mov_text")
    dashcam = tmp_path / "dashcam.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=2:rate=10", "-f", "lavfi"]
    subprocess.run(
        [*command, "-i", "sine=duration=2", *more, "-c:v", *H264, "-c:a", "aac", str(dashcam)], check=True
    )
    assert b"canary" in dashcam.read_bytes()
    film = made(dashcam, tmp_path)
    assert b"canary" not in film.video.read_bytes()
    assert [each["codec_type"] for each in told(film.video)["streams"]] == ["video", "audio"]


def test_a_video_is_shown_the_right_way_up(tmp_path: Path) -> None:
    lying = a_film(tmp_path, "lying.mp4")
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(lying), "-c", "copy", "-metadata:s:v", "rotate=90"]
    subprocess.run([*command, str(turned)], check=True)
    film = made(turned, tmp_path)
    assert (film.width, film.height) == (240, 320)
    with Image.open(film.poster) as poster:
        assert poster.size == (240, 320)


def test_a_poster_is_640_pixels_at_most(tmp_path: Path) -> None:
    film = made(a_film(tmp_path, size=(1080, 1920), seconds=1, sound=None), tmp_path)
    with Image.open(film.poster) as poster:
        assert poster.size == (360, 640)


def test_a_picture_that_ends_before_its_sound_has_a_poster(tmp_path: Path) -> None:
    picture = a_film(tmp_path, "picture.mp4", seconds=0.2, sound=None)
    sound = a_film(tmp_path, "sound.mp4", picture=None, seconds=6)
    both = tmp_path / "both.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(picture), "-i", str(sound), "-c", "copy", str(both)]
    subprocess.run(command, check=True)
    assert made(both, tmp_path).poster.stat().st_size > 1000


def of_many(folder: Path) -> Path:
    """A film with two sounds."""
    return a_film(folder, "two.mp4", more=("-map", "0", "-map", "1", "-map", "1"))


def cut(film: Path, share: float) -> Path:
    content = film.read_bytes()
    film.write_bytes(content[: int(len(content) * share)])
    return film


def lying_about_its_length(folder: Path) -> Path:
    """A film of 130 s whose header says 2 s."""
    film = a_film(folder, "lie.webm", picture=("libvpx",), sound=None, seconds=130, rate=1, size=(64, 64))
    content = bytearray(film.read_bytes())
    # Duration, a float of eight bytes in milliseconds.
    at = content.index(b"\x44\x89\x88") + 3
    content[at : at + 8] = b"\x40\x9f\x40\x00\x00\x00\x00\x00"
    film.write_bytes(content)
    return film


BAD: dict[str, tuple[Any, type[Refusal]]] = {
    "cut short, index last": (lambda folder: cut(a_film(folder), 0.7), MediaTypeRefused),
    "cut short, index first": (
        lambda folder: cut(a_film(folder, more=("-movflags", "+faststart")), 0.6),
        MediaTypeRefused,
    ),
    "cut short, webm": (
        lambda folder: cut(a_film(folder, "cut.webm", picture=("libvpx",), sound="libopus"), 0.5),
        MediaTypeRefused,
    ),
    "no picture": (lambda folder: a_film(folder, "tone.mp4", picture=None), MediaTypeRefused),
    "two sounds": (of_many, MediaTypeRefused),
    "another codec": (
        lambda folder: a_film(folder, "paper.mov", picture=("mjpeg",), sound="pcm_s16le"),
        MediaTypeRefused,
    ),
    "too long": (lambda folder: a_film(folder, sound=None, seconds=123, rate=1, size=(64, 64)), VideoTooLong),
    "too long, it says it is not": (lying_about_its_length, VideoTooLong),
    "4K": (
        lambda folder: a_film(folder, size=(3840, 2160), seconds=0.4, rate=5, sound=None),
        ResolutionTooHigh,
    ),
    "4K, standing": (
        lambda folder: a_film(folder, size=(1080, 2048), seconds=0.4, rate=5, sound=None),
        ResolutionTooHigh,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_video_that_is_not_taken_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    make, refusal = BAD[name]
    with pytest.raises(refusal) as refused:
        made(make(tmp_path), tmp_path)
    assert type(refused.value) is refusal


def test_rubbish_behind_a_good_beginning_is_refused(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.mp4"
    rubbish.write_bytes(a_film(tmp_path).read_bytes()[:64] + bytes(range(256)) * 400)
    with pytest.raises(MediaTypeRefused):
        made(rubbish, tmp_path)


def test_no_other_file_and_no_network_is_read_for_a_video(tmp_path: Path) -> None:
    """A playlist would have its reader fetch whatever it names; it is read as a video alone."""
    secret = a_film(tmp_path, "secret.mp4")
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    shop = tmp_path / "workshop"
    shop.mkdir()
    with pytest.raises(MediaTypeRefused):
        Videos().make(playlist, MP4, folder=shop)


def test_both_programs_are_told_to_read_files_alone_with_one_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def noting(command: list[str], **options: Any) -> bytes:
        commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(videos, "run", noting)
    made(a_film(tmp_path), tmp_path)
    assert [command[0] for command in commands] == ["ffprobe", "ffmpeg", "ffprobe", "ffmpeg"]
    for command in commands:
        assert command[command.index("-protocol_whitelist") + 1] == "file,pipe"
        assert command[command.index("-i") - 1] == "mov"
        assert command[command.index("-i") + 1].startswith("file:/")


def test_one_video_is_made_at_a_time_and_others_do_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "_WAIT_S", 0.2)
    working, done = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        working.set()
        done.wait(20)

    monkeypatch.setattr(videos, "_make", slowly)
    shared = Videos()
    first = threading.Thread(target=lambda: shared.make(tmp_path, MP4, folder=tmp_path))
    first.start()
    assert working.wait(10)
    with pytest.raises(Unavailable):
        shared.make(tmp_path, MP4, folder=tmp_path)
    done.set()
    first.join()


def confined(folder: Path, *command: str, within_s: float = 10) -> bytes:
    return run(command, folder=folder, within_s=within_s, most_written_bytes=1024 * 1024)


def test_a_confined_program_is_told_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAOTOU_DATABASE_URL", "postgresql://canary")
    assert b"QIAOTOU" not in confined(tmp_path, "env")


def test_a_confined_program_ends_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ProgramFailedError):
        confined(tmp_path, "sleep", "30", within_s=0.3)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "greedy",
    [
        ("head", "-c", "3000000", "/dev/zero"),
        ("dd", "if=/dev/zero", "of=large", "bs=3M", "count=1"),
        ("dd", "if=/dev/zero", "of=/dev/null", "bs=1500M", "count=1"),
    ],
    ids=["prints", "writes", "remembers"],
)
def test_a_confined_program_gets_little_of_the_machine(tmp_path: Path, greedy: tuple[str, ...]) -> None:
    with pytest.raises(ProgramFailedError):
        confined(tmp_path, *greedy)


def test_a_confined_program_stands_behind_the_others(tmp_path: Path) -> None:
    assert int(confined(tmp_path, "nice")) >= min(19, os.nice(0) + 10)
