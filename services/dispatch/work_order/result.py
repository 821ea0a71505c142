"""A department's result: what was done, the contact with the reporter's side, the evidence. Pure."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
import rfc8785

from contracts.commands.dispatch import ContactRecord, HandInResult
from contracts.vocabulary import Evidence
from services.dispatch.work_order.errors import ContactInvalid, EvidenceInvalid
from services.dispatch.work_order.wording import LONGEST_RESULT, check_fit, check_length

LONGEST_CHANNEL, LONGEST_NOTE = 40, 1_000
MOST_EVIDENCE = 20
SHA256_HEX_DIGITS = 64
# A department's clock may run ahead of ours by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A result as it was handed in. Its text stays in this database.

    `handed_in_by` is the account of the person who did, None where a machine did.
    """

    id: UUID
    order_id: UUID
    department: str
    text: str
    contact: ContactRecord
    evidence: tuple[Evidence, ...]
    sha256: str
    handed_in_at: datetime
    handed_in_by: UUID | None


def hand_in(command: HandInResult, *, department: str, by: UUID | None, now: datetime) -> Result:
    """Return the result that `command` hands in. Raises: what is wrong with it."""
    text = command.text.strip()
    contact = command.contact
    check_fit({"text": command.text, "contact.channel": contact.channel, "contact.note": contact.note})
    check_length(text, at_most=LONGEST_RESULT)
    _check_contact(contact, now=now)
    _check_evidence(command.evidence)
    contact = msgspec.structs.replace(contact, at=contact.at.astimezone(UTC))
    return Result(
        id=command.result_id,
        order_id=command.order_id,
        department=department,
        text=text,
        contact=contact,
        evidence=command.evidence,
        sha256=digest(
            command.result_id, command.order_id, text=text, contact=contact, evidence=command.evidence
        ),
        handed_in_at=now,
        handed_in_by=by,
    )


def digest(
    result_id: UUID, order_id: UUID, *, text: str, contact: ContactRecord, evidence: tuple[Evidence, ...]
) -> str:
    """Return the SHA-256 (hex) over the RFC 8785 JSON of a result's five parts; `contact.at` in UTC."""
    parts = {
        "result_id": result_id,
        "order_id": order_id,
        "text": text,
        "contact": contact,
        "evidence": evidence,
    }
    return sha256(rfc8785.dumps(msgspec.to_builtins(parts))).hexdigest()


def _check_contact(contact: ContactRecord, *, now: datetime) -> None:
    if contact.at.tzinfo is None or contact.at > now + CLOCK_TOLERANCE:
        raise ContactInvalid("the time of contact needs a zone and cannot lie ahead", field="contact.at")
    if not 0 < len(contact.channel.strip()) <= LONGEST_CHANNEL:
        raise ContactInvalid("say how the reporter's side was spoken to", field="contact.channel")
    if len(contact.note) > LONGEST_NOTE:
        raise ContactInvalid("the note is too long", field="contact.note")


def _check_evidence(evidence: tuple[Evidence, ...]) -> None:
    if len(evidence) > MOST_EVIDENCE:
        raise EvidenceInvalid(f"at most {MOST_EVIDENCE} pieces", field="evidence")
    if len({piece.media_id for piece in evidence}) != len(evidence):
        raise EvidenceInvalid("the same piece twice", field="evidence")
    if any(not _is_sha256(piece.sha256) for piece in evidence):
        raise EvidenceInvalid("a hash is 64 hexadecimal digits", field="evidence.sha256")


def _is_sha256(text: str) -> bool:
    return len(text) == SHA256_HEX_DIGITS and set(text) <= set("0123456789abcdef")
