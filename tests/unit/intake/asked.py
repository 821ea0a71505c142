"""The commands and facts of the whole life-cycle, each as it is usually asked."""

from datetime import timedelta
from typing import Any, TypeVar

from contracts.commands import intake
from contracts.commands.intake import Channel
from contracts.events.governance import ResolutionCertified
from contracts.vocabulary import LawfulChannel, RefusalReason
from tests.unit.intake.builders import GRID, LAMP_POST, NOW, RUBBISH, a_photo, an_id

C = TypeVar("C")
QUESTION = "请说明是哪一盏路灯，附近有什么标志？"
ANSWER = "三号楼东侧第二盏，旁边是公交站。"
REASON = "路灯还是不亮，没有人来修过。"


def asked(kind: type[C], given: dict[str, Any], fields: dict[str, Any]) -> C:
    common = {"command_id": an_id(kind.__name__), "case_id": an_id("case")}
    return kind(**(common | given | fields))


def a_withdrawal(**fields: Any) -> intake.WithdrawCase:
    return asked(intake.WithdrawCase, {}, fields)


def a_question(**fields: Any) -> intake.AskReporter:
    return asked(intake.AskReporter, {"question": QUESTION}, fields)


def an_answer(**fields: Any) -> intake.AnswerQuestion:
    return asked(intake.AnswerQuestion, {"text": ANSWER}, fields)


def a_merging(**fields: Any) -> intake.MergeCase:
    return asked(intake.MergeCase, {"master_id": an_id("master")}, fields)


def a_refusal(**fields: Any) -> intake.RefuseCase:
    given = {"reason": RefusalReason.IN_COURT, "channel": LawfulChannel.COURT}
    return asked(intake.RefuseCase, given, fields)


def a_failed_check(**fields: Any) -> intake.FailCheck:
    given = {"reason": REASON, "evidence": (a_photo("still dark"),), "point": LAMP_POST}
    return asked(intake.FailCheck, given, fields)


def an_attempt(**fields: Any) -> intake.RecordAttempt:
    return asked(intake.RecordAttempt, {"channel": Channel.PHONE, "at": NOW}, fields)


def an_unreachable(**fields: Any) -> intake.RecordUnreachable:
    return asked(intake.RecordUnreachable, {}, fields)


def a_reopening(**fields: Any) -> intake.ReopenCase:
    return asked(intake.ReopenCase, {"reason": REASON}, fields)


def a_settlement(**fields: Any) -> intake.SettleOnSpot:
    given = {
        "grid": GRID.code,
        "category": RUBBISH.code,
        "text": "楼道口堆放的垃圾已当场清理干净。",
        "occurred_at": NOW - timedelta(hours=1),
        "before": (a_photo("before"),),
        "after": (a_photo("after"),),
        "confirmed": True,
    }
    return asked(intake.SettleOnSpot, given, fields)


def a_certification(**fields: Any) -> ResolutionCertified:
    given = {
        "resolution_id": an_id("resolution"),
        "meeting_id": an_id("meeting"),
        "case_id": an_id("case"),
        "grid": GRID.code,
        "category": "0202",
        "owner_id": an_id("dispatcher"),
        "at": NOW,
    }
    return ResolutionCertified(**(given | fields))
