"""What governance decided, and the roll that it asks for.

Of a resolution the subject is the conference item's id, the ordering key the case id;
of a roll both are the roll's id.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import RollKind


class ResolutionAdopted(msgspec.Struct, frozen=True, kw_only=True):
    """The joint conference names a lead department and a date; the case goes round again."""

    type: ClassVar[str] = "governance.resolution.adopted.v1"
    resolution_id: UUID
    item_id: UUID
    meeting_id: UUID
    case_id: UUID
    lead: str
    due_on: date
    at: datetime


class ResolutionDeclined(msgspec.Struct, frozen=True, kw_only=True):
    """The joint conference ends the matter; its reason is published."""

    type: ClassVar[str] = "governance.resolution.declined.v1"
    resolution_id: UUID
    item_id: UUID
    meeting_id: UUID
    case_id: UUID
    at: datetime


class ResolutionCertified(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution names an action for a department: it becomes the case `case_id`.

    `owner_id` is the account that answers for the resolution and is asked about the result.
    """

    type: ClassVar[str] = "governance.resolution.certified.v1"
    resolution_id: UUID
    meeting_id: UUID
    case_id: UUID
    grid: str
    category: str
    owner_id: UUID
    at: datetime


class RollRequested(msgspec.Struct, frozen=True, kw_only=True):
    """A vote needs its roll 名册: who is counted at `place` (a community or a grid) on the day `as_of`."""

    type: ClassVar[str] = "governance.roll.requested.v1"
    roll_id: UUID
    vote_id: UUID
    place: str
    kind: RollKind
    as_of: date
    at: datetime


ALL = (ResolutionAdopted, ResolutionDeclined, ResolutionCertified, RollRequested)
