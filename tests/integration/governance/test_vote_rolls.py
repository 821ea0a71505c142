from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import votes as asks
from contracts.commands.votes import About, BallotMode
from services.governance.service import COMMANDS
from services.governance.vote import queries
from tests.support.messages import a_command, answer_of, data_of, sent
from tests.support.voting import (
    RESIDENTS,
    ask,
    bind,
    freeze,
    hear_roll,
    notice,
    now,
    pass_time,
    step,
    view,
)
from tests.unit.governance.a_vote import (
    COMMITTEE,
    DAY,
    ROLL,
    VOTE,
    drafting,
    elector,
    entitlement,
    entries,
)
from tests.unit.governance.builders import DISPATCHER, an_id, somebody

MINUTE = timedelta(minutes=1)
TODAY = date(2026, 3, 1)
WORDS = "名册中缺少三号楼的两户居民。"
REASON = "经核对确有遗漏。"


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def test_a_roll_that_is_not_what_it_says_is_shown_as_such_and_asked_for_anew(database: Database) -> None:
    bind(database)
    assert step(database, asks.RequestRoll, as_of=TODAY)["code"] == "roll_under_way"
    hear_roll(database, entries(12), root="0" * 64)
    roll = view(database).roll
    assert roll is not None
    assert (view(database).state, roll.fault) == ("roll_requested", "root")
    assert step(database, asks.FreezeRoll)["code"] == "illegal_transition"
    assert step(database, asks.RequestRoll, as_of=TODAY)["state"] == "roll_requested"
    second = data_of(sent(database)[-1])["roll_id"]
    assert second != str(ROLL)
    hear_roll(database, entries(12), roll_id=second)
    assert view(database).state == "roll_published"


def test_a_roll_is_made_as_of_a_day_that_has_come(database: Database) -> None:
    ask(database, drafting())
    step(database, asks.BindRule, rule=RESIDENTS)
    day = now(database).date() + 2 * DAY
    assert step(database, asks.RequestRoll, as_of=day)["code"] == "invalid"
    assert sent(database) == []


def test_an_entry_that_was_changed_in_the_database_keeps_the_roll_from_freezing(database: Database) -> None:
    bind(database)
    hear_roll(database, entries(12))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM roll_entry WHERE entitlement_id = %s", (entitlement(3),))
    assert step(database, asks.FreezeRoll) | {"detail": ""} == {
        "code": "roll_differs",
        "detail": "",
        "fields": {"field": "count"},
    }


@pytest.mark.parametrize(("mode", "code"), [(BallotMode.SECRET, "too_few_electors"), (BallotMode.OPEN, None)])
def test_under_ten_electors_nothing_is_secret(database: Database, mode: BallotMode, code: str | None) -> None:
    bind(database, mode=mode)
    hear_roll(database, entries(9))
    assert step(database, asks.FreezeRoll).get("code") == code


def test_an_objection_to_the_roll_is_ruled_on_and_put_right_before_it_is_frozen(database: Database) -> None:
    bind(database)
    hear_roll(database, entries(11))
    objection = {"objection_id": an_id("objection"), "text": WORDS}
    stranger = somebody("stranger", "resident", community="c02")
    assert step(database, asks.ObjectToVote, by=stranger, **objection)["code"] == "forbidden"
    assert step(database, asks.ObjectToVote, by=elector(1), **objection)["about"] == "roll"
    assert step(database, asks.FreezeRoll)["code"] == "objections_open"
    ruling = {"objection_id": an_id("objection"), "upheld": True, "reason": REASON}
    assert step(database, asks.AnswerObjection, by=elector(1), **ruling)["code"] == "forbidden"
    assert step(database, asks.AnswerObjection, **ruling)["upheld"] is True
    assert step(database, asks.AnswerObjection, **ruling)["code"] == "already_resolved"
    assert step(database, asks.FreezeRoll)["code"] == "objection_upheld"
    step(database, asks.RequestRoll, as_of=TODAY)
    hear_roll(database, entries(12), roll_id=data_of(sent(database)[-1])["roll_id"])
    assert step(database, asks.FreezeRoll)["state"] == "roll_frozen"
    (answered,) = view(database).objections
    assert (answered.about, answered.upheld, answered.reason) == (About.ROLL, True, REASON)


def test_the_words_of_an_objection_are_for_its_maker_and_for_who_answers_it(database: Database) -> None:
    bind(database)
    hear_roll(database, entries(12))
    step(database, asks.ObjectToVote, by=elector(1), objection_id=an_id("objection"), text=WORDS)
    for reader, seen in (
        (elector(1), [(WORDS, True)]),
        (COMMITTEE, [(WORDS, False)]),
        (DISPATCHER, []),
        (elector(2), []),
        (somebody("neighbour", "committee", community="c02"), []),
    ):
        items = queries.objections(database, reader, VOTE).items
        expected = [(WORDS, False)] if reader is DISPATCHER else seen
        assert [(each.text, each.mine) for each in items] == expected


def test_the_electoral_roll_stands_for_five_days_of_objections(database: Database) -> None:
    """居委会组织法 (2026) article 17: the roll 20 days before, objections within 5."""
    freeze(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE vote SET state = 'roll_published', "
            'rule = rule || \'{"objection_days": 5, "roll_days": 20, "notice_days": 0, "ruling_days": 3}\''
        )
    assert step(database, asks.FreezeRoll)["code"] == "too_early"
    raised = step(database, asks.ObjectToVote, by=elector(1), objection_id=an_id("in time"), text=WORDS)
    assert raised["about"] == "roll"
    (objection,) = view(database).objections
    assert objection.due_at == objection.raised_at + 3 * DAY
    ruling = {"objection_id": an_id("in time"), "upheld": False, "reason": REASON}
    step(database, asks.AnswerObjection, **ruling)
    pass_time(database, 5 * DAY + MINUTE)
    late = step(database, asks.ObjectToVote, by=elector(1), objection_id=an_id("late"), text=WORDS)
    assert late["code"] == "too_late"
    assert step(database, asks.FreezeRoll)["state"] == "roll_frozen"
    assert notice(database, days=10)["code"] == "too_early"
    assert notice(database, days=15)["state"] == "noticed"


def test_an_owner_who_lives_elsewhere_may_object_and_a_stranger_not(database: Database) -> None:
    bind(database)
    hear_roll(database, entries(12))
    elsewhere = elector(1)
    moved = Principal(subject=elsewhere.subject, roles=elsewhere.roles, scope={"community": "c02"})
    stranger = somebody("stranger", "resident", community="c02")
    said = {"objection_id": an_id("objection"), "text": WORDS}
    assert step(database, asks.ObjectToVote, by=stranger, **said)["code"] == "forbidden"
    assert step(database, asks.ObjectToVote, by=moved, **said)["about"] == "roll"


def test_an_objection_that_comes_together_with_the_freezing_is_not_passed_over(database: Database) -> None:
    bind(database)
    hear_roll(database, entries(12))
    objecting = asks.ObjectToVote(
        command_id=an_id("object"), vote_id=VOTE, objection_id=an_id("o"), text=WORDS
    )
    freezing = asks.FreezeRoll(command_id=an_id("freeze"), vote_id=VOTE)
    bodies = COMMANDS.process(database, [a_command(objecting, elector(0)), a_command(freezing, COMMITTEE)])
    assert answer_of(bodies[0])["upheld"] is None
    assert answer_of(bodies[1])["code"] == "objections_open"
