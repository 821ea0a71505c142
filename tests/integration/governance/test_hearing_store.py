"""A hearing over governance's own entrypoints, lived through on the cell's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.data.clock import cell_now, set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands import hearings as asks
from contracts.commands.assemblies import Action
from contracts.commands.hearings import Answered, Capacity, HearingState, PlainStep, Side
from contracts.events import intake as told
from contracts.vocabulary import Kind, Urgency
from services.governance.decided_work import queries as works
from services.governance.hearing import queries
from services.governance.hearing.errors import UnknownHearing
from services.governance.service import COMMANDS
from services.governance.topic import queries as topics
from tests.integration.governance.asking import ask, know_places, tell
from tests.support.messages import a_command, answer_of, data_of, rows, sent
from tests.unit.governance.builders import DISPATCHER, an_id, somebody
from tests.unit.governance.hearings import HEARING, VALUE, drafting, registering
from tests.unit.governance.neighbours import (
    CLERK,
    COMMITTEE,
    NEIGHBOUR,
    OTHER_COMMITTEE,
    RESIDENT,
    STRANGER,
    admitting,
    raising,
)

NAMES = ("张三", "李四", "王五")
OTHER_CLERK = somebody("other clerk", "clerk", community="c02")


class Hall:
    """One hearing, and what is asked of it under a new command each time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.number = 0
        know_places(database)
        ask(database, raising(), RESIDENT)
        ask(database, admitting(), COMMITTEE)
        ask(database, drafting(), COMMITTEE)

    def ask(self, cls: type[Any], who: Principal | None = COMMITTEE, **fields: Any) -> dict[str, Any]:
        self.number += 1
        command = cls(command_id=an_id(f"hall {self.number}"), hearing_id=HEARING, **fields)
        return ask(self.database, command, who)

    def move(self, step: PlainStep, who: Principal | None = COMMITTEE, reason: str = "") -> dict[str, Any]:
        return self.ask(asks.MoveHearing, who, step=step, reason=reason)

    def later(self, **by: float) -> None:
        with self.database.engine.begin() as connection:
            ahead = connection.scalar(sa.text("SELECT ahead FROM cell_clock"))
            set_offset(connection, ahead + timedelta(**by), mode="test")

    def now(self) -> datetime:
        with self.database.reading() as connection:
            return cell_now(connection)

    def notice(self) -> dict[str, Any]:
        return self.ask(
            asks.NoticeHearing,
            held_at=self.now() + timedelta(days=11),
            venue="社区活动室",
            registration_until=self.now() + timedelta(days=5),
            draw_source="双色球开奖号码",
        )

    def register(self) -> dict[str, str]:
        """One at home, three at the window; return each one's code by registration."""
        receipts = [ask(self.database, registering(side=Side.AGAINST), RESIDENT)]
        receipts += [ask(self.database, registering(name), CLERK) for name in NAMES]
        return {each["registration_id"]: each["code"] for each in receipts}

    def seat(self) -> dict[str, str]:
        """Go from the draft to the check-in; return the codes of those who have a seat, by registration."""
        self.notice()
        self.move(PlainStep.OPEN_REGISTRATION)
        codes = self.register()
        self.later(days=6)
        assert self.ask(asks.LockSeats, public_value=VALUE)["state"] == "seats_locked"
        self.move(PlainStep.BEGIN_CHECK_IN, CLERK)
        panel = {str(each) for each in queries.draw(self.database, HEARING).panel}
        return {registration: code for registration, code in codes.items() if registration in panel}

    def open(self) -> list[str]:
        """Have everybody of the panel come; return the registrations by seat."""
        codes = self.seat()
        for code in codes.values():
            assert self.ask(asks.CheckIn, CLERK, code=code)["state"] == "check_in"
        self.later(days=6)
        assert self.move(PlainStep.OPEN)["state"] == "open"
        return [str(each) for each in queries.draw(self.database, HEARING).panel]

    def report(self) -> None:
        """Go from the opening to the report."""
        panel = self.open()
        opinion = {"opinion_id": an_id("opinion"), "registration_id": panel[0], "text": "须保证居民通行"}
        self.ask(asks.RecordOpinion, CLERK, **opinion)
        self.move(PlainStep.CLOSE)
        self.ask(asks.WriteMinutes, CLERK, text="听证会笔录")
        for one in panel:
            self.ask(asks.SignMinutes, CLERK, registration_id=one, signs=True)
        self.move(PlainStep.COMPLETE_MINUTES)
        answer = {"opinion_id": an_id("opinion"), "answer": Answered.ADOPTED, "reason": "接送时段另行安排"}
        self.ask(asks.AnswerOpinion, **answer)
        assert self.ask(asks.PublishReport, text="听证会报告")["state"] == "report_published"


@pytest.fixture
def hall(database: Database) -> Iterator[Hall]:
    yield Hall(database)
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def of_case(cls: type[Any], case_id: UUID, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "case_id": case_id,
        "number": "140303-20260402-000007",
        "community": "c01",
        "grid": "c01-g01",
        "cycle": 1,
        "reporter_id": UUID(COMMITTEE.subject),
        "at": datetime(2026, 4, 2, tzinfo=UTC),
        "category": "1101",
        "kind": Kind.SERVICE,
        "urgency": Urgency.COMPLEX,
    }
    return cls(**{**given, **fields})


def test_a_hearing_goes_from_its_draft_to_cases_and_is_followed_until_they_are_done(hall: Hall) -> None:
    hall.report()
    assert topics.one_published(hall.database, an_id("topic")).may_be_decided
    assert sent(hall.database) == []
    actions = (
        Action(grid="c01-g01", category="1101", text="三十日内答复办园条件"),
        Action(grid="c01-g01", category="0306", text="三十日内答复规划条件"),
    )
    assert hall.ask(asks.DispatchHearing, actions=actions)["state"] == "dispatched"
    events = sent(hall.database)
    assert [each.type for each in events] == ["governance.resolution.certified.v1"] * 2
    assert {data_of(each)["owner_id"] for each in events} == {COMMITTEE.subject}
    assert not any("答复" in bytes(each.data).decode() for each in events)
    assert hall.move(PlainStep.BEGIN_FOLLOW_UP)["state"] == "follow_up"
    hall.ask(asks.RecordFollowUp, text="教育局已受理")
    cases = [UUID(data_of(each)["case_id"]) for each in events]
    for number, case_id in enumerate(cases, start=1):
        reported = {"channel": "meeting", "reported_by": "governance", "occurred_at": hall.now()}
        tell(hall.database, of_case(told.CaseReported, case_id, **reported), sequence=1)
        assert hall.move(PlainStep.ARCHIVE)["code"] == "work_not_done"
        closed = {"closure": told.Closure.SATISFIED, "resolved": True, "score": 5}
        tell(hall.database, of_case(told.CaseClosed, case_id, **closed), sequence=2)
        assert sum(each.done for each in works.decided_work(hall.database).items) == number
    assert hall.move(PlainStep.ARCHIVE)["state"] == "archived"
    view = queries.one(hall.database, HEARING)
    assert [(each.case_state, each.number) for each in view.work] == [
        ("closed", "140303-20260402-000007")
    ] * 2
    assert (view.led_to, view.signed, view.report) == (HearingState.DISPATCHED, 3, "听证会报告")
    assert [each.text for each in view.follow_up] == ["教育局已受理"]


def test_nobodys_name_account_or_code_is_in_what_everybody_reads_or_hears(hall: Hall) -> None:
    hall.report()
    codes = [row[0] for row in rows(hall.database, "SELECT code FROM hearing_registration")]
    public = repr((queries.one(hall.database, HEARING), queries.draw(hall.database, HEARING)))
    for secret in (*NAMES, *codes, RESIDENT.subject, COMMITTEE.subject):
        assert secret not in public


def test_a_resident_sees_the_own_registration_and_who_runs_the_hearing_all(hall: Hall) -> None:
    hall.seat()
    (own,) = queries.registrations(hall.database, RESIDENT, HEARING).items
    assert (own.name, len(own.code or "")) == (None, 8)
    assert queries.registrations(hall.database, NEIGHBOUR, HEARING).items == ()
    everybody = queries.registrations(hall.database, CLERK, HEARING).items
    assert {each.name for each in everybody} == {None, *NAMES}
    assert {each.code for each in everybody} == {None}
    for who in (STRANGER, OTHER_COMMITTEE, DISPATCHER):
        with pytest.raises(Forbidden):
            queries.registrations(hall.database, who, HEARING)


def test_a_person_is_registered_once_by_the_database_itself(hall: Hall) -> None:
    hall.notice()
    hall.move(PlainStep.OPEN_REGISTRATION)
    assert ask(hall.database, registering(), RESIDENT) == ask(hall.database, registering(), RESIDENT)
    again = registering(command_id=an_id("again"), registration_id=an_id("again"))
    assert ask(hall.database, again, RESIDENT)["code"] == "registered_before"
    columns = "hearing_id, capacity, side, account_id, name, registered_at, present"
    twice = sa.text(
        f"INSERT INTO hearing_registration (id, code, {columns}) "  # noqa: S608 - a test's own words
        f"SELECT gen_random_uuid(), 'OTHER', {columns} FROM hearing_registration"
    )
    with pytest.raises(sa.exc.IntegrityError, match="once"), hall.database.engine.begin() as connection:
        connection.execute(twice)


def test_too_few_come_and_the_hearing_is_called_again(hall: Hall) -> None:
    codes = hall.seat()
    hall.ask(asks.CheckIn, CLERK, code=next(iter(codes.values())))
    hall.later(days=6)
    assert hall.move(PlainStep.OPEN)["code"] == "quorum_missed"
    assert hall.move(PlainStep.ADJOURN, reason="到会不足三分之二")["state"] == "adjourned"
    assert hall.move(PlainStep.OPEN)["code"] == "illegal_transition"
    assert hall.notice()["state"] == "noticed"
    view = queries.one(hall.database, HEARING)
    assert (view.sitting, view.present, view.panel, view.registered) == (2, 0, 0, 4)


def test_a_topic_has_one_hearing_at_a_time(hall: Hall) -> None:
    second = drafting(command_id=an_id("second"), hearing_id=an_id("second hearing"))
    assert ask(hall.database, second, COMMITTEE)["code"] == "conflict"
    assert hall.move(PlainStep.CANCEL, reason="议题另行安排")["state"] == "cancelled"
    again = drafting(command_id=an_id("third"), hearing_id=an_id("second hearing"))
    assert ask(hall.database, again, COMMITTEE)["state"] == "draft"


def test_a_draft_is_its_committees_alone(hall: Hall) -> None:
    assert queries.published(hall.database).items == ()
    for look in (queries.one, queries.draw):
        with pytest.raises(UnknownHearing):
            look(hall.database, HEARING)
    assert [each.hearing_id for each in queries.drafts(hall.database, COMMITTEE).items] == [HEARING]
    assert queries.drafts(hall.database, OTHER_COMMITTEE).items == ()
    hall.notice()
    assert [each.hearing_id for each in queries.published(hall.database, community="c01").items] == [HEARING]


@pytest.mark.parametrize("who", [OTHER_COMMITTEE, OTHER_CLERK, STRANGER, RESIDENT, DISPATCHER, None])
def test_a_hearing_is_run_by_its_own_community(hall: Hall, who: Principal | None) -> None:
    one = {"registration_id": an_id("registration ")}
    asked: tuple[tuple[type[Any], dict[str, Any]], ...] = (
        (asks.MoveHearing, {"step": PlainStep.CANCEL, "reason": "不办了"}),
        (asks.LockSeats, {"public_value": VALUE}),
        (asks.CheckIn, {"code": "CODE"}),
        (asks.GiveFloor, one),
        (asks.RecordOpinion, {**one, "opinion_id": an_id("opinion"), "text": "赞成"}),
        (asks.WriteMinutes, {"text": "笔录"}),
        (asks.AnswerOpinion, {"opinion_id": an_id("opinion"), "answer": Answered.NO, "reason": "理由"}),
        (asks.PublishReport, {"text": "报告"}),
        (asks.DispatchHearing, {"actions": ()}),
        (asks.RecordFollowUp, {"text": "落实"}),
    )
    assert [hall.ask(cls, who, **fields).get("code") for cls, fields in asked] == ["forbidden"] * len(asked)
    assert rows(hall.database, "SELECT state FROM hearing") == [("draft",)]


def test_a_resident_speaks_and_signs_for_nobody_else(hall: Hall) -> None:
    panel = hall.open()
    own = str(an_id("registration "))
    other = next(each for each in panel if each != own)
    for cls, fields in ((asks.AskFloor, {}), (asks.SignMinutes, {"signs": True})):
        assert hall.ask(cls, RESIDENT, registration_id=other, **fields)["code"] == "not_found"
        assert hall.ask(cls, STRANGER, registration_id=own, **fields)["code"] == "forbidden"
    assert hall.ask(asks.AskFloor, CLERK, registration_id=other)["state"] == "open"


def test_what_was_sent_to_an_assembly_is_followed_until_it_is_decided(hall: Hall) -> None:
    hall.report()
    assert hall.move(PlainStep.TO_ASSEMBLY, reason="提交居民会议表决")["state"] == "to_assembly"
    hall.move(PlainStep.BEGIN_FOLLOW_UP)
    assert hall.move(PlainStep.ARCHIVE)["code"] == "work_not_done"
    with hall.database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE topic SET state = 'decided'"))
    assert hall.move(PlainStep.ARCHIVE)["state"] == "archived"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grid": "c02-g01"}, "unknown_grid"),
        ({"grid": "\0"}, "unknown_grid"),
        ({"category": "9999"}, "unknown_category"),
        ({"text": " "}, "text_too_short"),
    ],
)
def test_an_action_that_is_not_right_makes_no_case_of_any(
    hall: Hall, change: dict[str, Any], code: str
) -> None:
    hall.report()
    right = {"grid": "c01-g01", "category": "1101", "text": "三十日内答复办园条件"}
    actions = (Action(**right), Action(**{**right, **change}))
    assert hall.ask(asks.DispatchHearing, actions=actions)["code"] == code
    assert sent(hall.database) == []
    assert rows(hall.database, "SELECT 1 FROM work_item") == []
    assert queries.one(hall.database, HEARING).state == "report_published"


def test_everything_of_a_batch_sees_what_came_before_it(hall: Hall) -> None:
    hall.notice()
    hall.move(PlainStep.OPEN_REGISTRATION)
    names = [registering(f"第{number}人", capacity=Capacity.PUBLIC) for number in range(4)]
    twice = registering("第0人", command_id=an_id("twice"), registration_id=an_id("twice"))
    bodies = COMMANDS.process(hall.database, [a_command(each, CLERK) for each in (*names, twice)])
    assert [answer_of(body).get("code") == "registered_before" for body in bodies] == [False] * 4 + [True]
    assert queries.one(hall.database, HEARING).registered == 4
