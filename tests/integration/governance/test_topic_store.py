from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, MalformedCursor
from contracts.commands.topics import (
    DeclineTopic,
    RaiseTopic,
    RetractSupport,
    SupportTopic,
    WithdrawTopic,
)
from contracts.events.intake import CaseReported
from services.governance.topic import queries
from services.governance.topic.errors import UnknownTopic
from tests.integration.governance.asking import ask, tell
from tests.support.messages import rows, sent
from tests.unit.governance.builders import DISPATCHER, an_id, somebody
from tests.unit.governance.neighbours import (
    CLERK,
    COMMITTEE,
    NEIGHBOUR,
    OTHER_COMMITTEE,
    RESIDENT,
    STRANGER,
    WHY,
    WORDS,
    admitting,
    raising,
)

TOPIC = an_id("topic")
NO_PLACE = somebody("resident of nowhere", "resident")


def signing(name: str = "sign", cls: type[Any] = SupportTopic) -> Any:
    return cls(command_id=an_id(name), topic_id=TOPIC)


def reported(community: str = "c01", reporter: UUID | None = None) -> CaseReported:
    return CaseReported(
        case_id=an_id("case"),
        number="140303-20260302-000001",
        community=community,
        grid=f"{community}-g01",
        cycle=1,
        reporter_id=reporter,
        at=datetime(2026, 3, 1, tzinfo=UTC),
        category="1101",
        kind=None,
        urgency=None,
        channel="app",
        reported_by="resident",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_a_topic_goes_from_a_resident_to_the_public(database: Database) -> None:
    assert ask(database, raising(), RESIDENT)["state"] == "raised"
    assert queries.published(database).items == ()
    with pytest.raises(UnknownTopic):
        queries.one_published(database, TOPIC)
    (raised,) = queries.of_community(database, NEIGHBOUR, community="c01").items
    assert (raised.text, raised.raised_by, raised.hearing_required) == (WORDS, "resident", True)
    assert ask(database, signing(), NEIGHBOUR)["supporters"] == 1
    admitted = ask(database, admitting(), COMMITTEE)
    assert (admitted["state"], admitted["supporters"], admitted["version"]) == ("admitted", 1, 3)
    shown = queries.one_published(database, TOPIC)
    assert (shown.reason, shown.may_be_decided) == (WHY, False)
    assert [each.topic_id for each in queries.published(database, community="c01").items] == [TOPIC]
    assert queries.published(database, community="c02").items == ()
    record = rows(database, "SELECT step, state, role FROM civic_record ORDER BY position")
    assert record == [("raise", "raised", "resident"), ("admit", "admitted", "committee")]
    assert sent(database) == []


def test_one_person_has_one_signature_whatever_is_sent(database: Database) -> None:
    ask(database, raising(), RESIDENT)
    assert ask(database, signing(), NEIGHBOUR) == ask(database, signing(), NEIGHBOUR)
    assert ask(database, signing("again"), NEIGHBOUR)["code"] == "supported_before"
    assert ask(database, signing("mine"), RESIDENT)["supporters"] == 2
    assert ask(database, signing("back", RetractSupport), RESIDENT)["supporters"] == 1
    assert ask(database, signing("back again", RetractSupport), RESIDENT)["code"] == "not_supported"
    assert rows(database, "SELECT count(*) FROM topic_support WHERE stands") == [(1,)]


@pytest.mark.parametrize("principal", [STRANGER, OTHER_COMMITTEE, NO_PLACE, CLERK, DISPATCHER, None])
def test_nobody_else_acts_on_a_communitys_topic(database: Database, principal: Principal | None) -> None:
    ask(database, raising(), RESIDENT)
    asked = (
        signing(),
        signing("withdraw", WithdrawTopic),
        admitting(),
        DeclineTopic(command_id=an_id("decline"), topic_id=TOPIC, reason=WHY),
    )
    assert [ask(database, each, principal).get("code") for each in asked] == ["forbidden"] * 4
    assert rows(database, "SELECT state, supporters FROM topic") == [("raised", 0)]


@pytest.mark.parametrize("principal", [NO_PLACE, CLERK, DISPATCHER, None])
def test_a_topic_is_raised_by_who_lives_there_or_its_committee(
    database: Database, principal: Principal | None
) -> None:
    assert ask(database, raising(), principal)["code"] == "forbidden"
    assert rows(database, "SELECT 1 FROM topic") == []


def test_whoever_raised_a_topic_alone_withdraws_it(database: Database) -> None:
    ask(database, raising(), RESIDENT)
    for principal in (NEIGHBOUR, COMMITTEE):
        assert ask(database, signing("withdraw", WithdrawTopic), principal)["code"] == "forbidden"
    assert ask(database, signing("withdraw", WithdrawTopic), RESIDENT)["state"] == "withdrawn"
    assert ask(database, signing(), NEIGHBOUR)["code"] == "illegal_transition"
    assert ask(database, admitting(), COMMITTEE)["code"] == "illegal_transition"


@pytest.mark.parametrize(
    ("principal", "case", "code"),
    [
        (RESIDENT, reported(reporter=an_id("resident")), None),
        (RESIDENT, reported(reporter=an_id("neighbour")), "not_found"),
        (RESIDENT, reported(), "not_found"),
        (COMMITTEE, reported(), None),
        (COMMITTEE, reported("c02"), "not_found"),
        (RESIDENT, None, "not_found"),
    ],
)
def test_a_resident_promotes_a_case_of_their_own_and_the_committee_one_of_its_community(
    database: Database, principal: Principal, case: CaseReported | None, code: str | None
) -> None:
    if case is not None:
        tell(database, case, sequence=1)
    assert ask(database, raising(case_id=an_id("case")), principal).get("code") == code


def test_a_topics_id_is_used_once(database: Database) -> None:
    ask(database, raising(), RESIDENT)
    again: RaiseTopic = raising(command_id=an_id("raise again"))
    assert ask(database, again, RESIDENT)["code"] == "conflict"
    assert ask(database, signing("nothing", WithdrawTopic), RESIDENT)["state"] == "withdrawn"
    unknown = SupportTopic(command_id=an_id("unknown"), topic_id=an_id("unknown"))
    assert ask(database, unknown, RESIDENT)["code"] == "not_found"


def test_the_database_itself_keeps_a_listed_topic_from_being_decided_unheard(database: Database) -> None:
    ask(database, raising(), RESIDENT)
    with pytest.raises(sa.exc.IntegrityError, match="topic_heard_first"), database.engine.begin() as at:
        at.execute(sa.text("UPDATE topic SET state = 'decided'"))


def test_topics_come_in_pages_newest_first(database: Database) -> None:
    for number in range(5):
        topic_id = an_id(f"topic {number}")
        ask(database, raising(command_id=an_id(f"raise {number}"), topic_id=topic_id), RESIDENT)
        ask(database, admitting(command_id=an_id(f"admit {number}"), topic_id=topic_id), COMMITTEE)
    first = queries.published(database, limit=3)
    second = queries.published(database, cursor=first.next_cursor, limit=3)
    seen = [each.topic_id for each in (*first.items, *second.items)]
    assert seen == [an_id(f"topic {number}") for number in (4, 3, 2, 1, 0)]
    assert second.next_cursor is None
    for cursor in ("", "x", "é", "a" * 201, "W10"):
        with pytest.raises(MalformedCursor):
            queries.published(database, cursor=cursor)
    for limit in (0, 101):
        with pytest.raises(Invalid):
            queries.published(database, limit=limit)


@pytest.mark.parametrize("principal", [STRANGER, OTHER_COMMITTEE, NO_PLACE, somebody("h", "hotline")])
def test_what_was_only_raised_is_seen_at_home_and_by_the_district(
    database: Database, principal: Principal
) -> None:
    ask(database, raising(), RESIDENT)
    with pytest.raises(Forbidden):
        queries.of_community(database, principal, community="c01")
    for reader in (RESIDENT, COMMITTEE, CLERK, DISPATCHER):
        assert len(queries.of_community(database, reader, community="c01").items) == 1
