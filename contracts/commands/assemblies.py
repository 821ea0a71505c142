"""What is decided and becomes work, and how far that has come."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a decision wants done in a grid, by the department that the category leads to.

    `due_on` is the date that was decided; the department's own limit runs by the category.
    """

    grid: str
    category: str
    text: str
    due_on: date | None = None


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision's action and its case. `origin` says what has decided: `origin_id` is its id.

    `number` and `case_state` are null until intake has told of the case.
    """

    case_id: UUID
    resolution_id: UUID
    origin: str
    origin_id: UUID
    community: str
    grid: str
    category: str
    text: str
    due_on: date | None
    certified_at: datetime
    number: str | None
    case_state: str | None
    moved_at: datetime | None
    done: bool


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """Decided work, newest first."""

    items: tuple[WorkView, ...]
    next_cursor: str | None
