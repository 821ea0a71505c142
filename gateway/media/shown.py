"""What is shown of a file: a photo is painted anew, a video copied bare, so that nothing hides in it."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import Protocol

import msgspec
from PIL import Image, ImageOps

from contracts.vocabulary import MediaKind
from gateway.media.inspection import Nature
from gateway.media.taken import Taken, of_photo, of_video
from gateway.media.video import Film
from gateway.refusals import MediaTypeRefused, PayloadTooLarge

LONGEST_SIDE_PX = 1600
MAX_PIXELS = 64_000_000
# Other formats are decoded whole, at four bytes a pixel and more than once.
MAX_PIXELS_UNDRAFTED = 24_000_000
QUALITY = 85
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_WHITE = (255, 255, 255)

# A picture takes up to a hundred megabytes while it is painted: not every thread paints at once.
_painting = BoundedSemaphore(2)

# The pixels are counted below, before any is decoded.
Image.MAX_IMAGE_PIXELS = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a file, as a file; sizes in pixels as seen. A video has a poster.

    `taken` is what the original says of itself, and what is shown does not.
    """

    file: Path
    mime: str
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    poster: Path | None = None
    taken: Taken = Taken()


class VideoMaker(Protocol):
    """Makes what is shown of a video; `gateway.media.video.Videos` is one."""

    def make(self, original: Path, nature: Nature, *, folder: Path) -> Film:
        """Make the video and the poster in a folder."""


class Darkroom:
    """Makes what is shown of an original, in a folder that is given."""

    def __init__(self, videos: VideoMaker) -> None:
        self._videos = videos

    def develop(self, original: Path, nature: Nature, *, folder: Path) -> Shown:
        """Return what is shown; a document is its own.

        Raises: MediaTypeRefused, PayloadTooLarge; for videos what `Videos.make` raises.
        """
        if nature.kind is MediaKind.DOCUMENT:
            return Shown(file=original, mime=nature.mime)
        if nature.kind is MediaKind.VIDEO:
            return _screened(self._videos.make(original, nature, folder=folder))
        try:
            with _painting:
                return _painted(original.read_bytes(), nature.mime, folder / "shown.jpg")
        except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
            # Pillow raises any of these over a picture that is cut short or made to harm.
            raise MediaTypeRefused("the picture cannot be read") from error


def _screened(film: Film) -> Shown:
    return Shown(
        file=film.video,
        mime=film.mime,
        width=film.width,
        height=film.height,
        duration=film.duration,
        poster=film.poster,
        taken=of_video(film.tags),
    )


def _painted(content: bytes, mime: str, into: Path) -> Shown:
    with Image.open(BytesIO(content), formats=[_FORMATS[mime]]) as picture:
        limit = MAX_PIXELS if mime == "image/jpeg" else MAX_PIXELS_UNDRAFTED
        if picture.width * picture.height > limit:
            raise PayloadTooLarge(f"at most {limit // 1_000_000} million pixels", limit_pixels=limit)
        # A JPEG is decoded at a fraction of its size where that is enough.
        picture.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        taken = of_photo(picture)
        bare = _without_metadata(ImageOps.exif_transpose(picture))
    bare.save(into, "JPEG", quality=QUALITY, optimize=True)
    return Shown(file=into, mime="image/jpeg", width=bare.width, height=bare.height, taken=taken)


def _without_metadata(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they are transparent."""
    bare = Image.new("RGB", picture.size, _WHITE)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        bare.paste(seen, mask=seen.getchannel("A"))
    else:
        bare.paste(picture.convert("RGB"))
    return bare
