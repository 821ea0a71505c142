"""Organisation, places, categories, accounts and the calendar as the other services mirror them; rolls.

Subject and ordering key are the entity's code, prefixed (`place:c01`, `calendar:2026`), or the id of the
account or of the roll.
Names of places and departments are public; nothing here is about a private person.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Kind, Role, Urgency


class Tier(StrEnum):
    """The levels of the district's tree."""

    DISTRICT = "district"  # 区
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格
    BUILDING = "building"  # 楼栋
    DOORWAY = "doorway"  # 门院
    HOUSEHOLD = "household"  # 户


class PlaceDefined(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the tree exists from `valid_from` up to, not including, `valid_to`."""

    type: ClassVar[str] = "registry.place.defined.v1"
    code: str
    tier: Tier
    parent: str | None
    name_zh: str
    name_en: str
    fictional: bool
    valid_from: date
    valid_to: date | None = None


class DepartmentDefined(msgspec.Struct, frozen=True, kw_only=True):
    """A department of the district; `former` names its predecessors."""

    type: ClassVar[str] = "registry.department.defined.v1"
    code: str
    name_zh: str
    name_en: str
    former: str = ""


class CategoryDefined(msgspec.Struct, frozen=True, kw_only=True):
    """A second-level category with its default department and limit (`2h`, `3wd`, `30d`)."""

    type: ClassVar[str] = "registry.category.defined.v1"
    code: str
    parent: str
    name_zh: str
    name_en: str
    kind: Kind
    department: str
    urgency: Urgency
    limit: str
    small: bool
    valid_from: date


class AccountOpened(msgspec.Struct, frozen=True, kw_only=True):
    """An account exists, with its roles and place; no name, no login."""

    type: ClassVar[str] = "registry.account.opened.v1"
    account_id: UUID
    roles: tuple[Role, ...]
    community: str | None = None
    grid: str | None = None
    department: str | None = None


class CalendarPublished(msgspec.Struct, frozen=True, kw_only=True):
    """How a year differs from Monday to Friday: `holidays` on weekdays, weekends that are worked.

    `version` is a hash of what the year says; a provisional year is not published yet 暂定.
    """

    type: ClassVar[str] = "registry.calendar.published.v1"
    year: int
    version: str
    provisional: bool
    holidays: tuple[date, ...]
    working_weekends: tuple[date, ...]


class RollEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entitlement of a roll: a random id, and the accounts that may use it.

    `area_hundredths_m2` is what it weighs in an owners' vote, zero in every other.
    """

    entitlement_id: UUID
    electors: tuple[UUID, ...]
    area_hundredths_m2: int = 0


class RollAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """One chunk of a roll, `chunk` of `chunks`, from 1; an empty roll is one chunk without entries.

    `count`, `area_hundredths_m2` and `root` (hex) are of the whole roll: `contracts.roll` says how.
    """

    type: ClassVar[str] = "registry.roll.answered.v1"
    roll_id: UUID
    chunk: int
    chunks: int
    entries: tuple[RollEntry, ...]
    count: int
    area_hundredths_m2: int
    root: str
    as_of: date
    at: datetime


ALL = (PlaceDefined, DepartmentDefined, CategoryDefined, AccountOpened, CalendarPublished, RollAnswered)
