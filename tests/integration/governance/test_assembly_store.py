"""An assembly and a department's task over governance's own entrypoints, on the cell's clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.data.clock import cell_now, set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import assemblies as asks
from contracts.commands.assemblies import Action, PlainAssemblyStep, Point
from contracts.commands.rules import Counts
from contracts.commands.tasks import ProposeTask
from services.governance.assembly import queries
from services.governance.assembly.errors import UnknownAssembly
from services.governance.task import queries as tasks
from services.governance.topic import queries as topics
from tests.integration.governance.asking import ask, know_places
from tests.support.messages import data_of, rows, sent
from tests.unit.governance.builders import DISPATCHER, an_id, somebody
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

ASSEMBLY, POINT, OBJECTION = an_id("assembly"), an_id("point"), an_id("objection")
OFFICER = somebody("officer", "department", department="XFD")
ACTION = Action(grid="c01-g01", category="1101", text="三十日内答复办园条件", due_on=date(2100, 1, 1))


class Room:
    """One assembly, and what is asked of it under a new command each time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.number = 0
        know_places(database)
        ask(database, raising(), RESIDENT)
        ask(database, admitting(), COMMITTEE)

    def ask(self, cls: type[Any], who: Principal | None = COMMITTEE, **fields: Any) -> dict[str, Any]:
        self.number += 1
        command = cls(command_id=an_id(f"room {self.number}"), assembly_id=ASSEMBLY, **fields)
        return ask(self.database, command, who)

    def move(self, step: str, who: Principal | None = COMMITTEE, reason: str = "") -> dict[str, Any]:
        return self.ask(asks.MoveAssembly, who, step=PlainAssemblyStep(step), reason=reason)

    def now(self) -> datetime:
        with self.database.reading() as connection:
            return cell_now(connection)

    def later(self, **by: float) -> None:
        with self.database.engine.begin() as connection:
            ahead = connection.scalar(sa.text("SELECT ahead FROM cell_clock"))
            set_offset(connection, ahead + timedelta(**by), mode="test")

    def hear_topic(self) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(sa.text("UPDATE topic SET hearing_id = :id"), {"id": an_id("hearing")})

    def convene(self, who: Principal | None = COMMITTEE, **changes: Any) -> dict[str, Any]:
        given: dict[str, Any] = {
            "rule": "CN-2026.residents",
            "title": "四矿小区居民会议",
            "venue": "社区活动室",
            "held_at": self.now() + timedelta(days=10, minutes=1),
            "counts": Counts(n=280),
            "agenda": (Point(point_id=POINT, question="是否兴办幼儿园?", topic_id=an_id("topic")),),
        }
        return self.ask(asks.ConveneAssembly, who, **{**given, **changes})

    def hands(self, who: Principal | None = COMMITTEE, **changes: Any) -> dict[str, Any]:
        given = {"yes": 161, "no": 20, "abstain": 6, "text": "同意兴办幼儿园", "owner": "居委会"}
        due_on = self.now().date() + timedelta(days=90)
        return self.ask(asks.CountHands, who, **{**given, "point_id": POINT, "due_on": due_on, **changes})

    def publish(self) -> None:
        self.hear_topic()
        assert self.convene()["state"] == "convened"
        self.later(days=11)
        self.ask(asks.RecordAttendance, CLERK, present=187)
        assert self.move("open")["state"] == "open"
        self.hands()
        self.move("close")
        assert self.move("publish")["state"] == "published"


@pytest.fixture
def room(database: Database) -> Iterator[Room]:
    yield Room(database)
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def test_an_assembly_decides_a_topic_and_what_it_resolved_becomes_a_case(room: Room) -> None:
    room.publish()
    objected = {"objection_id": OBJECTION, "text": "到会人数有误"}
    assert room.ask(asks.ObjectToAssembly, NEIGHBOUR, **objected)["state"] == "published"
    room.later(days=15)
    assert room.move("certify")["code"] == "objections_open"
    room.ask(asks.AnswerAssemblyObjection, objection_id=OBJECTION, answer="已与签到册核对")
    assert room.move("certify")["state"] == "certified"
    assert topics.one_published(room.database, an_id("topic")).state == "decided"
    assert room.ask(asks.DispatchPoint, point_id=POINT, actions=(ACTION,))["state"] == "certified"
    (event,) = sent(room.database)
    assert (event.type, data_of(event)["meeting_id"]) == ("governance.resolution.certified.v1", str(POINT))
    view = queries.assembly(room.database, ASSEMBLY)
    (point,), (work,) = view.agenda, view.work
    assert (point.passed, point.decided_by, point.owner) == (True, "2y > p: 322 > 187", "居委会")
    assert [str(each.inequality) for each in point.inequalities] == ["2p > n", "2y > p"]
    assert (work.origin, work.text, work.due_on) == ("assembly", ACTION.text, ACTION.due_on)
    assert NEIGHBOUR.subject not in repr(view)
    again = room.ask(asks.DispatchPoint, point_id=POINT, actions=(ACTION,))
    assert (again["code"], len(sent(room.database))) == ("already_resolved", 1)
    assert [each.assembly_id for each in queries.assemblies(room.database, community="c01").items] == [
        ASSEMBLY
    ]


def test_a_listed_topic_comes_on_no_agenda_before_its_hearing(room: Room) -> None:
    assert room.convene()["code"] == "hearing_required"
    assert rows(room.database, "SELECT 1 FROM assembly") == []
    room.hear_topic()
    assert room.convene(OTHER_COMMITTEE)["code"] == "not_found"
    assert room.convene()["state"] == "convened"
    assert room.convene()["code"] == "conflict"


def test_too_few_come_and_it_is_called_again(room: Room) -> None:
    room.hear_topic()
    room.convene()
    room.later(days=11)
    room.ask(asks.RecordAttendance, CLERK, present=140)
    assert room.move("open")["code"] == "quorum_missed"
    assert room.move("adjourn", reason="到会人数未过半数")["state"] == "adjourned"
    again = {"held_at": room.now() + timedelta(days=10, minutes=1), "venue": "社区活动室"}
    assert room.ask(asks.ReconveneAssembly, **again)["state"] == "convened"
    assert queries.assembly(room.database, ASSEMBLY).sitting == 2


@pytest.mark.parametrize("who", [OTHER_COMMITTEE, STRANGER, RESIDENT, DISPATCHER, None])
def test_an_assembly_is_run_by_its_own_community(room: Room, who: Principal | None) -> None:
    room.hear_topic()
    room.convene()
    asked: tuple[tuple[type[Any], dict[str, Any]], ...] = (
        (asks.ReconveneAssembly, {"held_at": room.now(), "venue": "别处"}),
        (asks.RecordAttendance, {"present": 200}),
        (asks.MoveAssembly, {"step": PlainAssemblyStep.CANCEL, "reason": "不开了"}),
        (asks.AnswerAssemblyObjection, {"objection_id": OBJECTION, "answer": "答复"}),
        (asks.DispatchPoint, {"point_id": POINT, "actions": (ACTION,)}),
    )
    assert [room.ask(cls, who, **fields).get("code") for cls, fields in asked] == ["forbidden"] * len(asked)
    assert room.hands(who)["code"] == "forbidden"
    assert rows(room.database, "SELECT state FROM assembly") == [("convened",)]


@pytest.mark.parametrize("who", [STRANGER, COMMITTEE, CLERK, None])
def test_residents_of_the_community_alone_object(room: Room, who: Principal | None) -> None:
    room.publish()
    objected = {"objection_id": OBJECTION, "text": "到会人数有误"}
    assert room.ask(asks.ObjectToAssembly, who, **objected)["code"] == "forbidden"


def test_an_action_elsewhere_makes_no_case(room: Room) -> None:
    room.publish()
    room.later(days=15)
    room.move("certify")
    elsewhere = Action(grid="c02-g01", category="1101", text="别处的事")
    assert room.ask(asks.DispatchPoint, point_id=POINT, actions=(ACTION, elsewhere))["code"] == "unknown_grid"
    assert sent(room.database) == []
    with pytest.raises(UnknownAssembly):
        queries.assembly(room.database, an_id("another"))


def proposing(item: str = "fire_safety_notice", **changes: Any) -> ProposeTask:
    given: dict[str, Any] = {
        "command_id": an_id("propose"),
        "task_id": an_id("task"),
        "community": "c01",
        "item": item,
        "text": "请协助张贴消防安全须知",
        "due_on": date(2100, 1, 1),
        "funding_fen": 50_000,
    }
    return ProposeTask(**{**given, **changes})


def test_a_department_asks_a_committee_for_what_is_on_the_list_and_nothing_else(room: Room) -> None:
    database = room.database
    assert ask(database, proposing("debt_collection"), OFFICER)["code"] == "not_on_entry_list"
    assert ask(database, proposing("census"), OFFICER)["code"] == "not_on_entry_list"
    assert ask(database, proposing(community="c09"), OFFICER)["code"] == "not_found"
    assert ask(database, proposing(community="\0"), OFFICER)["code"] == "not_found"
    for who in (COMMITTEE, DISPATCHER, somebody("nowhere", "department"), None):
        assert ask(database, proposing(), who)["code"] == "forbidden"
    assert tasks.tasks(database).items == ()
    assert UUID(ask(database, proposing(), OFFICER)["task_id"]) == an_id("task")
    assert ask(database, proposing(command_id=an_id("again")), OFFICER)["code"] == "conflict"
    (task,) = tasks.tasks(database, community="c01").items
    assert (task.department, task.item, task.funding_fen) == ("XFD", "fire_safety_notice", 50_000)
    assert tasks.tasks(database, community="c02").items == ()
    assert "XFD" in next(each for each in tasks.entry_list().items if each.code == task.item).departments
