"""A department's statement 说明: its reason in words, for the step that names it. Pure."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec
import rfc8785

from contracts.commands.dispatch import HandInStatement, StatementKind
from services.dispatch.work_order.errors import LegalBasisUnfit
from services.dispatch.work_order.wording import check_fit, check_length

LONGEST_BASIS = 500


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it was handed in. Its text stays in this database.

    `handed_in_by` is the account of the person who did, None where a machine did.
    """

    id: UUID
    order_id: UUID
    department: str
    kind: StatementKind
    text: str
    legal_basis: str
    sha256: str
    handed_in_at: datetime
    handed_in_by: UUID | None


class Named(NamedTuple):
    """A statement as a step names it, and what was handed in under that id."""

    id: UUID | None
    sha256: str
    statement: Statement | None


def hand_in(command: HandInStatement, *, department: str, by: UUID | None, now: datetime) -> Statement:
    """Return the statement that `command` hands in. Raises: what is wrong with it."""
    check_fit({"text": command.text, "legal_basis": command.legal_basis})
    text, basis = command.text.strip(), command.legal_basis.strip()
    check_length(text)
    if len(basis) > LONGEST_BASIS or (command.kind is StatementKind.RETURN and not basis):
        raise LegalBasisUnfit(f"a return has one, of {LONGEST_BASIS} characters", field="legal_basis")
    return Statement(
        id=command.statement_id,
        order_id=command.order_id,
        department=department,
        kind=command.kind,
        text=text,
        legal_basis=basis,
        sha256=_digest(command, text=text, basis=basis),
        handed_in_at=now,
        handed_in_by=by,
    )


def _digest(command: HandInStatement, *, text: str, basis: str) -> str:
    """Return the SHA-256 (hex) over the RFC 8785 JSON of a statement's five parts."""
    parts = {
        "statement_id": command.statement_id,
        "order_id": command.order_id,
        "kind": command.kind,
        "text": text,
        "legal_basis": basis,
    }
    return sha256(rfc8785.dumps(msgspec.to_builtins(parts))).hexdigest()
