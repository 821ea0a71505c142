"""What a command's content must look like before anybody asks what it means. Pure."""

from collections.abc import Iterable
from datetime import datetime
from re import compile as pattern

from chassis.refusal import Invalid
from contracts.vocabulary import Evidence, Point

ADDRESS_MAX = 200
EVIDENCE_MAX = 20
_SHA256 = pattern(r"[0-9a-f]{64}")


def cleaned(value: str, field: str) -> str:
    """Return a text without blanks around it. Raises: Invalid where it holds a NUL."""
    if "\0" in value:
        raise Invalid(field=field)
    return value.strip()


def checked_address(value: str) -> str:
    """Return an address. Raises: Invalid where it is longer than 200 characters."""
    address = cleaned(value, "address")
    if len(address) > ADDRESS_MAX:
        raise Invalid(field="address")
    return address


def checked_instant(value: datetime, field: str) -> datetime:
    """Return an aware time. Raises: Invalid where it has no zone."""
    if value.tzinfo is None:
        raise Invalid(field=field)
    return value


def checked_point(value: Point | None) -> Point | None:
    """Return a position on Earth. Raises: Invalid."""
    if value is not None and not (abs(value.longitude_deg) <= 180 and abs(value.latitude_deg) <= 90):  # noqa: PLR2004 - degrees
        raise Invalid(field="point")
    return value


def checked_evidence(given: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return at most 20 references, each file once. Raises: Invalid."""
    evidence = tuple(given)
    ids = {each.media_id for each in evidence}
    if len(evidence) > EVIDENCE_MAX or len(ids) < len(evidence):
        raise Invalid(field="evidence")
    if not all(_SHA256.fullmatch(each.sha256) for each in evidence):
        raise Invalid(field="evidence")
    return evidence
