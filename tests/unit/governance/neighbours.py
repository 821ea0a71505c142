"""People of a community and its topics, for the tests of governance."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from contracts.commands.topics import AdmitTopic, RaiseTopic, TopicState
from services.governance.topic.topic import Raiser, Topic, raise_topic
from tests.unit.governance.builders import an_id, somebody

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
RESIDENT = somebody("resident", "resident", community="c01")
NEIGHBOUR = somebody("neighbour", "resident", community="c01")
STRANGER = somebody("stranger", "resident", community="c02")
COMMITTEE = somebody("committee", "committee", community="c01")
OTHER_COMMITTEE = somebody("other committee", "committee", community="c02")
CLERK = somebody("clerk", "clerk", community="c01")
TITLE = "小区内兴办幼儿园"
WORDS = "小区适龄儿童较多，建议利用闲置的锅炉房旧址兴办一所幼儿园。"
WHY = "属居民会议讨论决定的事项，予以受理。"


def raising(**changes: Any) -> RaiseTopic:
    given: dict[str, Any] = {
        "command_id": an_id("raise"),
        "topic_id": an_id("topic"),
        "subject": "public_facility",
        "title": TITLE,
        "text": WORDS,
    }
    return RaiseTopic(**{**given, **changes})


def admitting(**changes: Any) -> AdmitTopic:
    given: dict[str, Any] = {"command_id": an_id("admit"), "topic_id": an_id("topic"), "reason": WHY}
    return AdmitTopic(**{**given, **changes})


def a_topic(state: TopicState = TopicState.RAISED, **changes: Any) -> Topic:
    raiser = Raiser(UUID(RESIDENT.subject), "resident", "c01")
    raised = raise_topic(raising(), raiser, now=NOW)
    return msgspec.structs.replace(raised, state=state, **changes)
