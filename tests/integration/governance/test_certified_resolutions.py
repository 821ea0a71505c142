from datetime import date, timedelta
from typing import Any

import pytest

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.governance import CertifyResolution, ConveneMeeting, DeclineItem, TakeAttendance
from contracts.events.registry import CategoryDefined, DepartmentDefined, PlaceDefined, Tier
from contracts.vocabulary import Kind, Urgency
from services.governance.decided_work import queries as works
from services.governance.meeting import queries
from services.governance.meeting.certifying import case_id_of
from services.governance.reference.queries import reference_counts
from services.governance.service import COMMANDS, EVENTS
from tests.support.messages import a_command, an_event, answer_of, data_of, rows, sent
from tests.unit.governance.builders import (
    ACTION,
    DISPATCHER,
    an_id,
    an_item,
    certifying,
    convening,
    declining,
    escalated,
    somebody,
    taking_attendance,
)

CASE = case_id_of(an_id("certified resolution"))


def a_place(code: str, tier: Tier, **fields: Any) -> PlaceDefined:
    given = {"parent": None, "name_zh": "", "name_en": "", "fictional": True, "valid_from": date(2012, 1, 1)}
    return PlaceDefined(code=code, tier=tier, **(given | fields))


def a_category(code: str = "0202", **fields: Any) -> CategoryDefined:
    given = {
        "parent": "02",
        "name_zh": "",
        "name_en": "",
        "kind": Kind.COMPONENT,
        "department": "CGJ",
        "urgency": Urgency.NORMAL,
        "limit": "3wd",
        "small": False,
        "valid_from": date(2012, 1, 1),
    }
    return CategoryDefined(code=code, **(given | fields))


def hear(database: Database, *events: Any) -> None:
    told = [
        an_event(event, subject=f"{type(event).__name__}:{event.code}", sequence=1, source="registry")
        for event in events
    ]
    EVENTS.process(database, told)


def ask(
    database: Database,
    *commands: CertifyResolution | ConveneMeeting | DeclineItem | TakeAttendance,
    principal: Principal | None = DISPATCHER,
) -> list[dict[str, Any]]:
    bodies = COMMANDS.process(database, [a_command(command, principal) for command in commands])
    return [answer_of(body) for body in bodies]


def prepare(database: Database) -> None:
    """A meeting was called in a district of one grid and one category."""
    hear(database, a_place("c01-g01", Tier.GRID), a_place("c01", Tier.COMMUNITY), a_category())
    ask(database, convening())


def test_a_certified_resolution_is_told_once_and_its_text_shown_with_its_meeting(database: Database) -> None:
    prepare(database)
    first, again = ask(database, certifying(), certifying())
    assert first == again == {"resolution_id": str(an_id("certified resolution")), "case_id": str(CASE)}
    (event,) = sent(database)
    assert (event.type, event.subject, event.sequence, event.orderingkey) == (
        "governance.resolution.certified.v1",
        str(an_id("certified resolution")),
        1,
        str(CASE),
    )
    assert data_of(event)["owner_id"] == DISPATCHER.subject
    assert ACTION not in bytes(event.data).decode()
    (meeting,) = queries.agenda(database, DISPATCHER).meetings
    assert [(each.case_id, each.grid, each.category, each.text) for each in meeting.certified] == [
        (CASE, "c01-g01", "0202", ACTION)
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"meeting_id": an_id("no meeting")}, "not_found"),
        ({"grid": "c09-g01"}, "unknown_grid"),
        ({"grid": "c01"}, "unknown_grid"),
        ({"grid": "\0"}, "unknown_grid"),
        ({"category": "9999"}, "unknown_category"),
        ({"category": "\0"}, "unknown_category"),
        ({"text": ""}, "text_too_short"),
    ],
)
def test_a_certification_that_is_not_right_is_refused_and_changes_nothing(
    database: Database, change: dict[str, Any], code: str
) -> None:
    prepare(database)
    assert ask(database, certifying(**change))[0]["code"] == code
    assert sent(database) == []
    assert rows(database, "SELECT 1 FROM certification") == []


def test_a_grid_and_a_category_are_known_from_their_first_day(database: Database) -> None:
    ask(database, convening())
    hear(database, a_place("c01-g01", Tier.GRID, valid_to=date(2030, 1, 1)))
    hear(database, a_category(valid_from=date(2029, 1, 1)))
    assert ask(database, certifying())[0]["code"] == "unknown_category"
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(days=4000), mode="test")
    try:
        later = certifying(command_id=an_id("later"))
        assert ask(database, later)[0]["code"] == "unknown_grid"
    finally:
        with database.engine.begin() as connection:
            set_offset(connection, timedelta(0), mode="test")


def test_everybody_follows_what_a_conference_has_certified(database: Database) -> None:
    hear(database, a_place("c01-g01", Tier.GRID, parent="c01"), a_category())
    ask(database, convening(), certifying(due_on=date(2026, 4, 1)))
    (work,) = works.decided_work(database, community="c01").items
    assert (work.case_id, work.origin, work.text) == (CASE, "conference", ACTION)
    assert (work.due_on, work.done, work.number) == (date(2026, 4, 1), False, None)


def test_where_too_few_were_there_a_conference_decides_nothing(database: Database) -> None:
    prepare(database)
    department = DepartmentDefined(code="CGJ", name_zh="城市管理局", name_en="Urban management")
    hear(database, department)
    event = escalated()
    EVENTS.process(database, [an_event(event, subject=str(event.case_id), sequence=1)])
    second = convening(meeting_id=an_id("second"), command_id=an_id("second"))
    few = taking_attendance(meeting_id=an_id("second"), present=7, departments=("CGJ",))
    decline = declining(an_item(), meeting_id=an_id("second"))
    certify = certifying(meeting_id=an_id("second"))
    answers = ask(database, second, few, decline, certify)
    assert [each.get("code") for each in answers] == [None, None, "quorum_missed", "quorum_missed"]
    again = taking_attendance(meeting_id=an_id("second"), command_id=an_id("again"))
    unknown = taking_attendance(command_id=an_id("unknown"), departments=("ZZZ",))
    enough = taking_attendance(command_id=an_id("enough"))
    answers = ask(database, again, unknown, enough, certifying(command_id=an_id("later")))
    assert [each.get("code") for each in answers] == ["conflict", "unknown_department", None, None]
    seen = {each.meeting_id: each for each in queries.agenda(database, DISPATCHER).meetings}
    assert (seen[an_id("second")].present, seen[an_id("second")].quorum) == (7, False)
    assert seen[an_id("second")].departments == ("CGJ",)
    assert seen[an_id("meeting")].quorum
    by_a_clerk = ask(database, taking_attendance(command_id=an_id("c")), principal=somebody("c", "clerk"))
    assert by_a_clerk[0]["code"] == "forbidden"


def test_a_resolutions_id_is_used_once_whatever_it_decides(database: Database) -> None:
    prepare(database)
    other = certifying(command_id=an_id("again"), text="另一件事，另一段文字。")
    assert [answer.get("code") for answer in ask(database, certifying(), other)] == [None, "conflict"]
    event = escalated()
    EVENTS.process(database, [an_event(event, subject=str(event.case_id), sequence=1)])
    second = convening(meeting_id=an_id("second"), command_id=an_id("second"))
    decline = declining(an_item(), meeting_id=an_id("second"))
    taken = certifying(command_id=an_id("taken"), resolution_id=decline.resolution_id)
    assert [answer.get("code") for answer in ask(database, second, decline, taken)] == [
        None,
        None,
        "conflict",
    ]


@pytest.mark.parametrize(
    "principal",
    [
        somebody("clerk", "clerk", community="c01"),
        somebody("resident", "resident"),
        Principal(subject="system", roles=frozenset({"dispatcher"})),
        None,
    ],
)
def test_a_dispatchers_account_alone_certifies(database: Database, principal: Principal | None) -> None:
    prepare(database)
    assert ask(database, certifying(), principal=principal)[0]["code"] == "forbidden"


def test_the_mirror_keeps_grids_and_no_other_place(database: Database) -> None:
    prepare(database)
    counts = reference_counts(database)
    assert (counts.grids, counts.categories) == (1, 1)
    hear(database, a_place("c01-g02", Tier.GRID), a_category("0301"))
    assert rows(database, "SELECT code FROM grid ORDER BY code") == [("c01-g01",), ("c01-g02",)]
    assert rows(database, "SELECT code FROM category ORDER BY code") == [("0202",), ("0301",)]
