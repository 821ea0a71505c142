"""Tiny videos, good and bad, made by ffmpeg when a test asks for one."""

import subprocess
from pathlib import Path

from ops import debian

LOCATION = "+37.8702+112.5503/"
_PICTURE = "testsrc=size={width}x{height}:rate={rate}:duration={seconds}"


def a_film(
    folder: Path,
    name: str = "film.mp4",
    *,
    picture: tuple[str, ...] | None = ("libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    sound: str | None = "aac",
    size: tuple[int, int] = (320, 240),
    seconds: float = 2,
    rate: int = 10,
    more: tuple[str, ...] = (),
    said: dict[str, str] | None = None,
) -> Path:
    """A film of a test picture and a tone; `more` goes to ffmpeg, `said` is metadata."""
    debian.ensure_for_tests()
    width, height = size
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    if picture is not None:
        pattern = _PICTURE.format(width=width, height=height, rate=rate, seconds=seconds)
        command += ["-f", "lavfi", "-i", pattern]
    if sound is not None:
        command += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
    if picture is not None:
        command += ["-c:v", *picture]
    if sound is not None:
        command += ["-c:a", sound]
    for key, value in (said or {}).items():
        command += ["-metadata", f"{key}={value}"]
    film = folder / name
    subprocess.run([*command, *more, str(film)], check=True, capture_output=True, timeout=120)
    return film


def a_film_that_knows_where(folder: Path, name: str = "where.mp4") -> Path:
    """As a phone makes it: with the place, the time and a title.

    The place stands in `loci` in an MP4, in the atom that begins with the copyright sign in a MOV.
    """
    said = {"location": LOCATION, "creation_time": "2026-03-02T11:30:00Z", "title": "canary-title"}
    return a_film(folder, name, said=said)


def an_iphones_film(folder: Path, name: str = "iphone.mov") -> Path:
    """With the place under Apple's own key."""
    said = {
        "com.apple.quicktime.location.ISO6709": LOCATION,
        "com.apple.quicktime.make": "canary-camera",
        "creation_time": "2026-03-02T11:30:00Z",
    }
    return a_film(folder, name, said=said, more=("-movflags", "use_metadata_tags"))
