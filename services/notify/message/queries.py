"""What a person can ask about their messages."""

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.notify import MessagePage, MessageView
from services.notify.message import cursor as cursors
from services.notify.message import repository
from services.notify.message.errors import UnfitNumber
from services.notify.message.message import reader_of
from services.notify.message.repository import Line
from services.notify.message.templates import UNCLASSIFIED, Text, render
from services.notify.reference.repository import Category, names

PAGE = 20
LARGEST_PAGE = 100


def list_messages(
    database: Database, principal: Principal, *, cursor: str | None, limit: int, unread_only: bool
) -> MessagePage:
    """Return a page of the caller's messages, newest first.

    Raises: NotAPerson, UnfitNumber, MalformedCursor.
    """
    person = reader_of(principal)
    if not 1 <= limit <= LARGEST_PAGE:
        raise UnfitNumber(f"from 1 to {LARGEST_PAGE}", field="limit")
    below = None if cursor is None else cursors.decode(cursor)
    with database.reading() as connection:
        found = repository.page(connection, person, unread_only=unread_only, below=below, limit=limit + 1)
        lines = found[:limit]
        categories = names(connection, sorted({line.category for line in lines if line.category}))
        unread = repository.count_unread(connection, person)
    more = len(found) > limit
    last = lines[-1] if more else None
    return MessagePage(
        items=tuple(view(line, categories.get(line.category or "")) for line in lines),
        next_cursor=None if last is None else cursors.encode(cursors.Cursor(last.at, last.position)),
        unread=unread,
    )


def view(line: Line, category: Category | None) -> MessageView:
    """Return a message with its text. A category whose name is not known here goes by its code."""
    text = render(line.template, number=line.number, category=_named(line, category))
    return MessageView(
        message_id=line.message_id,
        template=line.template.value,
        text_zh=text.zh,
        text_en=text.en,
        case_id=line.case_id,
        number=line.number,
        at=line.at,
        read=line.read_at is not None,
    )


def _named(line: Line, category: Category | None) -> Text:
    if category is not None:
        return Text(category.name_zh, category.name_en)
    return UNCLASSIFIED if line.category is None else Text(line.category, line.category)
