"""What notify can be asked, and what it answers."""

from datetime import datetime
from uuid import UUID

import msgspec


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
