"""Evidence for demonstrations: a small picture and a one-page paper, made on the spot."""

import struct
import zlib
from pathlib import Path

SIDE_PX = 96


def photo(folder: Path) -> Path:
    """Write a small PNG, a lamp that shines, and return its path."""
    centre = SIDE_PX // 2
    rows = (
        b"\x00"
        + b"".join(
            b"\xff\xe0\x80" if (x - centre) ** 2 + (y - centre) ** 2 < centre**2 // 3 else b"\x20\x28\x40"
            for x in range(SIDE_PX)
        )
        for y in range(SIDE_PX)
    )
    header = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    path = folder / "after.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts))
    return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paper(folder: Path) -> Path:
    """Write a PDF of one empty page and return its path."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    )
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += (
        b"xref\n0 4\n0000000000 65535 f \n%strailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            len(content),
        )
    )
    path = folder / "signed.pdf"
    path.write_bytes(content)
    return path
