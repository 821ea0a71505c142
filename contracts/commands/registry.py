"""What registry can be asked, and what it answers."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec


class OpenAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open an account with roles and place. `password` has 12 to 128 characters."""

    method: ClassVar[str] = "open_account"
    # Fields of which not even a hash is kept with the command.
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    command_id: UUID
    account_id: UUID
    login: str
    display_name: str
    password: str
    roles: tuple[str, ...]
    community: str | None = None
    grid: str | None = None
    department: str | None = None


class CheckPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query, not a command: is this the password? Never logged."""

    method: ClassVar[str] = "check_password"
    login: str
    password: str


COMMANDS = (OpenAccount,)


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is: what the gateway keeps in a session."""

    account_id: UUID
    login: str
    display_name: str
    roles: tuple[str, ...]
    community: str | None
    grid: str | None
    department: str | None


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of the tree on the day asked for."""

    code: str
    tier: str
    parent: str | None
    name_zh: str
    name_en: str
    fictional: bool
    valid_from: date
    valid_to: date | None


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One category; first-level ones have no parent, kind, department, urgency or limit."""

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    kind: str | None
    department: str | None
    urgency: str | None
    limit: str | None
    small: bool


class DepartmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One department."""

    code: str
    name_zh: str
    name_en: str
    former: str


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """How one year is worked: Monday to Friday, but for `holidays` and `working_weekends`.

    A provisional year is not published yet. `working_days` counts those of the whole year.
    """

    year: int
    version: str
    provisional: bool
    holidays: tuple[date, ...]
    working_weekends: tuple[date, ...]
    working_days: int
