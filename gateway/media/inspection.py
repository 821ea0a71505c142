"""What a file really is, by its bytes; a name or a declared type is not believed."""

from typing import NamedTuple, Protocol

import structlog

from contracts.vocabulary import MediaKind
from gateway.refusals import MediaTypeRefused, PayloadTooLarge
from gateway.settings import MIB

log = structlog.get_logger()

PHOTO_MAX_BYTES = 10 * MIB
DOCUMENT_MAX_BYTES = 20 * MIB
_HEAD_BYTES = 4096


class Nature(NamedTuple):
    """What a file is: a photo or a document, of which type."""

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


def by_signature(head: bytes) -> Nature | None:
    """Return what the first bytes say, None where they are of no type that is taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return _JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _WEBP
    if head.startswith(b"%PDF-"):
        return _PDF
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

    def inspect(self, content: bytes) -> Nature:
        """Return what a file is. Raises: MediaTypeRefused, PayloadTooLarge."""
        head = content[:_HEAD_BYTES]
        nature = by_signature(head)
        if nature is None or (self._judge is not None and self._judge(head) != nature.mime):
            raise MediaTypeRefused
        limit = PHOTO_MAX_BYTES if nature.kind is MediaKind.PHOTO else DOCUMENT_MAX_BYTES
        if len(content) > limit:
            raise PayloadTooLarge(f"at most {limit // MIB} MB", limit_bytes=limit)
        return nature
