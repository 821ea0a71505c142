"""What notify can be asked, and what it answers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class MarkRead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller has read these messages of theirs, 1 to 100."""

    method: ClassVar[str] = "mark_read"
    command_id: UUID
    message_ids: tuple[UUID, ...]


COMMANDS = (MarkRead,)


class ReadReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """These messages are read."""

    message_ids: tuple[UUID, ...]


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One in-app message 站内信. `template` names the text in the client's catalogue."""

    message_id: UUID
    template: str
    text_zh: str
    text_en: str
    case_id: UUID
    number: str
    at: datetime
    read: bool


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a person's messages, newest first."""

    items: tuple[MessageView, ...]
    next_cursor: str | None
    unread: int
