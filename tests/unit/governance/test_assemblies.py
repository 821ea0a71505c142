from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from contracts.commands import assemblies as asks
from contracts.commands.assemblies import AssemblyState, PlainAssemblyStep, Point
from contracts.commands.rules import Counts
from contracts.events.governance import ResolutionCertified
from services.governance.assembly import deciding, errors
from services.governance.assembly.assembly import Assembly
from services.governance.assembly.guards import Facts
from services.governance.assembly.lifecycle import TABLE, Step, transition
from services.governance.meeting.errors import TextTooLong, TextTooShort
from services.governance.rule.errors import ImpossibleCounts, MissingCount
from services.governance.rule.rules import rule_hash, rule_of
from tests.unit.governance.builders import an_id
from tests.unit.governance.neighbours import NOW

State = AssemblyState
ALLOWED = {(row.source, row.step) for row in TABLE}
REFUSED = [(state, step) for state, step in product((None, *State), Step) if (state, step) not in ALLOWED]
HELD_AT = NOW + timedelta(days=11)
IT = {"command_id": an_id("command"), "assembly_id": an_id("assembly")}
ONE, TWO = an_id("point one"), an_id("point two")
BY = an_id("committee")


def convening(**changes: Any) -> asks.ConveneAssembly:
    given: dict[str, Any] = {
        **IT,
        "rule": "CN-2026.residents",
        "title": "四矿小区居民会议",
        "venue": "社区活动室",
        "held_at": HELD_AT,
        "counts": Counts(n=280),
        "agenda": (Point(point_id=ONE, question="是否兴办幼儿园?"),),
    }
    return asks.ConveneAssembly(**{**given, **changes})


def called(**changes: Any) -> Assembly:
    return deciding.convene(convening(**changes), "c01", by=BY, now=NOW)


def taken(assembly: Assembly, step: str, reason: str = "", *, now: datetime = HELD_AT) -> Assembly:
    return deciding.take(assembly, PlainAssemblyStep(step), reason, now=now)


def an_open_one(present: int = 187, **changes: Any) -> Assembly:
    return taken(deciding.attend(called(**changes), present, now=HELD_AT), "open")


def hands(point: Any = ONE, **changes: Any) -> asks.CountHands:
    given: dict[str, Any] = {
        **IT,
        "point_id": point,
        "yes": 161,
        "no": 20,
        "abstain": 6,
        "text": "同意兴办幼儿园",
        "owner": "居委会",
        "due_on": date(2026, 9, 1),
    }
    return asks.CountHands(**{**given, **changes})


def counted(assembly: Assembly, **changes: Any) -> Assembly:
    return deciding.count_hands(assembly, hands(**changes), now=HELD_AT)


def published(**changes: Any) -> Assembly:
    return taken(taken(counted(an_open_one(), **changes), "close"), "publish")


@pytest.mark.parametrize(("state", "step"), REFUSED)
def test_a_step_without_a_row_is_refused(state: State | None, step: Step) -> None:
    with pytest.raises(errors.IllegalTransition):
        transition(state, step, Facts(now=NOW))


def test_no_chair_can_skip_a_stage() -> None:
    order = [State.CONVENED, State.OPEN, State.CLOSED, State.PUBLISHED, State.CERTIFIED]
    place = {state: number for number, state in enumerate(order)}
    jumps = {
        place[row.target] - place[row.source]
        for row in TABLE
        if row.source in place and row.target in place and row.source is not row.target
    }
    assert jumps == {1}
    assert [(row.source, row.step) for row in TABLE if row.emits is ResolutionCertified] == [
        (State.CERTIFIED, Step.DISPATCH)
    ]


def test_an_assembly_is_bound_to_a_rule_from_the_notice_on() -> None:
    assembly = called()
    assert (assembly.state, assembly.sitting) == (State.CONVENED, 1)
    assert assembly.rule_hash == rule_hash(rule_of("CN-2026.residents"))
    assert (assembly.notice_days, assembly.publication_days) == (10, 15)


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "CN-1990.residents"},
        {"rule": "CN-OWNERS.ordinary"},
        {"rule": "CN-2026.election"},
        {"rule": "whatever"},
        {"rule": "\0"},
    ],
)
def test_the_rule_is_one_in_force_by_which_residents_who_meet_decide_a_question(
    change: dict[str, str],
) -> None:
    with pytest.raises(errors.RuleUnfit):
        called(**change)


def test_the_articles_own_rule_was_in_force_at_its_time() -> None:
    then = datetime(2012, 6, 1, tzinfo=UTC)
    asked = convening(rule="CN-1990.residents", held_at=then + timedelta(hours=1))
    assembly = deciding.convene(asked, "c01", by=BY, now=then)
    assert (assembly.rule, assembly.notice_days) == ("CN-1990.residents", 0)
    with pytest.raises(errors.RuleUnfit):
        deciding.convene(convening(held_at=then + timedelta(days=11)), "c01", by=BY, now=then)


@pytest.mark.parametrize(("days", "seconds", "enough"), [(10, 0, True), (10, -1, False)])
def test_the_rules_notice_lies_before_it(days: int, seconds: int, *, enough: bool) -> None:
    held_at = NOW + timedelta(days=days, seconds=seconds)
    if enough:
        assert called(held_at=held_at).held_at == held_at
    else:
        with pytest.raises(errors.NoticeTooShort):
            called(held_at=held_at)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"counts": Counts()}, MissingCount),
        ({"rule": "CN-2026.assembly", "counts": Counts(n=280)}, MissingCount),
        ({"rule": "CN-2026.assembly", "counts": Counts(m=40, reps=50)}, ImpossibleCounts),
        ({"agenda": ()}, errors.TermUnfit),
        (
            {"agenda": (Point(point_id=ONE, question="一问"), Point(point_id=ONE, question="再问"))},
            errors.TermUnfit,
        ),
        ({"agenda": (Point(point_id=ONE, question=" "),)}, TextTooShort),
        ({"title": "长" * 201}, TextTooLong),
        ({"venue": ""}, TextTooShort),
    ],
)
def test_a_notice_says_whom_the_rule_counts_and_what_is_asked(
    change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        called(**change)


@pytest.mark.parametrize(
    ("rule", "counts", "present", "enough"),
    [
        ("CN-2026.residents", Counts(n=280), 141, True),
        ("CN-2026.residents", Counts(n=280), 140, False),
        ("CN-2026.assembly", Counts(m=60, reps=48), 40, True),
        ("CN-2026.assembly", Counts(m=60, reps=48), 39, False),
        ("CN-2026.assembly", Counts(m=60, reps=47), 60, False),
    ],
)
def test_it_opens_with_the_rules_quorum_and_not_before_its_time(
    rule: str, counts: Counts, present: int, *, enough: bool
) -> None:
    attended = deciding.attend(called(rule=rule, counts=counts), present, now=HELD_AT)
    with pytest.raises(errors.TooEarly):
        taken(attended, "open", now=HELD_AT - timedelta(seconds=1))
    if enough:
        assert taken(attended, "open").state is State.OPEN
    else:
        with pytest.raises(errors.QuorumMissed):
            taken(attended, "open")
    with pytest.raises(errors.QuorumMissed):
        taken(called(rule=rule, counts=counts), "open")


def test_more_cannot_be_there_than_there_are() -> None:
    with pytest.raises(ImpossibleCounts):
        deciding.attend(called(), 281, now=HELD_AT)


def test_after_a_missed_quorum_it_is_called_again_with_its_notice() -> None:
    adjourned = taken(deciding.attend(called(), 100, now=HELD_AT), "adjourn", "到会人数未过半数")
    early = asks.ReconveneAssembly(**IT, held_at=HELD_AT + timedelta(days=9), venue="社区活动室")
    with pytest.raises(errors.NoticeTooShort):
        deciding.reconvene(adjourned, early, now=HELD_AT)
    again = asks.ReconveneAssembly(**IT, held_at=HELD_AT + timedelta(days=10), venue="社区活动室")
    second = deciding.reconvene(adjourned, again, now=HELD_AT)
    assert (second.state, second.sitting, second.present, second.reason) == (State.CONVENED, 2, None, None)


@pytest.mark.parametrize(
    ("present", "yes", "passed", "decided_by"),
    [
        (187, 94, True, "2y > p: 188 > 187"),
        (187, 93, False, "2y > p: 186 < 187"),
        (188, 94, False, "2y > p: 188 = 188"),
    ],
)
def test_hands_are_counted_by_the_rule_and_who_raises_none_is_there_all_the_same(
    present: int, yes: int, decided_by: str, *, passed: bool
) -> None:
    (point,) = counted(an_open_one(present), yes=yes, no=0, abstain=0).agenda
    assert (point.passed, point.decided_by) == (passed, decided_by)
    assert (point.owner, point.due_on) == ("居委会", date(2026, 9, 1))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"yes": 162}, errors.TermUnfit),
        ({"due_on": date(2026, 3, 12)}, errors.TermUnfit),
        ({"text": ""}, TextTooShort),
        ({"owner": "长" * 65}, TextTooLong),
        ({"point_id": TWO}, errors.UnknownPoint),
    ],
)
def test_a_count_that_cannot_be_is_not_taken(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        counted(an_open_one(), **change)


def test_the_hands_of_every_point_are_counted_once() -> None:
    agenda = tuple(Point(point_id=point, question="是否同意?") for point in (ONE, TWO))
    first = counted(an_open_one(agenda=agenda))
    with pytest.raises(errors.CountedBefore):
        counted(first)
    with pytest.raises(errors.PointsOpen):
        taken(first, "close")
    assert taken(counted(first, point_id=TWO), "close").state is State.CLOSED


def objection(text: str = "到会人数有误") -> asks.ObjectToAssembly:
    return asks.ObjectToAssembly(**IT, objection_id=an_id("objection"), text=text)


def test_nothing_is_certified_before_it_was_published_long_enough_and_every_objection_answered() -> None:
    result = published()
    end = HELD_AT + timedelta(days=15)
    with pytest.raises(errors.TooEarly):
        taken(result, "certify", now=end - timedelta(seconds=1))
    objected = deciding.object_to(result, objection(), by=BY, now=end - timedelta(seconds=1))
    with pytest.raises(errors.ObjectionsOpen):
        taken(objected, "certify", now=end)
    reply = asks.AnswerAssemblyObjection(**IT, objection_id=an_id("objection"), answer="已与签到册核对")
    answered = deciding.answer(objected, reply, now=end)
    assert taken(answered, "certify", now=end).state is State.CERTIFIED
    with pytest.raises(errors.UnknownPoint):
        deciding.answer(result, reply, now=end)
    with pytest.raises(errors.TooLate):
        deciding.object_to(result, objection(), by=BY, now=end)
    with pytest.raises(errors.TermUnfit):
        deciding.object_to(objected, objection(), by=BY, now=HELD_AT)
    with pytest.raises(TextTooShort):
        deciding.object_to(result, objection(" "), by=BY, now=HELD_AT)


def test_what_has_passed_makes_work_once_and_what_has_not_makes_none() -> None:
    end = HELD_AT + timedelta(days=15)
    passed, failed = taken(published(), "certify", now=end), taken(published(yes=20), "certify", now=end)
    done = deciding.dispatch(passed, ONE, 1, most=20, now=end)
    with pytest.raises(errors.CountedBefore):
        deciding.dispatch(done, ONE, 1, most=20, now=end)
    with pytest.raises(errors.NotPassed):
        deciding.dispatch(failed, ONE, 1, most=20, now=end)
    for number in (0, 21):
        with pytest.raises(errors.TermUnfit):
            deciding.dispatch(passed, ONE, number, most=20, now=end)


@pytest.mark.parametrize("step", ["adjourn", "cancel"])
def test_whoever_calls_it_off_says_why(step: str) -> None:
    with pytest.raises(TextTooShort):
        taken(called(), step, " ")
    assert taken(called(), step, "另行安排").reason == "另行安排"
