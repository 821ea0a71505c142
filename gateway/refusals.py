"""What the gateway itself refuses, before any service is asked."""

from collections.abc import Mapping
from typing import ClassVar

from chassis.refusal import Field, Invalid, Refusal


class Unauthenticated(Refusal):
    """Nobody is signed in, or the session has ended."""

    code: ClassVar[str] = "unauthenticated"


class MissingKey(Refusal):
    """A request that changes something came without an Idempotency-Key."""

    code: ClassVar[str] = "missing_key"


class PayloadTooLarge(Refusal):
    """The body, the file or the picture is larger than what is taken."""

    code: ClassVar[str] = "payload_too_large"


class UnsupportedMediaType(Refusal):
    """The body is not of the type that this address takes."""

    code: ClassVar[str] = "unsupported_media_type"


class MediaTypeRefused(Refusal):
    """The file's bytes are not those of a photo, a video or a PDF."""

    code: ClassVar[str] = "media_type_refused"


class VideoTooLong(Refusal):
    """The video lasts longer than what is taken."""

    code: ClassVar[str] = "video_too_long"


class ResolutionTooHigh(Refusal):
    """The video has more pixels than what is taken."""

    code: ClassVar[str] = "resolution_too_high"


class VideoUnavailable(Refusal):
    """This machine has no ffmpeg; it takes photos and papers."""

    code: ClassVar[str] = "video_unavailable"


class OffsetDiffers(Refusal):
    """A piece does not begin where the upload stands."""

    code: ClassVar[str] = "offset_differs"


class ChecksumDiffers(Refusal):
    """A piece came changed; none of it is kept."""

    code: ClassVar[str] = "checksum_differs"


class UnsupportedTusVersion(Refusal):
    """The client speaks another version of the protocol, or does not say which."""

    code: ClassVar[str] = "unsupported_tus_version"


class TooManyUploads(Refusal):
    """The account has as many unfinished uploads as are kept for it."""

    code: ClassVar[str] = "too_many_requests"


class LinkExpired(Refusal):
    """The link was good, and its ten minutes are over."""

    code: ClassVar[str] = "link_expired"


class UnknownMedia(Refusal):
    """The evidence named is no upload of the caller's."""

    code: ClassVar[str] = "unknown_media"


class ExportNotReady(Refusal):
    """The file of an export is not written yet, or never will be; `state` says which."""

    code: ClassVar[str] = "export_not_ready"


class ForeignGrid(Refusal):
    """The caller's role would do, at another place."""

    code: ClassVar[str] = "foreign_grid"


def invalid(detail: str, fields: Mapping[str, Field]) -> Invalid:
    """Return a refusal over fields whose names the client chose, whatever they are called."""
    refusal = Invalid(detail)
    refusal.fields = dict(fields)
    return refusal
