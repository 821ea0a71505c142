from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from contracts.commands import votes as asks
from contracts.commands.rules import Subject
from contracts.commands.votes import VoteView
from services.governance.vote import queries
from tests.support.voting import (
    ask,
    bind,
    cast,
    count,
    hear_roll,
    notice,
    pass_time,
    step,
    view,
)
from tests.unit.governance.a_vote import (
    DAY,
    VOTE,
    drafting,
    entries,
)
from tests.unit.governance.builders import an_id

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def elect_for(database: Database, choices: list[tuple[str, ...]]) -> VoteView:
    for number, choice in enumerate(choices):
        cast(database, number, choice=choice)
    count(database)
    step(database, asks.PublishResult)
    return view(database)


def draft_election(database: Database) -> None:
    names = ("张建国", "李秀英", "王桂兰")
    bind(database, subject=Subject.ELECTION, rule="CN-2026.election", candidates=names, seats=2)
    hear_roll(database, entries(12))
    pass_time(database, 5 * DAY + MINUTE)
    step(database, asks.FreezeRoll)
    notice(database, days=15)
    pass_time(database, 15 * DAY + 2 * MINUTE)


def test_the_committee_is_elected_and_the_seat_that_is_left_goes_to_a_run_off(database: Database) -> None:
    draft_election(database)
    assert cast(database, 0, choice=("1", "2", "3"))["code"] == "unknown_option"
    assert cast(database, 0, choice=("yes",))["code"] == "unknown_option"
    result = elect_for(database, [("1", "2")] * 5 + [("1", "3")] * 5)
    assert result.elected is not None
    assert (result.elected.elected, result.elected.tied, result.elected.vacant) == (("1",), (), 1)
    assert result.outcome is not None
    assert (result.outcome.passed, result.outcome.decided_by) == (True, "2p > n: 20 > 12")
    pass_time(database, 15 * DAY + MINUTE)
    early = drafting(vote_id=an_id("early"), subject=Subject.RUN_OFF, repeats=VOTE)
    assert ask(database, early)[0]["code"] == "not_repeatable"
    assert step(database, asks.CertifyVote)["state"] == "certified"
    assert ask(database, drafting(vote_id=an_id("run off"), subject=Subject.RUN_OFF, repeats=VOTE))
    run_off = queries.get_vote(database, an_id("run off"))
    assert ([each.name for each in run_off.candidates], run_off.seats) == (["李秀英", "王桂兰"], 1)
    assert run_off.options == ("2", "3")


@pytest.mark.parametrize(
    "change",
    [
        {"subject": Subject.ELECTION},
        {"subject": Subject.ELECTION, "candidates": ("张建国",), "seats": 1},
        {"subject": Subject.ELECTION, "candidates": ("张建国", "李秀英"), "seats": 0},
        {"candidates": ("张建国", "李秀英")},
        {"seats": 2},
        {"subject": Subject.RUN_OFF, "candidates": ("张建国", "李秀英")},
    ],
)
def test_an_election_has_more_candidates_than_seats_and_a_question_none(
    database: Database, change: dict[str, Any]
) -> None:
    assert ask(database, drafting(**change))[0]["code"] == "candidates_unfit"
    of_nothing = drafting(subject=Subject.RUN_OFF)
    assert ask(database, of_nothing)[0]["code"] == "not_repeatable"
