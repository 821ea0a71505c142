"""What dispatch can be asked to do over RPC, and what it answers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence


class ContactRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and how the department spoke to the reporter's side about the result."""

    at: datetime
    channel: str
    note: str = ""


class HandInResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department's result for an order: text (10 to 5,000 characters), evidence, contact.

    Handing in changes no state; the department's `complete` on the bus names the result.
    """

    method: ClassVar[str] = "hand_in_result"
    command_id: UUID
    result_id: UUID
    order_id: UUID
    text: str
    contact: ContactRecord
    evidence: tuple[Evidence, ...] = ()


COMMANDS = (HandInResult,)


class ResultReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The stored result's id and the SHA-256 (hex) over its RFC 8785 JSON."""

    result_id: UUID
    order_id: UUID
    sha256: str


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One work order as its department or the dispatcher sees it."""

    order_id: UUID
    case_id: UUID
    number: str
    cycle: int
    state: str
    department: str
    co_handlers: tuple[str, ...]
    category: str
    kind: str
    urgency: str
    community: str
    grid: str
    offered_at: datetime
    signed_at: datetime | None
    completed_at: datetime | None
    result_id: UUID | None
    result_text: str | None
    evidence: tuple[Evidence, ...]
    version: int


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of orders, newest first; `next_cursor` None on the last page."""

    items: tuple[OrderView, ...]
    next_cursor: str | None
