"""Pictures, papers and beginnings of videos, good and bad, made here."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 200
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41\x00\x00\x00\x08mdat" + bytes(range(256)) * 8
WEBM = (
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
    + bytes(200)
)


def a_photo(
    form: str = "JPEG", *, size: tuple[int, int] = (120, 80), exif: Image.Exif | None = None, seed: int = 0
) -> bytes:
    """The left half is red, the right half blue; the seed changes a corner."""
    picture = Image.new("RGB", size, (220, 30, 30))
    picture.paste((30, 30, 220), (size[0] // 2, 0, size[0], size[1]))
    picture.paste((seed % 256, 200, 90), (0, 0, 8, 8))
    out = BytesIO()
    picture.save(out, form, **({} if exif is None else {"exif": exif}))
    return out.getvalue()


def a_photo_that_knows_where(*, orientation: int = 1) -> bytes:
    """A JPEG with GPS, a camera's name and an orientation."""
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = "canary-camera"
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef] = "N"
    gps[GPS.GPSLatitude] = (37.0, 52.0, 12.5)
    gps[GPS.GPSLongitudeRef] = "E"
    gps[GPS.GPSLongitude] = (112.0, 33.0, 1.0)
    return a_photo(exif=exif)


def a_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it has 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
