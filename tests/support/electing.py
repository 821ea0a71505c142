"""Leading a committee's election and its run-off through their lives."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from chassis.data.engine import Database
from contracts.commands import votes as asks
from contracts.commands.elections import Candidate, GiveMandate, NameCandidates, NominatedBy
from contracts.commands.rules import Subject
from contracts.commands.vote_views import VoteView
from services.governance.vote import queries, timers
from tests.support.voting import ask, hear_roll, now, pass_time
from tests.unit.governance.a_vote import DAY, VOTE, a_ballot, drafting, elector, entries
from tests.unit.governance.builders import an_id

RUN_OFF = an_id("run-off")
ELECTION = {"subject": Subject.ELECTION, "seats": 2}
AGAIN = {"vote_id": RUN_OFF, "subject": Subject.RUN_OFF, "run_off_of": VOTE}
MINUTE = timedelta(minutes=1)


def a_candidate(number: int, **changes: Any) -> Candidate:
    """The `number`-th elector of the roll, who stands as c0, c1, ..."""
    given: dict[str, Any] = {
        "code": f"c{number}",
        "name": f"候选人{number}",
        "account": UUID(elector(number).subject),
        "nominated_by": NominatedBy.PARTY,
    }
    return Candidate(**{**given, **changes})


def lead(
    database: Database, message: Any, vote: UUID = VOTE, *, by: Any = None, **said: Any
) -> dict[str, Any]:
    """Have somebody, the committee unless said otherwise, take a step of a vote."""
    asked = message(command_id=uuid4(), vote_id=vote, **said)
    return ask(database, asked)[0] if by is None else ask(database, asked, by=by)[0]


def freeze(database: Database, *, rule: str = "CN-2026.election", count: int = 12, **draft: Any) -> None:
    """Lead an election until its roll is frozen, which can be objected to for five days."""
    vote = draft.get("vote_id", VOTE)
    roll = draft.pop("entries", entries(count))
    assert ask(database, drafting(**{**ELECTION, **draft}))[0].get("state") == "draft"
    assert lead(database, asks.BindRule, vote, rule=rule).get("state") == "rule_bound"
    lead(database, asks.RequestRoll, vote, as_of=date(2026, 3, 1))
    hear_roll(database, roll, roll_id=uuid5(vote, "roll 1"))
    pass_time(database, 5 * DAY + MINUTE)
    assert lead(database, asks.FreezeRoll, vote)["state"] == "roll_frozen"


def name(database: Database, *numbers: int, vote: UUID = VOTE) -> dict[str, Any]:
    candidates = tuple(a_candidate(number) for number in numbers)
    return lead(database, NameCandidates, vote, candidates=candidates)


def mandate(
    database: Database, giver: int, holder: int, /, *, vote: UUID = VOTE, by: Any = None, **changes: Any
) -> dict[str, Any]:
    """Record that one elector has another one vote."""
    said: dict[str, Any] = {
        "giver": UUID(elector(giver).subject),
        "holder": UUID(elector(holder).subject),
        "giver_name": f"选民{giver}",
        "holder_name": f"选民{holder}",
        "sha256": "a" * 64,
    }
    return lead(database, GiveMandate, vote, by=by, **{**said, **changes})


def notice(database: Database, vote: UUID = VOTE, *, days: int = 15) -> dict[str, Any]:
    opens_at = now(database) + days * DAY + MINUTE
    return lead(database, asks.GiveNotice, vote, opens_at=opens_at, closes_at=opens_at + DAY)


def open_vote(database: Database, vote: UUID = VOTE, *, days: int = 15) -> None:
    assert notice(database, vote, days=days)["state"] == "noticed"
    pass_time(database, days * DAY + 2 * MINUTE)
    timers.run_all(database)


def cast(database: Database, number: int, *choice: str, vote: UUID = VOTE, **changes: Any) -> dict[str, Any]:
    by = changes.pop("by", elector(number))
    return ask(database, a_ballot(number, choice, vote_id=vote, **changes), by=by)[0]


def cast_all(database: Database, *ballots: tuple[str, ...], vote: UUID = VOTE) -> None:
    """One elector after the other chooses what is written."""
    for number, choice in enumerate(ballots):
        assert cast(database, number, *choice, vote=vote)["standing"] == "counted"


def count(database: Database, vote: UUID = VOTE) -> str:
    pass_time(database, DAY)
    timers.run_all(database)
    lead(database, asks.BeginCount, vote)
    return str(lead(database, asks.FinishCount, vote)["state"])


def make_final(database: Database, vote: UUID = VOTE) -> str:
    lead(database, asks.PublishResult, vote)
    pass_time(database, 15 * DAY + MINUTE)
    return str(lead(database, asks.CertifyVote, vote)["state"])


def seen(database: Database, vote: UUID = VOTE) -> VoteView:
    return queries.get_vote(database, vote)
