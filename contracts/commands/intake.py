"""What intake can be asked to do, and what it answers."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence, LawfulChannel, Point, RefusalReason


class Channel(StrEnum):
    """The way a report came in, or a return visit was made."""

    APP = "app"  # 手机
    WEB = "web"  # 网页
    COUNTER = "counter"  # 窗口
    HOTLINE = "hotline"  # 热线
    PHONE = "phone"  # 电话
    DOOR = "door"  # 上门
    MEETING = "meeting"  # 议事会议: a resolution's action, never a person's report


class PageOrder(StrEnum):
    """Which end of a list comes first, by the time of the report."""

    NEWEST = "newest"  # 最新在前
    OLDEST = "oldest"  # 最早在前


class ReportCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """上报. `text` is 10 to 2,000 characters; `category` None asks the dispatcher to choose."""

    method: ClassVar[str] = "report_case"
    command_id: UUID
    case_id: UUID
    grid: str
    text: str
    occurred_at: datetime
    channel: Channel
    category: str | None = None
    point: Point | None = None
    address: str = ""
    evidence: tuple[Evidence, ...] = ()
    anonymous: bool = False


class SettleOnSpot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """当场解决: a small matter that the grid worker reports and settles at once.

    Photos `before` and `after`; `confirmed` is the resident's word that it is settled.
    """

    method: ClassVar[str] = "settle_on_spot"
    command_id: UUID
    case_id: UUID
    grid: str
    category: str
    text: str
    occurred_at: datetime
    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    confirmed: bool
    point: Point | None = None
    address: str = ""


class WithdrawCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """撤回 by the reporter, before it is classified."""

    method: ClassVar[str] = "withdraw_case"
    command_id: UUID
    case_id: UUID
    expected_version: int | None = None


class AskReporter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dispatcher asks the reporter (10 to 2,000 characters)."""

    method: ClassVar[str] = "ask_reporter"
    command_id: UUID
    case_id: UUID
    question: str
    expected_version: int | None = None


class AnswerQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reporter answers with words (10 to 2,000 characters), evidence, or both."""

    method: ClassVar[str] = "answer_question"
    command_id: UUID
    case_id: UUID
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    expected_version: int | None = None


class MergeCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """并案 by the dispatcher into an open case, whose supporters its reporters become."""

    method: ClassVar[str] = "merge_case"
    command_id: UUID
    case_id: UUID
    master_id: UUID
    expected_version: int | None = None


class RefuseCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """不予受理 by the dispatcher, naming the reason and the lawful channel."""

    method: ClassVar[str] = "refuse_case"
    command_id: UUID
    case_id: UUID
    reason: RefusalReason
    channel: LawfulChannel
    expected_version: int | None = None


class ClassifyCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """分类 by a dispatcher. `lead` None takes the category's default department."""

    method: ClassVar[str] = "classify_case"
    command_id: UUID
    case_id: UUID
    category: str
    lead: str | None = None
    co_handlers: tuple[str, ...] = ()
    expected_version: int | None = None


class PassCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """核查通过 by the grid worker of the grid."""

    method: ClassVar[str] = "pass_check"
    command_id: UUID
    case_id: UUID
    evidence: tuple[Evidence, ...] = ()
    point: Point | None = None
    expected_version: int | None = None


class FailCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """核查不通过 by the grid worker of the grid: a photo and the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "fail_check"
    command_id: UUID
    case_id: UUID
    reason: str
    evidence: tuple[Evidence, ...] = ()
    point: Point | None = None
    expected_version: int | None = None


class RecordSatisfied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """回访满意: `resolved` in the reporter's word, `score` 1-5."""

    method: ClassVar[str] = "record_satisfied"
    command_id: UUID
    case_id: UUID
    resolved: bool
    score: int
    channel: Channel
    expected_version: int | None = None


class RecordDissatisfied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """回访不满意, with the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "record_dissatisfied"
    command_id: UUID
    case_id: UUID
    reason: str
    channel: Channel
    expected_version: int | None = None


class RecordAttempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """未接通: a call or visit at `at` that was not answered."""

    method: ClassVar[str] = "record_attempt"
    command_id: UUID
    case_id: UUID
    channel: Channel
    at: datetime
    expected_version: int | None = None


class RecordUnreachable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """三次未联系上: closes after three recorded attempts on two days."""

    method: ClassVar[str] = "record_unreachable"
    command_id: UUID
    case_id: UUID
    expected_version: int | None = None


class ReopenCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """重办: a new fact within fifteen days of closing, with the reason (10 to 2,000 characters)."""

    method: ClassVar[str] = "reopen_case"
    command_id: UUID
    case_id: UUID
    reason: str
    expected_version: int | None = None


class ArchiveCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """归档: seal and put away."""

    method: ClassVar[str] = "archive_case"
    command_id: UUID
    case_id: UUID
    expected_version: int | None = None


COMMANDS = (
    ReportCase,
    SettleOnSpot,
    WithdrawCase,
    AskReporter,
    AnswerQuestion,
    MergeCase,
    RefuseCase,
    ClassifyCase,
    PassCheck,
    FailCheck,
    RecordAttempt,
    RecordUnreachable,
    RecordSatisfied,
    RecordDissatisfied,
    ReopenCase,
    ArchiveCase,
)


class CaseReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to every command on a case: where it stands now. `version` is the ETag."""

    case_id: UUID
    number: str
    state: str
    cycle: int
    version: int
