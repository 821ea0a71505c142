"""What a file really is, by its bytes; a name or a declared type is not believed."""

from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from contracts.vocabulary import MediaKind
from gateway.refusals import MediaTypeRefused, PayloadTooLarge
from gateway.settings import MIB

log = structlog.get_logger()

MAX_BYTES = {MediaKind.PHOTO: 10 * MIB, MediaKind.DOCUMENT: 20 * MIB, MediaKind.VIDEO: 100 * MIB}
LARGEST_BYTES = max(MAX_BYTES.values())
HEAD_BYTES = 4096


class Nature(NamedTuple):
    """What a file is: a photo, a video or a document, of which type."""

    kind: MediaKind
    mime: str


class Judge(Protocol):
    """Names the type of a file by its first bytes."""

    def __call__(self, head: bytes) -> str:
        """Return the MIME type."""


_JPEG = Nature(MediaKind.PHOTO, "image/jpeg")
_PNG = Nature(MediaKind.PHOTO, "image/png")
_WEBP = Nature(MediaKind.PHOTO, "image/webp")
_PDF = Nature(MediaKind.DOCUMENT, "application/pdf")
_MP4 = Nature(MediaKind.VIDEO, "video/mp4")
_WEBM = Nature(MediaKind.VIDEO, "video/webm")

_SIGNATURES = ((b"\xff\xd8\xff", _JPEG), (b"\x89PNG\r\n\x1a\n", _PNG), (b"%PDF-", _PDF))
# Major brands of ISO 14496-12 that phones write; pictures (`heic`) and sound (`M4A `) have others.
_BRANDS = frozenset(
    b"isom,iso2,iso4,iso5,iso6,mp41,mp42,avc1,M4V ,qt  ,3gp4,3gp5,3gp6,3gp7,3gp8,3gp9,3gg6,3ge6".split(b",")
)
_EBML = b"\x1a\x45\xdf\xa3"
# libmagic tells the relatives of MP4 apart by other rules than ours.
_RELATIVES = {_MP4: frozenset({"video/mp4", "video/quicktime", "video/3gpp", "video/x-m4v"})}


def by_signature(head: bytes) -> Nature | None:
    """Return what the first bytes say, None where they are of no type that is taken."""
    for signature, nature in _SIGNATURES:
        if head.startswith(signature):
            return nature
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _MP4
    # The document type stands in the header's first elements; Matroska at large is not taken.
    if head.startswith(_EBML) and b"webm" in head[:64]:
        return _WEBM
    return None


def libmagic() -> Judge | None:
    """Return libmagic's judgement, None where the machine has no libmagic."""
    try:
        import magic  # noqa: PLC0415 - the import fails where the C library is missing
    except ImportError:
        log.warning("media.no_libmagic")
        return None

    def judge(head: bytes) -> str:
        return str(magic.from_buffer(head, mime=True))

    return judge


class Inspector:
    """Says what a file is. The signature must be of a type taken, and libmagic must agree."""

    def __init__(self, judge: Judge | None) -> None:
        self._judge = judge

    def inspect(self, file: Path, *, size_bytes: int) -> Nature:
        """Return what a file is that will have so many bytes; `HEAD_BYTES` of them are enough.

        Raises: MediaTypeRefused, PayloadTooLarge.
        """
        with file.open("rb") as opened:
            nature = self.judge(opened.read(HEAD_BYTES))
        limit = MAX_BYTES[nature.kind]
        if size_bytes > limit:
            raise PayloadTooLarge(f"at most {limit // MIB} MB", limit_bytes=limit)
        return nature

    def judge(self, head: bytes) -> Nature:
        """Return what a file's first bytes say that it is. Raises: MediaTypeRefused."""
        nature = by_signature(head)
        if nature is None:
            raise MediaTypeRefused
        if self._judge is not None:
            agreed = _RELATIVES.get(nature, frozenset({nature.mime}))
            if self._judge(head) not in agreed:
                raise MediaTypeRefused
        return nature
