"""What the gateway answers by itself; everything else is the services' own view."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.case_views import CaseView
from contracts.commands.intake import CaseReceipt
from contracts.commands.orders import OrderPage, OrderView
from contracts.commands.registry import CategoryView, DepartmentView, PlaceView
from contracts.vocabulary import Point
from gateway.errors import ProblemDocument
from gateway.filters import SavedFilter


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


class UploadState(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that can be resumed at `offset_bytes`; `media` once it is whole and taken in."""

    upload_id: UUID
    offset_bytes: int
    length_bytes: int
    expires_at: datetime
    media: MediaStored | None


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence with links that open it without a session until `expires_at`.

    `stage` is `report`, `result` or `check`; `poster_url` is a video's alone. What is null is not
    there: a file that was lost keeps its place in the list, and its hash.
    """

    media_id: UUID
    kind: str
    stage: str
    cycle: int
    sha256: str
    mime: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    url: str | None = None
    poster_url: str | None = None
    expires_at: datetime | None = None


class EvidenceFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence of a case as the caller may see it, in the order in which it came.

    `exactly` says whether the caller may know where each was taken.
    """

    items: tuple[EvidenceFile, ...]
    exactly: bool


class MediaPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where (WGS-84) and when a photo or a video was taken, by its own word; null where it does not say."""

    media_id: UUID
    point: Point | None
    taken_at: datetime | None


class DepartmentOrder(OrderView, frozen=True, kw_only=True):
    """An order with the case behind it; `case` is null once the case has gone to another department."""

    case: CaseView | None


class Approvals(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the dispatcher: orders with something asked for, and orders to redirect."""

    asked: OrderPage
    redirect: OrderPage


class BulkOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case: `status` as it would be answered alone, with a receipt or a problem."""

    case_id: UUID
    status: int
    receipt: CaseReceipt | None = None
    problem: ProblemDocument | None = None


class BulkDone(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every case, in the order in which they were sent."""

    items: tuple[BulkOutcome, ...]


class SavedFilters(msgspec.Struct, frozen=True, kw_only=True):
    """An account's saved filters, by name."""

    items: tuple[SavedFilter, ...]


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
