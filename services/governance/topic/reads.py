"""Reading topics for views: the SQL of the queries. Nothing is locked."""

from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.topics import TopicPage, TopicState, TopicView
from services.governance.paging import Cursor, encode
from services.governance.topic.topic import Topic, may_be_decided

# What residents have only raised is not published: nobody has read it yet.
PUBLISHED = (TopicState.ADMITTED, TopicState.DECIDED)
_TOPICS = sa.text("""
SELECT * FROM topic
WHERE (CAST(:community AS text) IS NULL OR community = :community)
  AND state = ANY(:states)
  AND (CAST(:at AS timestamptz) IS NULL OR (raised_at, id) < (:at, :id))
ORDER BY raised_at DESC, id DESC LIMIT :limit
""")
_TOPIC = sa.text("SELECT * FROM topic WHERE id = :id AND state = ANY(:states)")


def page(
    connection: Connection,
    *,
    community: str | None,
    states: tuple[TopicState, ...],
    behind: Cursor | None,
    limit: int,
) -> TopicPage:
    """Return a page of topics, newest first."""
    given = {
        "community": community,
        "states": list(states),
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": limit + 1,
    }
    found = [msgspec.convert(row, Topic) for row in connection.execute(_TOPICS, given).mappings()]
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return TopicPage(
        items=tuple(view_of(topic) for topic in found[:limit]),
        next_cursor=None if last is None else encode(Cursor(last.raised_at, last.id)),
    )


def one(connection: Connection, topic_id: UUID, *, states: tuple[TopicState, ...]) -> Topic | None:
    """Return a topic in one of these states."""
    row = connection.execute(_TOPIC, {"id": topic_id, "states": list(states)}).mappings().first()
    return None if row is None else msgspec.convert(row, Topic)


def view_of(topic: Topic) -> TopicView:
    """Return a topic without anybody's account."""
    return TopicView(
        topic_id=topic.id,
        community=topic.community,
        subject=topic.subject,
        title=topic.title,
        text=topic.text,
        state=topic.state,
        raised_by=topic.raised_as,
        raised_at=topic.raised_at,
        supporters=topic.supporters,
        hearing_required=topic.hearing_required,
        may_be_decided=may_be_decided(topic),
        hearing_id=topic.hearing_id,
        case_id=topic.case_id,
        reason=topic.reason,
    )
