"""Cases, people and messages for the tests of intake."""

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID, uuid5

from chassis.principal import Principal
from contracts.commands.intake import (
    Channel,
    PassCheck,
    RecordDissatisfied,
    RecordSatisfied,
    ReportCase,
)
from contracts.events.dispatch import (
    WorkOrderCompleted,
    WorkOrderEvent,
    WorkOrderExtended,
    WorkOrderOffered,
    WorkOrderResumed,
    WorkOrderSuspended,
)
from contracts.events.governance import ResolutionAdopted, ResolutionDeclined
from contracts.vocabulary import Evidence, Kind, MediaKind, Point, Urgency
from services.intake.case import heard, reporting
from services.intake.case.case import Case, CaseId, Decided
from services.intake.case.lifecycle import By, State
from services.intake.case.reporting import Named
from services.intake.reference.values import Category, Grid

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
GRID = Grid(code="c01-g01", community="c01", district="140303")
LAMP = Category(
    code="0202", kind=Kind.COMPONENT, department="CGJ", urgency=Urgency.NORMAL, valid_from=date(2012, 1, 1)
)
RUBBISH = Category(
    code="0101",
    kind=Kind.EVENT,
    department="CGJ",
    urgency=Urgency.NORMAL,
    valid_from=date(2012, 1, 1),
    small=True,
)
LAMP_POST = Point(longitude_deg=113.58, latitude_deg=37.86)
NUMBER = "140303-20260302-000001"
TEXT = "街口的路灯不亮了，晚上很黑，请来看看。"


def an_id(name: str) -> UUID:
    return uuid5(NAMES, name)


def somebody(name: str, *roles: str, **scope: str) -> Principal:
    return Principal(subject=str(an_id(name)), roles=frozenset(roles), scope=scope)


RESIDENT = somebody("resident", "resident")
NEIGHBOUR = somebody("neighbour", "resident")
WORKER = somebody("worker", "grid_worker", community="c01", grid="c01-g01")
FOREIGN_WORKER = somebody("worker 2", "grid_worker", community="c01", grid="c01-g02")
CLERK = somebody("clerk", "clerk", community="c01")
FOREIGN_CLERK = somebody("clerk 2", "clerk", community="c02")
INSPECTOR = somebody("inspector", "inspector")
HOTLINE = somebody("hotline", "hotline")
DISPATCHER = somebody("dispatcher", "dispatcher")
ARCHIVIST = somebody("archivist", "archivist")
OFFICER = somebody("officer", "department", department="CGJ")
SYSTEM = Principal(subject="system", roles=frozenset({"system"}))
HANDLER = an_id("handler")


def a_photo(name: str = "photo", kind: MediaKind = MediaKind.PHOTO) -> Evidence:
    return Evidence(media_id=an_id(name), sha256="ab" * 32, kind=kind)


def a_report(**fields: Any) -> ReportCase:
    given: dict[str, Any] = {
        "command_id": an_id("report"),
        "case_id": an_id("case"),
        "grid": GRID.code,
        "text": TEXT,
        "occurred_at": NOW - timedelta(hours=1),
        "channel": Channel.APP,
    }
    return ReportCase(**(given | fields))


def a_check(**fields: Any) -> PassCheck:
    given: dict[str, Any] = {
        "command_id": an_id("check"),
        "case_id": an_id("case"),
        "evidence": (a_photo("after"),),
        "point": LAMP_POST,
    }
    return PassCheck(**(given | fields))


def a_good_answer(**fields: Any) -> RecordSatisfied:
    given: dict[str, Any] = {
        "command_id": an_id("satisfied"),
        "case_id": an_id("case"),
        "resolved": True,
        "score": 5,
        "channel": Channel.PHONE,
    }
    return RecordSatisfied(**(given | fields))


def a_bad_answer(**fields: Any) -> RecordDissatisfied:
    given: dict[str, Any] = {
        "command_id": an_id("dissatisfied"),
        "case_id": an_id("case"),
        "reason": "路灯还是不亮，没有人来修过。",
        "channel": Channel.PHONE,
    }
    return RecordDissatisfied(**(given | fields))


def reported(
    *, by: Principal = RESIDENT, category: Category | None = LAMP, now: datetime = NOW, **fields: Any
) -> Decided:
    code = None if category is None else category.code
    asked = a_report(category=code, **fields)
    return reporting.report(asked, by, Named(NUMBER, GRID, category), now=now)


def a_fact(kind: type[WorkOrderEvent], case: Case, **fields: Any) -> WorkOrderEvent:
    extras: dict[type[WorkOrderEvent], dict[str, Any]] = {
        WorkOrderOffered: {"co_handlers": ("SCJ",), "due_at": NOW + timedelta(days=3)},
        WorkOrderExtended: {"due_at": NOW + timedelta(days=9)},
        WorkOrderResumed: {"due_at": NOW + timedelta(days=9)},
        WorkOrderSuspended: {"review_on": date(2026, 3, 9)},
        WorkOrderCompleted: {
            "result_id": an_id("result"),
            "result_sha256": "cd" * 32,
            "evidence": (a_photo("done"),),
            "handler_id": HANDLER,
        },
    }
    common: dict[str, Any] = {
        "order_id": case.order_id or an_id(f"order {case.cycle}"),
        "case_id": case.case_id,
        "number": case.number,
        "cycle": case.cycle,
        "department": "CGJ",
        "category": "0202",
        "kind": Kind.COMPONENT,
        "urgency": Urgency.NORMAL,
        "community": case.community,
        "grid": case.grid,
        "at": NOW,
    }
    return kind(**(common | extras.get(kind, {}) | fields))


def an_adoption(case: Case, **fields: Any) -> ResolutionAdopted:
    given: dict[str, Any] = {
        "resolution_id": an_id("resolution"),
        "item_id": an_id("item"),
        "meeting_id": an_id("meeting"),
        "case_id": case.case_id,
        "lead": "ZJJ",
        "due_on": date(2026, 4, 1),
        "at": NOW,
    }
    return ResolutionAdopted(**(given | fields))


def a_decline(case: Case) -> ResolutionDeclined:
    return ResolutionDeclined(
        resolution_id=an_id("resolution"),
        item_id=an_id("item"),
        meeting_id=an_id("meeting"),
        case_id=case.case_id,
        at=NOW,
    )


def a_case(**fields: Any) -> Case:
    """Return a classified case of a broken lamp, changed as asked."""
    given: dict[str, Any] = {
        "case_id": CaseId(an_id("case")),
        "number": NUMBER,
        "state": State.CLASSIFIED,
        "community": GRID.community,
        "grid": GRID.code,
        "text": TEXT,
        "address": "桥头街 8 号",
        "point": LAMP_POST,
        "occurred_at": NOW - timedelta(hours=1),
        "channel": Channel.APP,
        "reported_by": By.RESIDENT,
        "reporter_id": an_id("resident"),
        "reported_at": NOW,
        "updated_at": NOW,
        "state_since": NOW,
        "category": LAMP.code,
        "kind": LAMP.kind,
        "urgency": LAMP.urgency,
        "lead": "CGJ",
        "order_id": an_id("order 1"),
        "version": 2,
        "emitted": 2,
    }
    return Case(**(given | fields))


def after_facts(case: Case, *kinds: type[WorkOrderEvent]) -> Case:
    return reduce(
        lambda known, kind: heard.order_moved(known, a_fact(kind, known), now=NOW).case, kinds, case
    )
