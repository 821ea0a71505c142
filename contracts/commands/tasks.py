"""What a department can ask of a residents' committee: what is on the entry list 准入清单 alone."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class ProposeTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department asks a residents' committee for help with something on the entry list.

    `funding_fen` is what goes with it 费随事转, in fen.
    """

    method: ClassVar[str] = "propose_task"
    command_id: UUID
    task_id: UUID
    community: str
    item: str
    text: str
    due_on: date
    funding_fen: int = 0


COMMANDS = (ProposeTask,)


class TaskReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A task was taken: it is on the list."""

    task_id: UUID


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be asked of residents' committees, and by which departments."""

    code: str
    name_zh: str
    name_en: str
    departments: tuple[str, ...]
    basis: str


class EntryList(msgspec.Struct, frozen=True, kw_only=True):
    """The entry list, in its own order."""

    items: tuple[EntryView, ...]


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """A task that a department has asked of a residents' committee."""

    task_id: UUID
    department: str
    community: str
    item: str
    text: str
    due_on: date
    funding_fen: int
    proposed_at: datetime


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks, newest first."""

    items: tuple[TaskView, ...]
    next_cursor: str | None
