"""Mandates: whoever is away has another elector vote, once for every entitlement."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from contracts.commands import votes as asks
from contracts.commands.elections import MandateView
from contracts.commands.rules import Subject
from services.governance.election.queries import mandates
from services.governance.vote import queries
from services.governance.vote.errors import UnknownVote
from tests.support.electing import cast, count, freeze, lead, mandate, name, notice, open_vote, seen
from tests.support.messages import rows
from tests.unit.governance.a_vote import VOTE, elector, entitlement
from tests.unit.governance.builders import an_id, somebody


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def an_election(database: Database) -> None:
    freeze(database)
    name(database, 0, 1, 2)


def test_the_holder_casts_one_ballot_for_every_entitlement(database: Database) -> None:
    an_election(database)
    for giver in (4, 5, 6):
        assert mandate(database, giver, 3)["state"] == "roll_frozen"
    open_vote(database)
    mine = queries.entitlements(database, elector(3), VOTE).items
    expected = {entitlement(3): False, **{entitlement(giver): True for giver in (4, 5, 6)}}
    assert {each.entitlement_id: each.by_mandate for each in mine} == expected
    assert cast(database, 3, "c0")["standing"] == "counted"
    for giver in (4, 5, 6):
        assert cast(database, giver, "c1", by=elector(3))["standing"] == "counted"
        assert cast(database, giver, "c1", by=elector(3))["code"] == "participated"
    assert cast(database, 7, "c1", by=elector(3))["code"] == "not_on_roll"
    assert cast(database, 3, "c1", by=elector(4))["code"] == "not_on_roll"
    assert rows(database, "SELECT count(*) FROM participation") == [(4,)]
    for number in (7, 8, 9):
        cast(database, number, "c2")
    assert count(database) == "preliminary"
    lead(database, asks.PublishResult)
    totals = seen(database).totals
    assert totals is not None
    assert totals.options == {"c0": 1, "c1": 3, "c2": 3}


def test_whoever_comes_first_of_giver_and_holder_has_voted(database: Database) -> None:
    an_election(database)
    mandate(database, 4, 3)
    mandate(database, 5, 3)
    open_vote(database)
    assert cast(database, 4, "c0")["standing"] == "counted"
    assert cast(database, 4, "c1", by=elector(3))["code"] == "participated"
    assert cast(database, 5, "c1", by=elector(3))["standing"] == "counted"
    assert cast(database, 5, "c0")["code"] == "participated"


def test_the_list_of_mandates_is_public_and_names_no_account(database: Database) -> None:
    an_election(database)
    mandate(database, 5, 3)
    mandate(database, 4, 3)
    told = mandates(database, VOTE)
    assert told.items == (
        MandateView(giver="选民4", holder="选民3"),
        MandateView(giver="选民5", holder="选民3"),
    )
    with pytest.raises(UnknownVote):
        mandates(database, an_id("no vote"))
    log = repr(rows(database, "SELECT * FROM outbox")) + repr(rows(database, "SELECT * FROM vote_timeline"))
    assert "选民4" not in log
    assert elector(4).subject not in log


def test_a_mandate_that_the_law_does_not_know_is_refused(database: Database) -> None:
    """居委会组织法 (2026) article 19: written, three at most, none held by a candidate."""
    freeze(database)
    assert mandate(database, 4, 3)["code"] == "no_candidates"
    name(database, 0, 1, 2)
    for giver in (4, 5, 6):
        mandate(database, giver, 3)
    stranger = UUID(somebody("stranger", "resident", community="c01").subject)
    assert mandate(database, 7, 3)["code"] == "invalid"
    assert mandate(database, 4, 8)["code"] == "conflict"
    assert mandate(database, 7, 0)["code"] == "invalid"
    assert mandate(database, 7, 7)["code"] == "invalid"
    assert mandate(database, 7, 8, giver=stranger)["code"] == "invalid"
    assert mandate(database, 7, 8, holder=stranger)["code"] == "invalid"
    assert mandate(database, 7, 8, sha256="")["code"] == "invalid"
    assert mandate(database, 7, 8, giver_name="")["code"] == "text_too_short"
    for by in (elector(7), somebody("neighbour", "committee", community="c02")):
        assert mandate(database, 7, 8, by=by)["code"] == "forbidden"
    assert len(mandates(database, VOTE).items) == 3


def test_mandates_are_given_until_the_vote_opens_and_no_holder_becomes_a_candidate(
    database: Database,
) -> None:
    an_election(database)
    mandate(database, 4, 3)
    assert name(database, 0, 1, 3)["code"] == "invalid"
    notice(database)
    assert mandate(database, 5, 3)["state"] == "noticed"
    assert [each.code for each in seen(database).candidates] == ["c0", "c1", "c2"]


def test_once_it_is_open_nobody_gives_a_mandate(database: Database) -> None:
    an_election(database)
    open_vote(database)
    assert mandate(database, 4, 3)["code"] == "illegal_transition"


def test_a_recall_knows_mandates_and_a_question_none(database: Database) -> None:
    freeze(database, rule="CN-2026.recall", subject=Subject.RECALL, seats=None)
    assert mandate(database, 4, 3)["state"] == "roll_frozen"
    question = an_id("question")
    draft = {"subject": Subject.QUESTION, "seats": None, "vote_id": question}
    freeze(database, rule="CN-2026.residents", count=20, **draft)
    assert mandate(database, 4, 3, vote=question)["code"] == "invalid"
    # Who is on the question's roll alone gives none in the recall.
    assert mandate(database, 15, 3)["code"] == "invalid"
