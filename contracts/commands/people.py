"""What registry can be asked about persons and what they own, and what it answers.

Whatever names a person travels by RPC alone, which is transient, and is never kept with a command.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec


class Relation(StrEnum):
    """What somebody is to the head of the household."""

    HEAD = "head"  # 户主
    SPOUSE = "spouse"  # 配偶
    CHILD = "child"  # 子女
    PARENT = "parent"  # 父母
    GRANDPARENT = "grandparent"  # 祖父母
    GRANDCHILD = "grandchild"  # 孙子女
    SIBLING = "sibling"  # 兄弟姐妹
    OTHER = "other"  # 其他


class UnitUse(StrEnum):
    """What a unit is for; parking spaces weigh nothing in an owners' vote."""

    DWELLING = "dwelling"  # 住宅
    COMMERCIAL = "commercial"  # 商业
    PARKING = "parking"  # 车位


class Revealable(StrEnum):
    """What a mask hides."""

    NAME = "name"  # 姓名
    BIRTHDAY = "birthday"  # 出生日期
    ID_NUMBER = "id_number"  # 身份证号
    PHONE = "phone"  # 电话
    ADDRESS = "address"  # 地址


class ImportKind(StrEnum):
    """What the rows of a file are."""

    PERSONS = "persons"  # 居民
    UNITS = "units"  # 房屋


class RegisterPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a person on record, in the household where they have lived since `since`."""

    method: ClassVar[str] = "register_person"
    secrets: ClassVar[tuple[str, ...]] = ("name", "birthday", "id_number", "phone", "address")
    command_id: UUID
    person_id: UUID
    household: str
    relation: Relation
    since: date
    name: str
    birthday: date
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None


class MovePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person lives elsewhere from the day `on`; `household` is null for who has left the district."""

    method: ClassVar[str] = "move_person"
    command_id: UUID
    person_id: UUID
    household: str | None
    relation: Relation
    on: date


class ImportRows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take every row of a file (Excel or CSV), or none."""

    method: ClassVar[str] = "import_rows"
    secrets: ClassVar[tuple[str, ...]] = ("content",)
    command_id: UUID
    kind: ImportKind
    content: bytes


COMMANDS = (RegisterPerson, MovePerson, ImportRows)


class PersonReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A person's place as it is now."""

    person_id: UUID
    household: str | None


class RowFault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row cannot be taken: its number as a spreadsheet counts, the column, a word. Never a value."""

    row: int
    column: str
    code: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds; with a fault nothing of it is taken."""

    kind: str
    rows: int
    new: int
    known: int
    faults: tuple[RowFault, ...]


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person behind masks: `张*`, `140303********1234`, `138****0001`. Place and relation are today's."""

    person_id: UUID
    name: str
    born_in: int
    id_number: str | None
    phone: str | None
    address: str | None
    household: str | None
    relation: str | None
    since: date | None


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """Persons in the order of their households."""

    items: tuple[PersonView, ...]
    next_cursor: str | None


class PersonRevealed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for, without masks. That it was asked is on record."""

    person_id: UUID
    name: str | None = None
    birthday: date | None = None
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None


class RevealView(msgspec.Struct, frozen=True, kw_only=True):
    """Who was told what of a person, when (real time), and why."""

    at: datetime
    person_id: UUID
    revealed_to: str
    fields: tuple[str, ...]
    reason: str


class RevealPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest hundred, newest first."""

    items: tuple[RevealView, ...]


class OwnerView(msgspec.Struct, frozen=True, kw_only=True):
    """An owner: an organisation by its name, a person behind a mask."""

    owner_id: UUID
    name: str
    organisation: bool
    since: date


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of property with its owners of today."""

    unit_id: UUID
    code: str
    place: str
    use: str
    area_hundredths_m2: int
    owners: tuple[OwnerView, ...]


class UnitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Units in the order of their codes."""

    items: tuple[UnitView, ...]
    next_cursor: str | None


class CodeRequested(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code is on its way, should the phone be a resident's: whether it is, is not told."""

    request_id: UUID
    expires_at: datetime


class BodyKind(StrEnum):
    """The three bodies of a community 一委一居一中心: one of each."""

    PARTY_COMMITTEE = "party_committee"  # 社区党委
    RESIDENTS_COMMITTEE = "residents_committee"  # 居民委员会
    SERVICE_CENTRE = "service_centre"  # 社区服务中心


class BodyView(msgspec.Struct, frozen=True, kw_only=True):
    """One of a community's bodies."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    valid_from: date


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A resident group 居民小组 and how many households it has."""

    code: str
    name_zh: str
    name_en: str
    households: int


class CommunityView(msgspec.Struct, frozen=True, kw_only=True):
    """How a community is organised today."""

    code: str
    bodies: tuple[BodyView, ...]
    groups: tuple[GroupView, ...]
