"""Papers beside ballots that are cast online: one entitlement, one channel; slips lead to no envelope."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from qiaotou_verifier.bundle import read
from qiaotou_verifier.votes import verify_vote

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from chassis.signing import SigningKey
from contracts.commands import votes as asks
from contracts.commands.bundles import Audience
from contracts.commands.paper import EnterSlip, HandInPaper, PaperChannel, ResolveSlip, SlipStage
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.vote import bundle_queries, paper_queries, signing, timers
from tests.support.messages import rows
from tests.support.voting import ask, cast, open_vote, pass_time, step, view
from tests.unit.governance.a_vote import COMMITTEE, DAY, VOTE, elector, entitlement
from tests.unit.governance.builders import DISPATCHER, somebody

WANG, LI, ZHAO = (somebody(name, "clerk", community="c01") for name in ("wang", "li", "zhao"))
SCAN = "ab" * 32
OWNERS = {
    "mode": BallotMode.OPEN,
    "roll_kind": RollKind.OWNERS,
    "rule": "CN-OWNERS.ordinary",
    "area": 8_950,
    "days": 15,
}


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def hand_in(database: Database, number: int, *, by: Principal = WANG) -> dict[str, Any]:
    channel = PaperChannel.COUNTER if number % 2 else PaperChannel.PAPER
    return step(database, HandInPaper, by=by, entitlement_id=entitlement(number), channel=channel)


def enter(
    database: Database, number: int, *choice: str, by: Principal, message: Any = EnterSlip
) -> dict[str, Any]:
    return step(database, message, by=by, choice=choice, scan_sha256=SCAN, number=number)


def both(database: Database, number: int, *choice: str) -> dict[str, Any]:
    enter(database, number, *choice, by=WANG)
    return enter(database, number, *choice, by=LI)


def end(database: Database) -> None:
    pass_time(database, 2 * DAY)
    timers.run_all(database)


def test_the_first_channel_wins_whichever_it_is(database: Database) -> None:
    open_vote(database)
    assert cast(database, 0)["standing"] == "counted"
    assert hand_in(database, 0)["code"] == "participated"
    assert hand_in(database, 1)["channel"] == "counter"
    assert cast(database, 1)["code"] == "participated"
    assert hand_in(database, 1)["code"] == "participated"
    assert hand_in(database, 40)["code"] == "not_on_roll"
    assert hand_in(database, 2, by=somebody("neighbour", "clerk", community="c02"))["code"] == "forbidden"
    assert view(database).participated == 2
    end(database)
    assert hand_in(database, 2)["code"] == "vote_not_open"


def test_a_secret_votes_slips_are_counted_among_the_others_and_the_verifier_agrees(
    database: Database, tmp_path: Path
) -> None:
    open_vote(database)
    for number in range(5):
        cast(database, number, "yes")
    for number in range(5, 9):
        hand_in(database, number)
    assert enter(database, 1, "yes", by=WANG)["code"] == "slips_not_taken"
    end(database)
    assert both(database, 1, "yes")["stage"] == "settled"
    step(database, asks.BeginCount)
    assert both(database, 2, "no")["stage"] == "settled"
    # An empty envelope, or a slip that says too much.
    assert both(database, 3)["stage"] == "settled"
    enter(database, 4, "no", by=WANG)
    assert enter(database, 5, "no", by=WANG)["code"] == "too_many_slips"
    unfinished = step(database, asks.FinishCount)
    assert (unfinished["code"], unfinished["fields"]) == ("slips_missing", {"handed_in": 4, "settled": 3})
    assert enter(database, 4, "yes", by=LI)["stage"] == "disputed"
    assert step(database, asks.FinishCount)["code"] == "slips_missing"
    assert enter(database, 4, "no", by=WANG, message=ResolveSlip)["code"] == "another_clerk"
    assert enter(database, 4, "no", by=ZHAO, message=ResolveSlip)["stage"] == "settled"
    assert step(database, asks.FinishCount)["state"] == "preliminary"
    step(database, asks.PublishResult)
    totals = view(database).totals
    assert totals is not None
    assert (totals.options, totals.invalid, totals.ballots) == ({"yes": 6, "no": 2, "abstain": 0}, 1, 9)
    content = signed(database)
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    report = verify_vote(read(path))
    assert report.holds, report.lines
    assert json.loads(content)["participated"] == 9


def signed(database: Database) -> bytes:
    signing.sign_all(database, SigningKey("ab" * 32, district="140303"))
    asking = Context(correlation_id="bundle")
    return bundle_queries.part(database, asking, VOTE, Audience.PUBLIC, number=0).content


def test_the_second_clerk_does_not_see_what_the_first_has_entered(database: Database) -> None:
    open_vote(database)
    for number in range(3):
        hand_in(database, number)
    end(database)
    enter(database, 1, "yes", by=WANG)
    both(database, 2, "no")
    seen = paper_queries.slips_of(database, LI, VOTE)
    assert (seen.handed_in, seen.settled) == (3, 1)
    assert [(each.number, each.stage, each.mine, each.entries) for each in seen.items] == [
        (1, SlipStage.ENTERED_ONCE, False, ()),
        (2, SlipStage.SETTLED, True, ()),
    ]
    enter(database, 1, "no", by=LI)
    disputed = paper_queries.slips_of(database, ZHAO, VOTE).items[0]
    assert [entry.choice for entry in disputed.entries] == [("yes",), ("no",)]
    for watching in (COMMITTEE, DISPATCHER, somebody("inspector", "inspector")):
        assert paper_queries.slips_of(database, watching, VOTE).settled == 1
    for other in (elector(0), somebody("neighbour", "clerk", community="c02")):
        with pytest.raises(Forbidden):
            paper_queries.slips_of(database, other, VOTE)


def test_the_same_clerk_under_another_key_is_still_the_same_clerk(database: Database) -> None:
    open_vote(database)
    hand_in(database, 0)
    end(database)
    first = EnterSlip(command_id=uuid4(), vote_id=VOTE, choice=("yes",), scan_sha256=SCAN, number=1)
    assert ask(database, first, first, by=WANG)[1]["stage"] == "entered_once"
    assert enter(database, 1, "yes", by=WANG)["code"] == "another_clerk"
    assert rows(database, "SELECT second FROM paper_slip") == [(None,)]


def test_an_open_votes_papers_are_named_and_weigh_their_area(database: Database) -> None:
    open_vote(database, **OWNERS)
    for number in range(7):
        cast(database, number, "yes")
    hand_in(database, 7)
    named = {"entitlement_id": entitlement(7), "choice": ("no",), "scan_sha256": SCAN}
    stranger = {**named, "entitlement_id": entitlement(0)}
    assert step(database, EnterSlip, by=WANG, **stranger)["code"] == "not_handed_in"
    assert step(database, EnterSlip, by=WANG, **named)["stage"] == "entered_once"
    end(database)
    step(database, asks.BeginCount)
    assert step(database, asks.FinishCount)["code"] == "slips_missing"
    assert step(database, EnterSlip, by=LI, **named)["stage"] == "settled"
    assert step(database, asks.FinishCount)["state"] == "preliminary"
    assert rows(database, "SELECT choice, area_hundredths_m2, cast_by::text FROM open_ballot ORDER BY 1")[
        0
    ] == (["no"], 8_950, WANG.subject)


def test_papers_that_are_not_entered_yet_count_where_the_quorum_is_asked_at_the_end(
    database: Database,
) -> None:
    open_vote(database, extended=True)
    cast(database, 0)
    for number in range(1, 7):
        hand_in(database, number)
    end(database)
    # Seven of twelve have taken part: nothing is extended.
    assert view(database).state == "closed"


def test_nothing_leads_from_a_slip_to_an_envelope(database: Database) -> None:
    open_vote(database)
    for number in range(10):
        hand_in(database, number)
    end(database)
    for number in range(1, 11):
        both(database, number, "yes" if number % 3 else "no")
    joined = "SELECT count(*) FROM participation p JOIN {} t ON t.xmin::text = p.xmin::text"
    for table in ("paper_slip", "ballot_box"):
        assert rows(database, joined.format(table)) == [(0,)]
    slips = str(rows(database, "SELECT * FROM paper_slip"))
    box = str(rows(database, "SELECT * FROM ballot_box"))
    for number in range(12):
        for text in (slips, box):
            assert str(entitlement(number)) not in text
            assert elector(number).subject not in text
    # Nor from a ballot back to its slip, once all are shuffled.
    step(database, asks.BeginCount)
    step(database, asks.FinishCount)
    assert rows(database, joined.format("ballot").replace("participation", "paper_slip")) == [(0,)]
