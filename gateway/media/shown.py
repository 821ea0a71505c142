"""The variant of a file that is shown: a photo is painted anew, so that nothing hides in it."""

from io import BytesIO
from threading import BoundedSemaphore
from typing import NamedTuple

from PIL import Image, ImageOps

from contracts.vocabulary import MediaKind
from gateway.media.inspection import Nature
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


class Shown(NamedTuple):
    """The bytes that are shown, and of what size in pixels the picture is."""

    content: bytes
    mime: str
    width: int | None = None
    height: int | None = None


def variant(content: bytes, nature: Nature) -> Shown:
    """Return what is shown of a file. Raises: MediaTypeRefused, PayloadTooLarge."""
    if nature.kind is not MediaKind.PHOTO:
        return Shown(content, nature.mime)
    try:
        with _painting:
            return _painted(content, nature.mime)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
        # Pillow raises any of these over a picture that is cut short or made to harm.
        raise MediaTypeRefused("the picture cannot be read") from error


def _painted(content: bytes, mime: str) -> Shown:
    with Image.open(BytesIO(content), formats=[_FORMATS[mime]]) as picture:
        limit = MAX_PIXELS if mime == "image/jpeg" else MAX_PIXELS_UNDRAFTED
        if picture.width * picture.height > limit:
            raise PayloadTooLarge(f"at most {limit // 1_000_000} million pixels", limit_pixels=limit)
        # A JPEG is decoded at a fraction of its size where that is enough.
        picture.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        bare = _without_metadata(ImageOps.exif_transpose(picture))
    painted = BytesIO()
    bare.save(painted, "JPEG", quality=QUALITY, optimize=True)
    return Shown(painted.getvalue(), "image/jpeg", bare.width, bare.height)


def _without_metadata(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they are transparent."""
    bare = Image.new("RGB", picture.size, _WHITE)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        bare.paste(seen, mask=seen.getchannel("A"))
    else:
        bare.paste(picture.convert("RGB"))
    return bare
