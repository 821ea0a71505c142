"""What dispatch shows of orders: an order with its parts, requests and ending, deadlines, the matrix."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One department's part in an order, the lead's too. `state` is `open`, `done` or `excused`.

    `due_at` is None while the clock stands; `card` is what was shown for it. `result_text` and
    `evidence` are shown where the part has a result of its own.
    """

    department: str
    part: str
    state: str
    due_at: datetime | None = None
    provisional: bool = False
    card: str | None = None
    result_id: UUID | None = None
    result_text: str | None = None
    evidence: tuple[Evidence, ...] = ()


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """What the lead asks and the dispatcher has not answered: `kind` is `extension` or `suspension`.

    An extension has `days`, a suspension `reason` and `review_on`; `text` are the words of its statement.
    """

    kind: str
    asked_at: datetime
    days: int | None = None
    text: str | None = None
    reason: str | None = None
    review_on: date | None = None


class EndingView(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order was returned or recalled. `suggested` is the department that the returning one names."""

    at: datetime
    text: str | None = None
    legal_basis: str | None = None
    suggested: str | None = None


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the ledger, which is never changed. `party` is a department, lead or co-handler.

    `provisional` says that a year of it had no published calendar; `calendar_version` names the one used.
    """

    order_id: UUID
    cycle: int
    party: str
    due_at: datetime
    reason: str
    recorded_at: datetime
    calendar_version: str
    provisional: bool = False


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Every deadline that a case has had, oldest first: the latest of a party holds."""

    case_id: UUID
    items: tuple[DeadlineView, ...]


class ResponsibilityView(msgspec.Struct, frozen=True, kw_only=True):
    """A category is a department's task from a day on, up to, not including, `valid_to`."""

    category: str
    department: str
    kind: str
    urgency: str
    limit: str
    valid_from: date
    valid_to: date | None


class Responsibilities(msgspec.Struct, frozen=True, kw_only=True):
    """The responsibility matrix 责任清单: as it was on a day, or all that one category has had."""

    items: tuple[ResponsibilityView, ...]


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One work order as its department or the dispatcher sees it.

    `due_at` is the caller's own where the caller is a department, else the lead's; None while the
    clock stands. `asked` waits for the dispatcher; `denied_text` is why that was denied last; `ending`
    says why it was returned or recalled; a `sandbox` order has no case.
    """

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
    due_at: datetime | None = None
    provisional: bool = False
    card: str | None = None
    review_on: date | None = None
    designated: bool = False
    again: int = 0
    parts: tuple[PartView, ...] = ()
    asked: RequestView | None = None
    denied_text: str | None = None
    ending: EndingView | None = None
    sandbox: bool = False


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of orders in the order asked for; `next_cursor` None on the last page."""

    items: tuple[OrderView, ...]
    next_cursor: str | None
