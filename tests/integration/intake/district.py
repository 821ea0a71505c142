"""People, places and messages for the tests of intake against a real database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from chassis.data.clock import set_offset
from chassis.principal import Principal
from chassis.refusal import Refusal
from contracts.commands import intake as asks
from contracts.commands.intake import (
    CaseReceipt,
    Channel,
    PassCheck,
    RecordDissatisfied,
    RecordSatisfied,
    ReportCase,
)
from contracts.events.dispatch import (
    WorkOrderCompleted,
    WorkOrderEvent,
    WorkOrderOffered,
    WorkOrderSigned,
)
from contracts.events.registry import (
    CalendarPublished,
    CategoryDefined,
    DepartmentDefined,
    PlaceDefined,
    Tier,
)
from contracts.vocabulary import Evidence, Kind, LawfulChannel, MediaKind, Point, RefusalReason, Urgency
from tests.integration.intake.running import Intake

LAMP_POST = Point(longitude_deg=113.58, latitude_deg=37.86)
TEXT = "街口的路灯不亮了，晚上很黑，请来看看。"
PHOTO = Evidence(media_id=uuid4(), sha256="ab" * 32, kind=MediaKind.PHOTO)
DONE = Evidence(media_id=uuid4(), sha256="ef" * 32, kind=MediaKind.PHOTO)


def somebody(*roles: str, **scope: str) -> Principal:
    return Principal(subject=str(uuid4()), roles=frozenset(roles), scope=scope)


RESIDENT = somebody("resident")
NEIGHBOUR = somebody("resident")
WORKER = somebody("grid_worker", community="c01", grid="c01-g01")
CLERK = somebody("clerk", community="c01")
DISPATCHER = somebody("dispatcher")
ARCHIVIST = somebody("archivist")
INSPECTOR = somebody("inspector")
OFFICER = somebody("department", department="CGJ")
FOREIGN_OFFICER = somebody("department", department="ZJJ")


def places() -> Iterator[tuple[str, PlaceDefined]]:
    tree = [
        ("140303", Tier.DISTRICT, None),
        ("c01", Tier.COMMUNITY, "140303"),
        ("c02", Tier.COMMUNITY, "140303"),
    ]
    tree += [("c01-g01", Tier.GRID, "c01"), ("c01-g02", Tier.GRID, "c01"), ("c02-g01", Tier.GRID, "c02")]
    for code, tier, parent in tree:
        yield (
            f"place:{code}",
            PlaceDefined(
                code=code,
                tier=tier,
                parent=parent,
                name_zh=code,
                name_en=code,
                fictional=True,
                valid_from=date(2012, 1, 1),
            ),
        )


def categories() -> Iterator[tuple[str, CategoryDefined]]:
    for code, kind, urgency, small in (
        ("0202", Kind.COMPONENT, Urgency.NORMAL, False),
        ("0101", Kind.EVENT, Urgency.NORMAL, True),
        ("0301", Kind.SERVICE, Urgency.NORMAL, False),
        ("0401", Kind.SERVICE, Urgency.URGENT, False),
    ):
        yield (
            f"category:{code}",
            CategoryDefined(
                code=code,
                parent=code[:2],
                name_zh=code,
                name_en=code,
                kind=kind,
                department="CGJ",
                urgency=urgency,
                limit="3wd",
                small=small,
                valid_from=date(2012, 1, 1),
            ),
        )


def departments() -> Iterator[tuple[str, DepartmentDefined]]:
    for code in ("CGJ", "ZJJ"):
        yield f"department:{code}", DepartmentDefined(code=code, name_zh=code, name_en=code)


def a_year() -> tuple[str, CalendarPublished]:
    """2012 without its Dragon Boat Friday."""
    friday = date(2012, 6, 22)
    return "calendar:2012", CalendarPublished(
        year=2012, version="1", provisional=False, holidays=(friday,), working_weekends=()
    )


def a_report(**fields: Any) -> ReportCase:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "case_id": uuid4(),
        "grid": "c01-g01",
        "text": TEXT,
        "occurred_at": datetime.now(UTC) - timedelta(hours=1),
        "channel": Channel.APP,
        "category": "0202",
        "point": LAMP_POST,
        "address": "桥头街 8 号",
        "evidence": (PHOTO,),
    }
    return ReportCase(**(given | fields))


def receipt(outcome: object) -> CaseReceipt:
    assert isinstance(outcome, bytes), outcome
    return msgspec.json.decode(outcome, type=CaseReceipt)


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refusal)
    return outcome.code


def reported(intake: Intake, by: Principal = RESIDENT, **fields: Any) -> CaseReceipt:
    return receipt(intake.ask((a_report(**fields), by))[0])


def an_order(kind: type[WorkOrderEvent], case: CaseReceipt, order_id: UUID, **fields: Any) -> tuple[str, Any]:
    common: dict[str, Any] = {
        "order_id": order_id,
        "case_id": case.case_id,
        "number": case.number,
        "cycle": 1,
        "department": "CGJ",
        "category": "0202",
        "kind": Kind.COMPONENT,
        "urgency": Urgency.NORMAL,
        "community": "c01",
        "grid": "c01-g01",
        "at": datetime.now(UTC),
    }
    return str(order_id), kind(**(common | fields))


def a_completion(case: CaseReceipt, order_id: UUID, **fields: Any) -> tuple[str, Any]:
    result = {"result_id": uuid4(), "result_sha256": "01" * 32, "evidence": (DONE,)}
    return an_order(WorkOrderCompleted, case, order_id, **(result | fields))


def answered(intake: Intake, **fields: Any) -> CaseReceipt:
    case = reported(intake, **fields)
    order_id = uuid4()
    intake.tell(
        "dispatch",
        an_order(WorkOrderOffered, case, order_id),
        an_order(WorkOrderSigned, case, order_id),
        a_completion(case, order_id),
    )
    return case


def a_check(case: CaseReceipt, **fields: Any) -> PassCheck:
    after = Evidence(media_id=uuid4(), sha256="cd" * 32, kind=MediaKind.PHOTO)
    return PassCheck(command_id=uuid4(), case_id=case.case_id, evidence=(after,), point=LAMP_POST, **fields)


def a_good_answer(case: CaseReceipt) -> RecordSatisfied:
    return RecordSatisfied(
        command_id=uuid4(), case_id=case.case_id, resolved=True, score=5, channel=Channel.PHONE
    )


def a_bad_answer(case: CaseReceipt) -> RecordDissatisfied:
    return RecordDissatisfied(
        command_id=uuid4(), case_id=case.case_id, reason="路灯还是不亮，没有人来修过。", channel=Channel.PHONE
    )


def closed(intake: Intake) -> CaseReceipt:
    case = answered(intake)
    outcomes = intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
    return receipt(outcomes[1])


def kinds(intake: Intake, case: CaseReceipt) -> list[str]:
    return [event.type.split(".")[2] for event in intake.emitted(case.case_id)]


def move_clock(intake: Intake, ahead: timedelta) -> None:
    with intake.database.engine.begin() as connection:
        set_offset(connection, ahead, mode="test")


def move_clock_to(intake: Intake, at: datetime) -> None:
    """Let the cell's clock show `at`, or a moment more."""
    move_clock(intake, at - datetime.now(UTC))


def a_withdrawal(case: CaseReceipt) -> asks.WithdrawCase:
    return asks.WithdrawCase(command_id=uuid4(), case_id=case.case_id)


def a_question(case: CaseReceipt) -> asks.AskReporter:
    return asks.AskReporter(
        command_id=uuid4(), case_id=case.case_id, question="请说明是哪一盏路灯，附近有什么标志？"
    )


def an_answer(case: CaseReceipt, **fields: Any) -> asks.AnswerQuestion:
    text = "三号楼东侧第二盏，旁边是公交站。"
    return asks.AnswerQuestion(command_id=uuid4(), case_id=case.case_id, text=text, **fields)


def a_merging(case: CaseReceipt, master: CaseReceipt) -> asks.MergeCase:
    return asks.MergeCase(command_id=uuid4(), case_id=case.case_id, master_id=master.case_id)


def a_refusal(case: CaseReceipt) -> asks.RefuseCase:
    return asks.RefuseCase(
        command_id=uuid4(),
        case_id=case.case_id,
        reason=RefusalReason.IN_COURT,
        channel=LawfulChannel.COURT,
    )


def a_failed_check(case: CaseReceipt) -> asks.FailCheck:
    dark = Evidence(media_id=uuid4(), sha256="dd" * 32, kind=MediaKind.PHOTO)
    return asks.FailCheck(
        command_id=uuid4(),
        case_id=case.case_id,
        reason="路灯还是不亮，没有人来修过。",
        evidence=(dark,),
        point=LAMP_POST,
    )


def an_attempt(case: CaseReceipt, at: datetime) -> asks.RecordAttempt:
    return asks.RecordAttempt(command_id=uuid4(), case_id=case.case_id, channel=Channel.PHONE, at=at)


def an_unreachable(case: CaseReceipt) -> asks.RecordUnreachable:
    return asks.RecordUnreachable(command_id=uuid4(), case_id=case.case_id)


def a_reopening(case: CaseReceipt) -> asks.ReopenCase:
    return asks.ReopenCase(command_id=uuid4(), case_id=case.case_id, reason="修好两天又不亮了，请再来看看。")


def a_settlement(**fields: Any) -> asks.SettleOnSpot:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "case_id": uuid4(),
        "grid": "c01-g01",
        "category": "0101",
        "text": "楼道口堆放的垃圾已当场清理干净。",
        "occurred_at": datetime.now(UTC) - timedelta(hours=1),
        "before": (PHOTO,),
        "after": (DONE,),
        "confirmed": True,
    }
    return asks.SettleOnSpot(**(given | fields))
