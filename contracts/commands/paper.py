"""Paper ballots: what the service centre's clerks enter, and what governance answers.

Whoever hands a paper in has taken part from then on. Afterwards every slip is entered twice, by two clerks of
whom the second does not see what the first has entered; a third resolves a difference. docs/decisions.md says
what that protects.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec


class PaperChannel(StrEnum):
    """How a paper came."""

    PAPER = "paper"  # 纸质: brought in an envelope, or collected by the mobile box
    COUNTER = "counter"  # 窗口: filled in at the service centre


class SlipStage(StrEnum):
    """How far a slip has come."""

    ENTERED_ONCE = "entered_once"  # 已录一次
    DISPUTED = "disputed"  # 两次不一致
    SETTLED = "settled"  # 已确定


class HandInPaper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Register that an entitlement's envelope was handed in: from now on it has taken part."""

    method: ClassVar[str] = "hand_in_paper"
    command_id: UUID
    vote_id: UUID
    entitlement_id: UUID
    channel: PaperChannel


class SlipEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clerk reads from a slip; an empty `choice` says nothing valid.

    A secret vote's slip has the `number` that was stamped on it after mixing, an open vote's its
    `entitlement_id`. `scan_sha256` (hex) is of the scan that is kept.
    """

    command_id: UUID
    vote_id: UUID
    choice: tuple[str, ...]
    scan_sha256: str
    number: int | None = None
    entitlement_id: UUID | None = None


class EnterSlip(SlipEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter a slip, as the first or the second of two clerks."""

    method: ClassVar[str] = "enter_slip"


class ResolveSlip(SlipEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what a slip says on which two clerks differ, as a third."""

    method: ClassVar[str] = "resolve_slip"


COMMANDS = (HandInPaper, EnterSlip, ResolveSlip)


class HandInReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope was handed in."""

    vote_id: UUID
    entitlement_id: UUID
    channel: PaperChannel


class SlipReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A slip and how far it has come."""

    vote_id: UUID
    number: int | None
    entitlement_id: UUID | None
    stage: SlipStage


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What one of two clerks has read, shown where they differ."""

    choice: tuple[str, ...]
    scan_sha256: str


class SlipView(SlipReceipt, frozen=True, kw_only=True):
    """A slip in the list; `mine` where the caller has entered it. `entries` only where two differ."""

    mine: bool
    entries: tuple[Entered, ...]


class Slips(msgspec.Struct, frozen=True, kw_only=True):
    """A vote's slips that were begun; how many envelopes were handed in, how many slips are settled."""

    vote_id: UUID
    handed_in: int
    settled: int
    items: tuple[SlipView, ...]
