from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from contracts.commands import votes as asks
from contracts.commands.topics import TopicState
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.service import COMMANDS
from services.governance.topic.repository import Topics
from services.governance.topic.topic import Topic
from services.governance.vote import queries, timers
from tests.support.messages import data_of, rows, sent
from tests.support.voting import (
    RESIDENTS,
    ask,
    cast,
    count,
    freeze,
    hear_places,
    hear_roll,
    notice,
    now,
    open_vote,
    pass_time,
    step,
    view,
)
from tests.unit.governance.a_vote import (
    DAY,
    ROLL,
    VOTE,
    a_ballot,
    drafting,
    elector,
    entitlement,
    entries,
)
from tests.unit.governance.builders import DISPATCHER, an_id, somebody
from tests.unit.governance.neighbours import a_topic

MINUTE = timedelta(minutes=1)
TODAY = date(2026, 3, 1)
WORDS = "名册中缺少三号楼的两户居民。"
REASON = "经核对确有遗漏。"
BROKEN = '{"id": "00000000-0000-4000-8000-000000000000", "rule": {"broken": 1}}'


@pytest.fixture(autouse=True)
def own_time(database: Database) -> Iterator[None]:
    """Every test begins in the present, whatever the one before has lived through."""
    yield
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def test_a_vote_goes_from_its_draft_to_the_cases_that_it_becomes(database: Database) -> None:
    hear_places(database)
    assert ask(database, drafting())[0]["state"] == "draft"
    assert step(database, asks.BindRule, rule=RESIDENTS)["state"] == "rule_bound"
    assert step(database, asks.RequestRoll, as_of=date(2026, 3, 1))["state"] == "roll_requested"
    (asked,) = sent(database)
    assert (asked.type, data_of(asked)["roll_id"]) == ("governance.roll.requested.v1", str(ROLL))
    hear_roll(database, entries(12))
    assert view(database).state == "roll_published"
    assert step(database, asks.FreezeRoll)["state"] == "roll_frozen"
    assert notice(database)["state"] == "noticed"
    pass_time(database, 10 * DAY + timedelta(minutes=2))
    timers.run_all(database)
    assert view(database).state == "open"
    for number in range(9):
        assert cast(database, number, "yes" if number < 6 else "abstain")["standing"] == "counted"
    assert view(database).participated == 9
    pass_time(database, 2 * DAY)
    timers.run_all(database)
    assert view(database).state == "closed"
    assert step(database, asks.BeginCount)["state"] == "counting"
    assert step(database, asks.FinishCount)["state"] == "preliminary"
    assert view(database).totals is None
    assert step(database, asks.PublishResult)["state"] == "published"
    outcome, totals = view(database).outcome, view(database).totals
    assert outcome is not None
    assert totals is not None
    assert outcome.decided_by == "2y > p: 12 > 9"
    assert (totals.roll, totals.ballots, totals.options) == (12, 9, {"yes": 6, "no": 0, "abstain": 3})
    pass_time(database, 15 * DAY + timedelta(minutes=1))
    items = (asks.WorkItem(grid="c01-g01", category="0202", text="在小区东门内建设幼儿园。"),)
    certified = step(database, asks.CertifyVote, items=items)
    assert certified["state"] == "certified"
    told = sent(database)[-1]
    assert told.type == "governance.resolution.certified.v1"
    assert data_of(told)["meeting_id"] == str(VOTE)
    assert certified["cases"] == [data_of(told)["case_id"]]
    assert [each.text for each in view(database).items] == ["在小区东门内建设幼儿园。"]


def test_an_important_matter_is_studied_before_its_rule_is_bound(database: Database) -> None:
    ask(database, drafting(important=True))
    assert step(database, asks.BindRule, rule=RESIDENTS)["code"] == "not_studied"
    tomorrow = now(database).date() + 2 * DAY
    assert step(database, asks.RecordStudy, studied_on=tomorrow, text=REASON)["code"] == "occurred_in_future"
    assert step(database, asks.RecordStudy, studied_on=TODAY, text=REASON)["state"] == "studied"
    assert step(database, asks.BindRule, rule=RESIDENTS)["state"] == "rule_bound"
    bound = view(database)
    assert (bound.studied_on, bound.rule) == (TODAY, RESIDENTS)
    assert bound.rule_hash is not None
    assert len(bound.rule_hash) == 64


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("CN-2026.nothing", "not_found"),
        ("CN-1990.residents", "rule_unfit"),
        ("CN-2026.recall", "rule_unfit"),
        ("CN-OWNERS.ordinary", "rule_unfit"),
    ],
)
def test_a_rule_is_in_force_and_for_this_question_and_these_electors(
    database: Database, rule: str, code: str
) -> None:
    ask(database, drafting())
    assert step(database, asks.BindRule, rule=rule)["code"] == code
    assert view(database).state == "draft"


@pytest.mark.parametrize(
    "by",
    [
        somebody("neighbour", "committee", community="c02"),
        somebody("clerk", "clerk", community="c01"),
        elector(0),
        DISPATCHER,
    ],
)
def test_the_committee_of_the_place_alone_leads_a_vote(database: Database, by: Any) -> None:
    assert ask(database, drafting(), by=by)[0]["code"] in ("forbidden", "unknown_place")
    freeze(database)
    for message in (asks.FreezeRoll, asks.BeginCount, asks.FinishCount, asks.PublishResult):
        assert step(database, message, by=by)["code"] == "forbidden"


def test_a_vote_can_be_held_in_a_grid_of_ones_own_community(database: Database) -> None:
    hear_places(database)
    assert ask(database, drafting(place="c01-g01"))[0]["state"] == "draft"
    assert (view(database).place, view(database).community) == ("c01-g01", "c01")
    other = drafting(place="c09-g01", vote_id=an_id("elsewhere"))
    assert ask(database, other)[0]["code"] == "unknown_place"
    assert ask(database, drafting())[0]["code"] == "conflict"


def test_a_notice_comes_ten_days_before_and_its_times_follow_each_other(database: Database) -> None:
    freeze(database)
    at = now(database) + 10 * DAY
    orders = [
        (at + MINUTE, at, None, "invalid"),
        (at + MINUTE, at + DAY, at, "invalid"),
        (at - DAY, at, None, "too_early"),
        (at - 20 * DAY, at, None, "invalid"),
    ]
    for opens_at, closes_at, until, code in orders:
        said = {"opens_at": opens_at, "closes_at": closes_at, "extended_until": until}
        assert step(database, asks.GiveNotice, **said)["code"] == code
    assert notice(database)["state"] == "noticed"


def test_the_clock_refuses_what_comes_before_opening_and_after_the_end_though_no_timer_runs(
    database: Database,
) -> None:
    freeze(database)
    assert cast(database, 0)["code"] == "vote_not_open"
    notice(database)
    assert cast(database, 0)["code"] == "vote_not_open"
    pass_time(database, 10 * DAY + 2 * MINUTE)
    assert cast(database, 0)["standing"] == "counted"
    assert view(database).state == "noticed"
    pass_time(database, 2 * DAY)
    assert cast(database, 1)["code"] == "vote_not_open"
    assert step(database, asks.BeginCount)["state"] == "counting"
    assert [each.step for each in view(database).steps][-3:] == ["open", "close", "begin_count"]
    assert rows(database, "SELECT count(*) FROM participation") == [(1,)]


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (0, {"by": elector(1)}, "not_on_roll"),
        (0, {"by": somebody("stranger", "resident", community="c01")}, "not_on_roll"),
        (0, {"entitlement_id": an_id("nobody's")}, "not_on_roll"),
        (0, {"vote_id": an_id("no vote")}, "not_found"),
        (0, {"choice": ("maybe",)}, "unknown_option"),
        (0, {"choice": ("yes\0",)}, "unknown_option"),
        (0, {"nonce": "short"}, "ballot_unfit"),
        (0, {"ballot_id": an_id("not random")}, "ballot_unfit"),
    ],
)
def test_a_ballot_that_is_not_right_is_refused_and_nothing_is_counted(
    database: Database, number: int, change: dict[str, Any], code: str
) -> None:
    open_vote(database)
    assert cast(database, number, **change)["code"] == code
    assert rows(database, "SELECT 1 FROM participation UNION ALL SELECT 1 FROM ballot_box") == []


def test_a_vote_is_valid_and_decided_by_its_rule(database: Database) -> None:
    open_vote(database)
    for number in range(8):
        cast(database, number, "yes" if number < 4 else "no")
    assert count(database)["state"] == "preliminary"
    step(database, asks.PublishResult)
    outcome = view(database).outcome
    assert outcome is not None
    assert (outcome.valid, outcome.passed, outcome.decided_by) == (True, False, "2y > p: 8 = 8")
    pass_time(database, 15 * DAY + MINUTE)
    hear_places(database)
    items = (asks.WorkItem(grid="c01-g01", category="0202", text="建设幼儿园。"),)
    assert step(database, asks.CertifyVote, items=items)["code"] == "nothing_decided"
    assert step(database, asks.CertifyVote)["state"] == "rejected"


def test_where_too_few_took_part_nothing_is_decided_and_it_can_be_held_again(database: Database) -> None:
    open_vote(database)
    for number in range(6):
        cast(database, number)
    assert count(database)["state"] == "failed_quorum"
    outcome = view(database).outcome
    assert outcome is not None
    assert (outcome.valid, outcome.passed, outcome.decided_by) == (False, None, "2p > n: 12 = 12")
    assert step(database, asks.PublishResult)["code"] == "illegal_transition"
    again = drafting(vote_id=an_id("again"), repeats=VOTE)
    assert ask(database, again)[0]["state"] == "draft"
    once_more = drafting(vote_id=an_id("once more"), repeats=an_id("again"))
    assert ask(database, once_more)[0]["code"] == "not_repeatable"


def test_an_announced_extension_begins_where_too_few_took_part_and_the_ballots_stand(
    database: Database,
) -> None:
    open_vote(database, extended=True)
    for number in range(6):
        cast(database, number)
    pass_time(database, 2 * DAY)
    timers.run_all(database)
    assert view(database).state == "extended"
    assert cast(database, 6)["standing"] == "counted"
    assert cast(database, 0)["code"] == "participated"
    assert count(database)["state"] == "preliminary"


def test_an_announced_extension_does_not_begin_where_enough_took_part(database: Database) -> None:
    open_vote(database, extended=True)
    for number in range(7):
        cast(database, number)
    assert count(database)["state"] == "preliminary"
    assert "extend" not in [each.step for each in view(database).steps]


def test_a_result_is_published_fifteen_days_and_every_objection_answered(database: Database) -> None:
    open_vote(database)
    for number in range(12):
        cast(database, number)
    count(database)
    step(database, asks.PublishResult)
    assert step(database, asks.CertifyVote)["code"] == "too_early"
    raised = step(database, asks.ObjectToVote, by=elector(1), objection_id=an_id("objection"), text=WORDS)
    assert raised["about"] == "result"
    pass_time(database, 15 * DAY + MINUTE)
    late = step(database, asks.ObjectToVote, by=elector(2), objection_id=an_id("late"), text=WORDS)
    assert late["code"] == "too_late"
    assert step(database, asks.CertifyVote)["code"] == "objections_open"
    ruling = {"objection_id": an_id("objection"), "upheld": True, "reason": REASON}
    step(database, asks.AnswerObjection, **ruling)
    assert step(database, asks.CertifyVote)["code"] == "objection_upheld"
    assert step(database, asks.RecountVote)["state"] == "preliminary"
    assert view(database).totals is None
    step(database, asks.PublishResult)
    assert step(database, asks.CertifyVote)["code"] == "too_early"
    pass_time(database, 15 * DAY + MINUTE)
    assert step(database, asks.CertifyVote)["state"] == "certified"


def test_the_committee_takes_back_its_vote_until_it_opens_and_then_the_centre_alone(
    database: Database,
) -> None:
    open_vote(database)
    assert step(database, asks.VoidVote, reason=REASON)["code"] == "forbidden"
    assert step(database, asks.VoidVote, by=DISPATCHER, reason=REASON)["state"] == "voided"
    assert view(database).void_reason == REASON
    assert cast(database, 0)["code"] == "vote_not_open"
    ask(database, drafting(vote_id=an_id("another")))
    withdrawal = asks.VoidVote(command_id=an_id("void"), vote_id=an_id("another"), reason=REASON)
    assert ask(database, withdrawal)[0]["state"] == "voided"


def test_a_vote_that_cannot_be_closed_keeps_no_other_from_its_time(database: Database) -> None:
    open_vote(database)
    pass_time(database, 2 * DAY)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO vote SELECT (jsonb_populate_record(vote, %s)).* FROM vote",
            (BROKEN,),
        )
    with pytest.raises(msgspec.ValidationError):
        timers.run_all(database)
    assert view(database).state == "closed"


def test_owners_decide_by_area_and_heads_and_co_owners_who_disagree_are_absent(database: Database) -> None:
    open_vote(
        database,
        days=15,
        mode=BallotMode.OPEN,
        roll_kind=RollKind.OWNERS,
        rule="CN-OWNERS.ordinary",
        area=8_000,
        electors=2,
    )
    for number in range(9):
        assert cast(database, number)["standing"] == "counted"
    assert cast(database, 0, "no", by=elector(1000))["standing"] == "quarantined"
    assert cast(database, 0, "no", by=elector(1000))["code"] == "participated"
    assert cast(database, 1, by=elector(1001))["code"] == "participated"
    assert count(database)["state"] == "preliminary"
    step(database, asks.PublishResult)
    totals, outcome = view(database).totals, view(database).outcome
    assert totals is not None
    assert outcome is not None
    assert (totals.ballots, totals.quarantined, totals.roll) == (8, 1, 12)
    assert totals.options_area_hundredths_m2 == {"yes": 64_000, "no": 0, "abstain": 0}
    assert outcome.decided_by == "2Y_area > P_area: 128000 > 64000 and 2Y_heads > P_heads: 16 > 8"


def test_what_is_weighed_by_area_is_not_secret(database: Database) -> None:
    refused = ask(database, drafting(roll_kind=RollKind.OWNERS, mode=BallotMode.SECRET))[0]
    assert (refused["code"], refused["fields"]) == ("rule_unfit", {"field": "mode"})
    assert ask(database, drafting(roll_kind=RollKind.OWNERS, mode=BallotMode.OPEN))[0]["state"] == "draft"


def test_an_elector_sees_what_is_his_to_use_and_whether_it_was_used(database: Database) -> None:
    open_vote(database)
    cast(database, 0)
    for number, used in ((0, True), (1, False)):
        (mine,) = queries.entitlements(database, elector(number), VOTE).items
        assert (mine.entitlement_id, mine.participated) == (entitlement(number), used)
    stranger = somebody("stranger", "resident", community="c01")
    assert queries.entitlements(database, stranger, VOTE).items == ()


def test_a_listed_topic_is_heard_before_its_rule_is_bound_and_decided_with_the_vote(
    database: Database,
) -> None:
    topic = an_id("topic")
    know_topic(database, a_topic(TopicState.ADMITTED, hearing_required=True))
    elsewhere = drafting(vote_id=an_id("elsewhere"), topic_id=an_id("no topic"))
    assert ask(database, elsewhere)[0]["code"] == "not_found"
    ask(database, drafting(topic_id=topic))
    assert step(database, asks.BindRule, rule=RESIDENTS)["code"] == "hearing_required"
    know_topic(database, a_topic(TopicState.ADMITTED, hearing_required=True, hearing_id=an_id("hearing")))
    open_vote(database, topic_id=topic)
    for number in range(9):
        cast(database, number, "no")
    count(database)
    step(database, asks.PublishResult)
    pass_time(database, 15 * DAY + MINUTE)
    assert step(database, asks.CertifyVote)["state"] == "rejected"
    assert rows(database, "SELECT state FROM topic") == [("decided",)]


def know_topic(database: Database, topic: Topic) -> None:
    with database.writing(Context(correlation_id="a test")) as uow:
        uow.store(Topics).get(topic.id)
        uow.store(Topics).put(topic.id, topic)


def test_votes_are_listed_newest_first_page_by_page(database: Database) -> None:
    for name in ("one", "two", "three"):
        ask(database, drafting(vote_id=an_id(name), command_id=an_id(name)))
    first = queries.list_votes(database, community="c01", limit=2)
    rest = queries.list_votes(database, limit=2, cursor=first.next_cursor)
    ids = [each.vote_id for each in (*first.items, *rest.items)]
    assert ids == [an_id("three"), an_id("two"), an_id("one")]
    assert queries.list_votes(database, community="c02").items == ()
    assert queries.list_votes(database, state="open").items == ()


def test_a_batch_that_holds_a_second_vote_keeps_the_first_and_refuses_it(database: Database) -> None:
    open_vote(database)
    by = elector(0)
    assert [each.get("code", "counted") for each in ask(database, a_ballot(0), a_ballot(0, "no"), by=by)] == [
        "counted",
        "participated",
    ]
    assert COMMANDS.by_method["cast_ballot"].kept is False
    assert rows(database, "SELECT count(*) FROM ballot_box") == [(1,)]


def test_a_ballots_id_is_used_once(database: Database) -> None:
    open_vote(database)
    first = a_ballot(0)
    ask(database, first, by=elector(0))
    assert cast(database, 1, ballot_id=first.ballot_id)["code"] == "conflict"
    assert cast(database, 1)["standing"] == "counted"
