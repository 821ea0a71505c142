"""What dispatch can be asked to do over RPC, and what it answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence, SuspensionReason


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


class StatementKind(StrEnum):
    """What a department's statement is for."""

    RETURN = "return"  # 退回理由
    EXTENSION = "extension"  # 延期理由
    SUSPENSION = "suspension"  # 挂起理由


class HandInStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department's reason in words (10 to 2,000 characters) for a step that names it by id and hash.

    A return needs its `legal_basis` (职责依据), up to 500 characters. Handing in changes no state.
    """

    method: ClassVar[str] = "hand_in_statement"
    command_id: UUID
    statement_id: UUID
    order_id: UUID
    kind: StatementKind
    text: str
    legal_basis: str = ""


# What an officer 经办人 does by hand; a department's software says the same on the bus.


class SignOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """签收 by the lead."""

    method: ClassVar[str] = "sign_order"
    command_id: UUID
    order_id: UUID
    expected_version: int | None = None


class ReturnOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """退回 by the lead, before it signs. `suggested` is the department that should have it."""

    method: ClassVar[str] = "return_order"
    command_id: UUID
    order_id: UUID
    statement_id: UUID
    statement_sha256: str
    suggested: str | None = None
    expected_version: int | None = None


class AskExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """申请延期 by the lead, by so many days of the limit's own kind."""

    method: ClassVar[str] = "ask_extension"
    command_id: UUID
    order_id: UUID
    days: int
    statement_id: UUID
    statement_sha256: str
    expected_version: int | None = None


class AskSuspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """申请挂起 by the lead, for a reason of the closed list, until `review_on` at the latest.

    A statement says more than the list, where the department has more to say.
    """

    method: ClassVar[str] = "ask_suspension"
    command_id: UUID
    order_id: UUID
    reason: SuspensionReason
    review_on: date
    statement_id: UUID | None = None
    statement_sha256: str = ""
    expected_version: int | None = None


class CompletePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """协办办结 by a co-handler, with the result that it handed in."""

    method: ClassVar[str] = "complete_part"
    command_id: UUID
    order_id: UUID
    result_id: UUID
    result_sha256: str
    expected_version: int | None = None


class CompleteOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办结 by the lead, with the result that it handed in."""

    method: ClassVar[str] = "complete_order"
    command_id: UUID
    order_id: UUID
    result_id: UUID
    result_sha256: str
    expected_version: int | None = None


# What the dispatcher decides.


class RedirectOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """改派: a new order for the named department; the returned or recalled one stays as it is."""

    method: ClassVar[str] = "redirect_order"
    command_id: UUID
    order_id: UUID
    department: str
    expected_version: int | None = None


class RecallOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """收回, with the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "recall_order"
    command_id: UUID
    order_id: UUID
    reason: str
    expected_version: int | None = None


class GrantExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """准予延期."""

    method: ClassVar[str] = "grant_extension"
    command_id: UUID
    order_id: UUID
    expected_version: int | None = None


class DenyExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """不予延期, with the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "deny_extension"
    command_id: UUID
    order_id: UUID
    reason: str
    expected_version: int | None = None


class GrantSuspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """准予挂起 until `review_on`, thirty days ahead at most."""

    method: ClassVar[str] = "grant_suspension"
    command_id: UUID
    order_id: UUID
    review_on: date
    expected_version: int | None = None


class DenySuspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """不予挂起, with the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "deny_suspension"
    command_id: UUID
    order_id: UUID
    reason: str
    expected_version: int | None = None


class ResumeOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """恢复, before the review date."""

    method: ClassVar[str] = "resume_order"
    command_id: UUID
    order_id: UUID
    expected_version: int | None = None


class ExcusePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """协办免办: the co-handler `department` need not do its part."""

    method: ClassVar[str] = "excuse_part"
    command_id: UUID
    order_id: UUID
    department: str
    reason: str
    expected_version: int | None = None


class MakeSandboxOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """演练工单 for the sandbox department alone: like an order, but of no case and seen by nobody else."""

    method: ClassVar[str] = "make_sandbox_order"
    command_id: UUID
    order_id: UUID
    category: str


COMMANDS = (
    HandInResult,
    HandInStatement,
    SignOrder,
    ReturnOrder,
    AskExtension,
    AskSuspension,
    CompletePart,
    CompleteOrder,
    RedirectOrder,
    RecallOrder,
    GrantExtension,
    DenyExtension,
    GrantSuspension,
    DenySuspension,
    ResumeOrder,
    ExcusePart,
    MakeSandboxOrder,
)


class ResultReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The stored result's id and the SHA-256 (hex) over its RFC 8785 JSON."""

    result_id: UUID
    order_id: UUID
    sha256: str


class StatementReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The stored statement's id and the SHA-256 (hex) over its RFC 8785 JSON."""

    statement_id: UUID
    order_id: UUID
    sha256: str


class OrderReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to every step of an order: where it stands now. `version` is the ETag."""

    order_id: UUID
    case_id: UUID
    number: str
    state: str
    version: int
