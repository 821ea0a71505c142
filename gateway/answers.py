"""What the gateway answers by itself; everything else is the services' own view."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.dispatch import OrderView
from contracts.commands.intake import CaseView
from contracts.commands.registry import CategoryView, DepartmentView, PlaceView


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, with roles and place."""

    account_id: str
    display_name: str
    roles: tuple[str, ...]
    community: str | None
    grid: str | None
    department: str | None


class SessionOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A session. The token is told this once; browsers keep the cookie instead."""

    token: str
    expires_at: datetime
    account: Account


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The session that is asking. `kind` is `staff` or `department`."""

    kind: str
    expires_at: datetime
    account: Account


class MediaStored(msgspec.Struct, frozen=True, kw_only=True):
    """An upload. `sha256` (hex) is that of the bytes that are shown; sizes are in pixels."""

    media_id: UUID
    sha256: str
    kind: str
    mime: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_ms: int | None


class DepartmentOrder(OrderView, frozen=True, kw_only=True):
    """An order with the case behind it; `case` is null once the case has gone to another department."""

    case: CaseView | None


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Units of the tree."""

    items: tuple[PlaceView, ...]


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """Categories of both levels."""

    items: tuple[CategoryView, ...]


class Departments(msgspec.Struct, frozen=True, kw_only=True):
    """Departments."""

    items: tuple[DepartmentView, ...]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether this process can do its work."""

    status: str
    checks: dict[str, bool]
