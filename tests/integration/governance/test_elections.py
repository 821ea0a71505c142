"""Elections: who stands, who has the seats, who is voted on again; and recalls."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from qiaotou_verifier.bundle import read
from qiaotou_verifier.run_offs import run_off
from qiaotou_verifier.votes import Asked, State, verify_vote

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.signing import SigningKey
from contracts.commands import votes as asks
from contracts.commands.bundles import Audience
from contracts.commands.elections import NameCandidates, NominatedBy
from contracts.commands.rules import Subject
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.vote import bundle_queries, signing
from tests.support.electing import (
    AGAIN,
    ELECTION,
    RUN_OFF,
    a_candidate,
    cast,
    cast_all,
    count,
    freeze,
    lead,
    make_final,
    name,
    notice,
    open_vote,
    seen,
)
from tests.support.messages import rows
from tests.support.voting import ask
from tests.unit.governance.a_vote import COMMITTEE, VOTE, drafting, elector, entries
from tests.unit.governance.builders import an_id, somebody

KEY = SigningKey("ab" * 32, district="140303")
RUN_OFF_RULE = "CN-2026.run_off"
# Ten ballots: c0 has 9, c1 and c2 have 5 each, which is no majority.
BALLOTS = (*[("c0", "c1")] * 5, *[("c0", "c2")] * 4, ("c2",))
_NOMINATORS = tuple(UUID(elector(number).subject) for number in range(2, 12))


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def hold(database: Database, *ballots: tuple[str, ...], seats: int = 2) -> str:
    """An election of c0, c1 and c2 until it is counted."""
    freeze(database, seats=seats)
    name(database, 0, 1, 2)
    open_vote(database)
    cast_all(database, *ballots)
    return count(database)


@pytest.mark.parametrize(("subject", "seats"), [(Subject.ELECTION, 2), (Subject.RECALL, None)])
def test_who_is_elected_or_recalled_is_decided_secretly(
    database: Database, subject: Subject, seats: int | None
) -> None:
    openly = drafting(subject=subject, seats=seats, mode=BallotMode.OPEN)
    refused = ask(database, openly)[0]
    assert (refused["code"], refused["fields"]) == ("rule_unfit", {"field": "mode"})
    secretly = drafting(subject=subject, seats=seats)
    assert ask(database, secretly)[0]["state"] == "draft"


def verified(database: Database, vote: UUID, folder: Path) -> dict[str, Any]:
    """Return a published vote's bundle, recounted by the verifier."""
    signing.sign_all(database, KEY)
    context = Context(principal=None, correlation_id="bundle")
    part = bundle_queries.part(database, context, vote, Audience.PUBLIC, number=0)
    path = folder / f"{vote}.json"
    path.write_bytes(part.content)
    report = verify_vote(read(path), Asked(key=KEY.public))
    assert all(line.state is not State.FAILS for line in report.lines), report.lines
    return dict(json.loads(part.content))


def test_an_election_goes_from_its_draft_to_who_is_elected(database: Database, tmp_path: Path) -> None:
    freeze(database)
    assert notice(database)["code"] == "no_candidates"
    assert name(database, 2, 0, 1)["state"] == "roll_frozen"
    shown = seen(database)
    assert (shown.options, shown.seats, shown.elected) == (("c0", "c1", "c2"), 2, None)
    assert (shown.candidates[0].code, shown.candidates[0].name) == ("c0", "候选人0")
    open_vote(database)
    cast_all(database, *BALLOTS)
    assert cast(database, 10, "c0", "c1", "c2")["code"] == "unknown_option"
    assert cast(database, 10, "yes")["code"] == "unknown_option"
    assert count(database) == "preliminary"
    assert (seen(database).elected, seen(database).run_off) == (None, None)
    lead(database, asks.PublishResult)
    result, totals, outcome = seen(database).elected, seen(database).totals, seen(database).outcome
    assert result is not None
    assert totals is not None
    assert outcome is not None
    assert totals.options == {"c0": 9, "c1": 5, "c2": 5}
    assert (result.elected, result.tied, result.vacant) == (("c0",), (), 1)
    assert result.candidates["c1"].decided_by == "2y > p: 10 = 10"
    assert (outcome.valid, outcome.passed, outcome.decided_by) == (True, True, "2p > n: 20 > 12")
    told = verified(database, VOTE, tmp_path)
    assert told["outcome"]["elected"] == ["c0"]
    assert told["vote"]["candidates"][0] == {"code": "c0", "name": "候选人0"}
    assert elector(0).subject not in json.dumps(told)
    again = seen(database).run_off
    assert again is not None
    assert (again.rule, again.candidates, again.seats) == (RUN_OFF_RULE, ("c1", "c2"), 1)
    votes = {code: total["heads"] for code, total in told["totals"]["options"].items()}
    assert run_off("CN-2026.election", told["outcome"], votes) == {
        "rule": again.rule,
        "candidates": list(again.candidates),
        "seats": again.seats,
    }


def test_a_run_off_has_the_candidates_and_the_seats_that_the_election_has_left(
    database: Database, tmp_path: Path
) -> None:
    hold(database, *BALLOTS)
    lead(database, asks.PublishResult)
    assert ask(database, drafting(**AGAIN))[0]["code"] == "no_run_off"
    assert make_final(database) == "certified"
    freeze(database, rule=RUN_OFF_RULE, **{**AGAIN, "seats": None})
    assert seen(database, RUN_OFF).seats == 1
    assert notice(database, RUN_OFF)["code"] == "no_candidates"
    assert name(database, 4, vote=RUN_OFF)["code"] == "invalid"
    assert name(database, vote=RUN_OFF)["state"] == "roll_frozen"
    assert [each.code for each in seen(database, RUN_OFF).candidates] == ["c1", "c2"]
    open_vote(database, RUN_OFF)
    cast_all(database, *[("c2",)] * 5, *[("c1",)] * 4, vote=RUN_OFF)
    assert count(database, RUN_OFF) == "preliminary"
    assert make_final(database, RUN_OFF) == "certified"
    result = seen(database, RUN_OFF).elected
    assert result is not None
    assert (result.elected, seen(database, RUN_OFF).run_off) == (("c2",), None)
    assert verified(database, RUN_OFF, tmp_path)["outcome"]["elected"] == ["c2"]
    third = drafting(**{**AGAIN, "vote_id": an_id("third")})
    assert ask(database, third)[0]["code"] == "conflict"


def test_whoever_is_not_on_the_run_offs_roll_does_not_stand_in_it(database: Database) -> None:
    hold(database, *BALLOTS)
    make_final(database)
    freeze(database, rule=RUN_OFF_RULE, **{**AGAIN, "seats": None}, entries=entries(12)[2:])
    name(database, vote=RUN_OFF)
    assert seen(database, RUN_OFF).options == ("c2",)


def test_a_run_off_is_held_where_and_by_whom_the_election_was(database: Database) -> None:
    hold(database, *BALLOTS)
    make_final(database)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"seats": 1}, "invalid"),
        ({"place": "c01-g01"}, "unknown_place"),
        ({"roll_kind": RollKind.HOUSEHOLDS}, "invalid"),
        ({"subject": Subject.QUESTION}, "invalid"),
        ({"run_off_of": None}, "no_run_off"),
        ({"run_off_of": an_id("no vote")}, "not_found"),
    ]
    for change, code in refused:
        assert ask(database, drafting(**{**AGAIN, **change}))[0]["code"] == code, change


def test_one_election_has_one_run_off_and_another_after_one_that_decided_nothing(database: Database) -> None:
    hold(database, *BALLOTS)
    make_final(database)
    second = {**AGAIN, "vote_id": an_id("second")}
    both = ask(database, drafting(**AGAIN), drafting(**second))
    assert [each.get("code") for each in both] == [None, "conflict"]
    lead(database, asks.VoidVote, RUN_OFF, reason="公告有误。")
    assert ask(database, drafting(**second))[0]["state"] == "draft"


def test_nobody_is_elected_where_too_few_took_part_and_it_is_held_again(
    database: Database, tmp_path: Path
) -> None:
    assert hold(database, *[("c0",)] * 6) == "failed_quorum"
    result = seen(database).elected
    assert result is not None
    assert (result.valid, result.elected, result.vacant) == (False, (), 2)
    assert seen(database).run_off is None
    assert verified(database, VOTE, tmp_path)["outcome"]["elected"] == []
    again = drafting(**ELECTION, vote_id=an_id("again"), repeats=VOTE)
    assert ask(database, again)[0]["state"] == "draft"


def test_an_election_in_which_nobody_has_enough_is_final_as_not_passed_and_has_its_run_off(
    database: Database,
) -> None:
    assert hold(database, *[("c0",)] * 4, *[("c1",)] * 4, *[("c2",)] * 4, seats=1) == "preliminary"
    assert make_final(database) == "rejected"
    again = seen(database).run_off
    assert again is not None
    assert again.candidates == ("c0", "c1", "c2")
    assert ask(database, drafting(**AGAIN))[0]["state"] == "draft"


def test_who_may_not_stand_is_refused_and_nobody_stands(database: Database) -> None:
    freeze(database)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"code": "yes"}, "invalid"),
        ({"code": "C 1"}, "invalid"),
        ({"code": "c1"}, "invalid"),
        ({"name": "某"}, "text_too_short"),
        ({"account": an_id("a stranger")}, "invalid"),
        ({"account": UUID(COMMITTEE.subject)}, "invalid"),
        ({"nominated_by": NominatedBy.ELECTORS, "nominators": _NOMINATORS[:9]}, "invalid"),
    ]
    for changes, code in refused:
        candidates = (a_candidate(0, **changes), a_candidate(1), a_candidate(2))
        assert lead(database, NameCandidates, candidates=candidates)["code"] == code, changes
        assert seen(database).candidates == ()
    nominated = a_candidate(0, nominated_by=NominatedBy.ELECTORS, nominators=_NOMINATORS)
    lead(database, NameCandidates, candidates=(nominated, a_candidate(1), a_candidate(2)))
    assert [each.nominators for each in seen(database).candidates] == [10, 0, 0]


def test_who_runs_the_election_does_not_stand_and_more_stand_than_there_are_seats(database: Database) -> None:
    freeze(database)
    assert name(database, 0, 1)["code"] == "invalid"
    candidates = tuple(a_candidate(number) for number in range(3))
    running = (candidates[1].account,)
    assert lead(database, NameCandidates, candidates=candidates, running=running)["code"] == "invalid"
    neighbour = somebody("neighbour", "committee", community="c02")
    for by in (neighbour, elector(0)):
        assert lead(database, NameCandidates, by=by, candidates=candidates)["code"] == "forbidden"
    assert lead(database, NameCandidates, candidates=candidates)["state"] == "roll_frozen"


def test_candidates_are_put_right_until_the_notice_and_not_after(database: Database) -> None:
    freeze(database)
    name(database, 0, 1, 2)
    assert name(database, 0, 1, 3)["state"] == "roll_frozen"
    assert seen(database).options == ("c0", "c1", "c3")
    notice(database)
    assert name(database, 0, 1, 2)["code"] == "illegal_transition"


def test_names_stand_with_the_vote_alone_and_no_account_is_told(database: Database) -> None:
    freeze(database)
    name(database, 0, 1, 2)
    told = repr(rows(database, "SELECT * FROM outbox")) + repr(rows(database, "SELECT * FROM vote_timeline"))
    assert "候选人0" not in told
    assert elector(0).subject not in repr(seen(database))


def test_an_election_says_how_many_seats_there_are_and_nothing_else_has_any(database: Database) -> None:
    for seats in (None, 0, 10):
        assert ask(database, drafting(**{**ELECTION, "seats": seats}))[0]["code"] == "invalid"
    assert ask(database, drafting(seats=1))[0]["code"] == "invalid"


def test_an_election_by_representatives_has_no_roll(database: Database) -> None:
    assert ask(database, drafting(**ELECTION))[0]["state"] == "draft"
    refused = lead(database, asks.BindRule, rule="CN-2026.election.representatives")
    assert (refused["code"], "assembly" in refused["detail"]) == ("rule_unfit", True)


def test_nobody_stands_in_a_question(database: Database) -> None:
    freeze(database, rule="CN-2026.residents", subject=Subject.QUESTION, seats=None)
    assert name(database, 0, 1)["code"] == "invalid"
    assert seen(database).options == ("yes", "no", "abstain")


def test_a_recall_is_decided_by_yes_and_no(database: Database, tmp_path: Path) -> None:
    """居委会组织法 (2026) article 20: as valid as the election, by the majority of who takes part."""
    freeze(database, rule="CN-2026.recall", subject=Subject.RECALL, seats=None)
    open_vote(database, days=0)
    cast_all(database, *[("yes",)] * 6, *[("no",)] * 3)
    assert count(database) == "preliminary"
    assert make_final(database) == "certified"
    outcome = seen(database).outcome
    assert outcome is not None
    assert outcome.decided_by == "2y > p: 12 > 9"
    assert verified(database, VOTE, tmp_path)["outcome"]["passed"] is True
