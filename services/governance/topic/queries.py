"""What can be asked about topics, and who sees which."""

from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands.topics import Subjects, SubjectView, TopicPage, TopicState, TopicView
from services.governance import paging
from services.governance.standing import sees
from services.governance.topic import reads
from services.governance.topic.errors import UnknownTopic
from services.governance.topic.subjects import SUBJECTS


def subjects() -> Subjects:
    """Return what topics can be about."""
    return Subjects(
        items=tuple(
            SubjectView(code=each.code, name_zh=each.name_zh, name_en=each.name_en, hearing=each.hearing)
            for each in SUBJECTS.values()
        )
    )


def published(
    database: Database, *, community: str | None = None, cursor: str | None = None, limit: int = 20
) -> TopicPage:
    """Return the topics that were admitted, for everybody. Raises: Invalid, MalformedCursor."""
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, states=reads.PUBLISHED, behind=behind, limit=most)


def one_published(database: Database, topic_id: UUID) -> TopicView:
    """Return one topic that was admitted. Raises: UnknownTopic."""
    with database.reading() as connection:
        topic = reads.one(connection, topic_id, states=reads.PUBLISHED)
    if topic is None:
        raise UnknownTopic
    return reads.view_of(topic)


def of_community(
    database: Database,
    principal: Principal,
    *,
    community: str,
    cursor: str | None = None,
    limit: int = 20,
) -> TopicPage:
    """Return every topic of one's own community. Raises: Forbidden, Invalid, MalformedCursor."""
    if not sees(principal, community):
        raise Forbidden("this community is not yours")
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(
            connection, community=community, states=tuple(TopicState), behind=behind, limit=most
        )
