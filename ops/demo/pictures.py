"""The photos of the demo, drawn: what is reported, and how it looks once it is done. 320 by 240."""

import io
from collections.abc import Callable
from functools import cache
from zlib import crc32

from PIL import Image, ImageDraw

SIZE = (320, 240)
PAPER = "signed-paper"
_GROUND, _WALL, _SKY, _NIGHT = "#8d8a80", "#c9b79c", "#b8d4e8", "#1f2a44"
_WRONG, _RIGHT, _DARK = "#b23a2e", "#3f7d4e", "#2b2b2b"

Draw = ImageDraw.ImageDraw
Painter = Callable[[Draw, bool], None]


@cache
def content_of(name: str) -> bytes:
    """Return a picture by its name: `lamp-before`, `lamp-after1`; `signed-paper` is a PDF."""
    if name == PAPER:
        return _paper()
    motif, _, stage = name.partition("-")
    painter = _PAINTERS.get(motif, _house)
    image = Image.new("RGB", SIZE, _NIGHT if motif == "lamp" else _SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 170, 320, 240), fill=_GROUND)
    done = stage.startswith(("after", "done"))
    painter(draw, done)
    # No two of them are the same file: what was shown before shows nothing new.
    draw.rectangle((0, 232, 320, 240), fill=f"#{crc32(name.encode()) & 0xFFFFFF:06x}")
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return stream.getvalue()


def file_name(name: str) -> str:
    """Return the name under which a picture is uploaded."""
    return f"{name}.pdf" if name == PAPER else f"{name}.jpg"


def _paper() -> bytes:
    image = Image.new("RGB", (595, 842), "white")
    draw = ImageDraw.Draw(image)
    for line in range(12):
        draw.rectangle((70, 120 + 40 * line, 525 - 60 * (line % 3), 128 + 40 * line), fill="#9a9a9a")
    draw.ellipse((380, 640, 500, 760), outline=_WRONG, width=8)
    stream = io.BytesIO()
    image.save(stream, "PDF")
    return stream.getvalue()


def _lamp(draw: Draw, done: bool) -> None:  # noqa: FBT001 - every painter takes the same
    draw.rectangle((150, 60, 158, 220), fill=_GROUND)
    if done:
        draw.polygon((154, 60, 70, 220, 238, 220), fill="#6b6437")
    draw.ellipse((130, 30, 178, 70), fill="#f4d35e" if done else "#3a3f4d")


def _heap(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    if not done:
        for x, y, colour in (
            (70, 190, "#6b4f3a"),
            (120, 175, "#4f5d3a"),
            (165, 195, "#7a6a58"),
            (110, 200, _DARK),
        ):
            draw.ellipse((x, y - 30, x + 70, y + 25), fill=colour)


def _poster(draw: Draw, done: bool) -> None:  # noqa: FBT001
    draw.rectangle((20, 30, 300, 200), fill=_WALL)
    for column in range(0 if done else 5):
        for row in range(2):
            x, y = 40 + 50 * column, 60 + 60 * row
            draw.rectangle((x, y, x + 34, y + 44), fill="white", outline=_WRONG)
            draw.line((x + 5, y + 14, x + 28, y + 14), fill=_DARK, width=3)


def _boxes(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    for place, colour in enumerate(("#b5651d", "#40688a", "#7d4b63")[: 1 if done else 3]):
        x = 30 + 95 * place
        draw.rectangle((x, 160, x + 80, 205), fill=colour)
        draw.ellipse((x + 8, 198, x + 26, 216), fill=_DARK)
        draw.ellipse((x + 54, 198, x + 72, 216), fill=_DARK)


def _clouds(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    for place in range(0 if done else 5):
        draw.ellipse((30 + 50 * place, 60 + 14 * (place % 3), 110 + 50 * place, 120), fill="#9b958a")


def _green(draw: Draw, done: bool) -> None:  # noqa: FBT001
    draw.rectangle((0, 150, 320, 230), fill="#5c8a4a" if done else "#7a5c3a")
    draw.rectangle((150, 90, 166, 180), fill="#5b4632")
    draw.ellipse((110, 20, 206, 120), fill=_RIGHT)
    if not done:
        draw.line((166, 60, 290, 150), fill="#5b4632", width=10)


def _cover(draw: Draw, done: bool) -> None:  # noqa: FBT001
    draw.rectangle((0, 60, 320, 230), fill=_GROUND)
    draw.ellipse((90, 100, 230, 190), fill="#55524b" if done else "black", outline=_DARK, width=5)
    for line in range(5 if done else 0):
        draw.line((110 + 25 * line, 115, 110 + 25 * line, 175), fill=_DARK, width=3)


def _crack(draw: Draw, done: bool) -> None:  # noqa: FBT001
    draw.rectangle((0, 90, 320, 230), fill="#6f6d68")
    draw.line((160, 95, 160, 225), fill="white", width=6)
    if not done:
        draw.line((30, 110, 90, 150, 80, 180, 150, 215), fill="black", width=9)
        draw.ellipse((190, 130, 280, 200), fill="#2f2d29")


def _water(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    for line in range(0 if done else 4):
        draw.arc((20 + 30 * line, 165 + 10 * line, 300, 215 + 6 * line), 180, 360, fill="#3b78b0", width=9)


def _frame(draw: Draw, done: bool) -> None:  # noqa: FBT001
    draw.rectangle((90, 40, 230, 200), outline=_DARK, width=8)
    draw.rectangle((102, 60, 156, 196), fill=_RIGHT if done else "#8a8f98")
    draw.rectangle((164, 60, 218, 196), fill=_RIGHT if done else _WRONG)


def _warning(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    draw.polygon((160, 40, 240, 180, 80, 180), fill=_RIGHT if done else "#e0a52e", outline=_DARK)
    draw.rectangle((152, 85, 168, 140), fill=_DARK)
    draw.ellipse((151, 150, 169, 168), fill=_DARK)


def _house(draw: Draw, done: bool) -> None:  # noqa: FBT001
    _block(draw)
    for column in range(4):
        for row in range(3):
            x, y = 56 + 55 * column, 50 + 38 * row
            draw.rectangle((x, y, x + 30, y + 24), fill="#f4d35e" if done else "#59606b")


def _block(draw: Draw) -> None:
    draw.rectangle((40, 30, 280, 172), fill=_WALL, outline="#8f7f66", width=3)


_PAINTERS: dict[str, Painter] = {
    "lamp": _lamp,
    "rubbish": _heap,
    "bills": _poster,
    "wall": _poster,
    "stall": _boxes,
    "cars": _boxes,
    "food": _boxes,
    "school": _boxes,
    "dust": _clouds,
    "noise": _clouds,
    "gas": _clouds,
    "insects": _clouds,
    "garden": _green,
    "tree": _green,
    "dog": _green,
    "manhole": _cover,
    "road": _crack,
    "crack": _crack,
    "burst": _water,
    "drain": _water,
    "flood": _water,
    "gym": _frame,
    "lift": _frame,
    "fire": _warning,
    "wires": _warning,
    "site": _warning,
}
