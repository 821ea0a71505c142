"""The seal of an archived case: a hash over salted commitments. Pure.

    commitment_i = SHA-256(HMAC-SHA256(salt, i) || document_i)
    seal         = SHA-256(0x00 || {"case_id", "commitments", "number"})

`i` counts from 0, as 8 bytes, big-endian; `document_i` and the braces are RFC 8785 JSON. The
documents are, in this order: the text, each piece of evidence by its hash, each entry of the
timeline up to the archiving itself. Shredding the salt makes a commitment say nothing of its
document any more, while the seal still proves the commitments.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from contracts.commands.case_views import TimelineEntry
from contracts.vocabulary import Evidence

SALT_BYTES = 32

# For what stands here (ASCII keys, whole numbers, text) sorted msgspec JSON is RFC 8785 JSON, at
# a fortieth of the cost of a general canonicaliser; a test compares the two.
_canonical = msgspec.json.Encoder(order="sorted")


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed case: the commitments in order and the hash over them, in hex. The salt is apart."""

    case_id: UUID
    number: str
    sealed_at: datetime
    commitments: tuple[str, ...]
    seal: str
    salt: bytes


def text_document(text: str) -> bytes:
    """Return the reported text as it is sealed."""
    return _canonical.encode({"document": "text", "text": text})


def evidence_document(evidence: Evidence) -> bytes:
    """Return a piece of evidence as it is sealed: never its content, always its hash."""
    return _canonical.encode(
        {
            "document": "evidence",
            "media_id": evidence.media_id,
            "sha256": evidence.sha256,
            "kind": evidence.kind,
        }
    )


def entry_document(entry: TimelineEntry) -> bytes:
    """Return an entry of the timeline as it is sealed: all that a reader of the timeline sees."""
    return _canonical.encode({"document": "entry", **msgspec.structs.asdict(entry)})


def commitment(salt: bytes, position: int, document: bytes) -> str:
    """Return the commitment (hex) to the document at `position`."""
    blinding = hmac.digest(salt, position.to_bytes(8, "big"), "sha256")
    return sha256(blinding + document).hexdigest()


def commitments_to(salt: bytes, documents: Iterable[bytes]) -> tuple[str, ...]:
    """Return the commitments (hex) to all documents, in order."""
    return tuple(commitment(salt, position, document) for position, document in enumerate(documents))


def seal_over(case_id: UUID, number: str, commitments: Sequence[str]) -> str:
    """Return the seal (hex) over a case's commitments."""
    sealed = {"case_id": case_id, "number": number, "commitments": commitments}
    return sha256(b"\0" + _canonical.encode(sealed)).hexdigest()


def sealed(
    *,
    case_id: UUID,
    number: str,
    text: str,
    evidence: Iterable[Evidence],
    entries: Iterable[TimelineEntry],
    salt: bytes,
    now: datetime,
) -> Seal:
    """Return the seal of a case; `salt` is 32 random bytes used for this case alone."""
    documents = [text_document(text), *map(evidence_document, evidence), *map(entry_document, entries)]
    commitments = commitments_to(salt, documents)
    return Seal(
        case_id=case_id,
        number=number,
        sealed_at=now,
        commitments=commitments,
        seal=seal_over(case_id, number, commitments),
        salt=salt,
    )
