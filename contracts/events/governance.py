"""What governance decided. Subject is the conference item's id, ordering key the case id."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec


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


ALL = (ResolutionAdopted, ResolutionDeclined, ResolutionCertified)
