from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.data.engine import Database
from chassis.data.epochs import metadata as epoch_tables
from chassis.data.settled import metadata as settled_tables
from chassis.data.tables import metadata as chassis_tables
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands.governance import AdoptResolution, ConveneMeeting, DeclineItem
from contracts.events.intake import CaseEscalated
from contracts.events.registry import DepartmentDefined
from services.governance.assembly import models as assembly_tables
from services.governance.decided_work import models as work_tables
from services.governance.election import models as election_tables
from services.governance.hearing import models as hearing_tables
from services.governance.meeting import models as meeting_tables
from services.governance.meeting import queries
from services.governance.meeting.meeting import item_id_of
from services.governance.record import models as record_tables
from services.governance.reference import models as reference_tables
from services.governance.reference.queries import reference_counts
from services.governance.roll import models as roll_tables
from services.governance.service import COMMANDS, EVENTS
from services.governance.task import models as task_tables
from services.governance.topic import models as topic_tables
from services.governance.vote import models as vote_tables
from tests.support.messages import a_command, an_event, answer_of, data_of, rows, sent
from tests.unit.governance.builders import (
    DISPATCHER,
    DUE_ON,
    NOW,
    REASON,
    TEXT,
    adopting,
    an_id,
    an_item,
    convening,
    declining,
    escalated,
    somebody,
)

ITEM = an_item()
CGJ = DepartmentDefined(code="CGJ", name_zh="城市管理局", name_en="Urban management")


def hear(database: Database, event: CaseEscalated, *, sequence: int = 1) -> None:
    EVENTS.process(database, [an_event(event, subject=str(event.case_id), sequence=sequence)])


def ask(
    database: Database,
    *commands: ConveneMeeting | AdoptResolution | DeclineItem,
    principal: Principal | None = DISPATCHER,
) -> list[dict[str, Any]]:
    """Ask for these in one batch."""
    bodies = COMMANDS.process(database, [a_command(command, principal) for command in commands])
    return [answer_of(body) for body in bodies]


def prepare(database: Database) -> None:
    """A conference has one item on its agenda, and knows one department."""
    EVENTS.process(database, [an_event(CGJ, subject="department:CGJ", sequence=1, source="registry")])
    hear(database, escalated())
    ask(database, convening())


def states(database: Database) -> dict[UUID, str]:
    return {row[0]: row[1] for row in rows(database, "SELECT id, state FROM agenda_item")}


def test_the_migration_makes_the_tables_that_the_code_speaks_of(database: Database) -> None:
    tables = sa.MetaData()
    rooms = (
        meeting_tables,
        reference_tables,
        record_tables,
        topic_tables,
        hearing_tables,
        work_tables,
        assembly_tables,
        task_tables,
        roll_tables,
        vote_tables,
        election_tables,
    )
    for metadata in (chassis_tables, epoch_tables, settled_tables, *(room.metadata for room in rooms)):
        for table in metadata.tables.values():
            table.to_metadata(tables)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables) == []


def test_an_escalated_case_waits_for_a_conference(database: Database) -> None:
    hear(database, escalated())
    (item,) = queries.agenda(database, DISPATCHER).waiting
    assert (item.item_id, item.case_id, item.escalated_at) == (ITEM.id, an_id("case"), NOW)
    assert (item.meeting_id, item.outcome, item.text) == (None, None, None)


def test_a_case_that_is_told_again_is_late_and_one_that_comes_again_in_its_cycle_a_new_item(
    database: Database,
) -> None:
    hear(database, escalated())
    hear(database, escalated(), sequence=2)
    hear(database, escalated(conference=2), sequence=3)
    assert set(states(database)) == {ITEM.id, item_id_of(an_id("case"), 2)}
    late = rows(database, "SELECT item_id, step FROM agenda_timeline WHERE late")
    assert late == [(ITEM.id, "case.escalated")]


def test_a_meeting_takes_everything_that_waits_on_its_agenda_oldest_first(database: Database) -> None:
    hear(database, escalated(case_id=an_id("newer")))
    hear(database, escalated(at=NOW - timedelta(days=1)))
    (receipt,) = ask(database, convening())
    assert receipt["items"] == [str(ITEM.id), str(item_id_of(an_id("newer"), 1))]
    assert set(states(database).values()) == {"on_agenda"}
    agenda = queries.agenda(database, DISPATCHER)
    assert agenda.waiting == ()
    assert [len(meeting.items) for meeting in agenda.meetings] == [2]


def test_an_item_comes_on_the_agenda_of_the_first_of_two_meetings_called_at_once(database: Database) -> None:
    hear(database, escalated())
    second = convening(meeting_id=an_id("second"), command_id=an_id("convene the second"))
    receipts = ask(database, convening(), second)
    assert [len(receipt["items"]) for receipt in receipts] == [1, 0]


def test_a_meeting_is_called_once(database: Database) -> None:
    again = convening(command_id=an_id("convene again"), title="另一次会议")
    assert [answer.get("code") for answer in ask(database, convening(), convening(), again)] == [
        None,
        None,
        "conflict",
    ]


def test_an_adopted_resolution_is_told_once_without_its_text(database: Database) -> None:
    prepare(database)
    first, again = ask(database, adopting(ITEM), adopting(ITEM))
    assert (
        first
        == again
        == {
            "resolution_id": str(an_id("resolution")),
            "item_id": str(ITEM.id),
            "outcome": "adopted",
        }
    )
    (event,) = sent(database)
    assert (event.type, event.source, event.subject, event.sequence, event.orderingkey) == (
        "governance.resolution.adopted.v1",
        "governance",
        str(ITEM.id),
        1,
        str(an_id("case")),
    )
    assert (data_of(event)["lead"], data_of(event)["due_on"]) == ("CGJ", DUE_ON.isoformat())
    assert TEXT not in bytes(event.data).decode()


def test_a_declined_item_is_told_and_its_reason_shown(database: Database) -> None:
    prepare(database)
    ask(database, declining(ITEM))
    assert [event.type for event in sent(database)] == ["governance.resolution.declined.v1"]
    ((item,),) = [meeting.items for meeting in queries.agenda(database, DISPATCHER).meetings]
    assert (item.outcome, item.text, item.lead) == ("declined", REASON, None)
    steps = rows(database, "SELECT step, state, late FROM agenda_timeline ORDER BY position")
    assert steps == [
        ("case.escalated", "waiting", False),
        ("convene", "on_agenda", False),
        ("decline", "declined", False),
    ]


def test_an_item_has_one_resolution_even_in_one_batch(database: Database) -> None:
    prepare(database)
    second = declining(ITEM, resolution_id=an_id("second"))
    assert [answer.get("code") for answer in ask(database, adopting(ITEM), second)] == [
        None,
        "already_resolved",
    ]
    assert len(sent(database)) == 1


def test_a_resolutions_id_is_used_once(database: Database) -> None:
    hear(database, escalated(case_id=an_id("another")))
    prepare(database)
    other = an_item(case_id=an_id("another"))
    command = declining(other)
    assert [answer.get("code") for answer in ask(database, adopting(ITEM), command)] == [None, "conflict"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lead": "XXX"}, "unknown_department"),
        ({"lead": "\0"}, "unknown_department"),
        ({"text": "好的\0"}, "invalid"),
        ({"item_id": an_id("no item")}, "not_found"),
        ({"meeting_id": an_id("no meeting")}, "not_found"),
        ({"due_on": DUE_ON - timedelta(days=60)}, "invalid"),
        ({"text": ""}, "text_too_short"),
    ],
)
def test_a_resolution_that_is_not_right_is_refused_and_changes_nothing(
    database: Database, change: dict[str, Any], code: str
) -> None:
    prepare(database)
    assert ask(database, adopting(ITEM, **change))[0]["code"] == code
    assert states(database) == {ITEM.id: "on_agenda"}
    assert sent(database) == []


@pytest.mark.parametrize(
    "principal",
    [
        somebody("clerk", "clerk", community="c01"),
        somebody("operator", "operator"),
        somebody("resident"),
        None,
    ],
)
def test_the_guidance_centre_alone_convenes_and_records(
    database: Database, principal: Principal | None
) -> None:
    prepare(database)
    second = convening(meeting_id=an_id("second"), command_id=an_id("second"))
    answers = ask(database, second, adopting(ITEM), declining(ITEM), principal=principal)
    assert {answer["code"] for answer in answers} == {"forbidden"}


def test_the_agenda_is_not_for_residents_or_departments(database: Database) -> None:
    for principal in (somebody("resident", "resident"), somebody("officer", "department", department="CGJ")):
        with pytest.raises(Forbidden):
            queries.agenda(database, principal)


def test_what_is_open_is_counted_by_state_and_the_mirror_by_what_has_arrived(database: Database) -> None:
    prepare(database)
    hear(database, escalated(case_id=an_id("another")))
    assert queries.count_open(database) == {"waiting": 1, "on_agenda": 1}
    counts = reference_counts(database)
    assert (counts.departments, counts.grids, counts.categories) == (1, 0, 0)
