"""What can be asked about hearings 居民听证会, and what is answered."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.commands.assemblies import Action
from contracts.vocabulary import Evidence


class HearingState(StrEnum):
    """Where a hearing stands."""

    DRAFT = "draft"  # 拟定
    NOTICED = "noticed"  # 已公告
    REGISTRATION = "registration"  # 报名中
    SEATS_LOCKED = "seats_locked"  # 代表已确定
    CHECK_IN = "check_in"  # 签到中
    ADJOURNED = "adjourned"  # 已延期
    OPEN = "open"  # 听证中
    CLOSED = "closed"  # 已闭会
    MINUTES_SIGNED = "minutes_signed"  # 笔录已签
    REPORT_PUBLISHED = "report_published"  # 报告已公布
    DISPATCHED = "dispatched"  # 已交办
    TO_ASSEMBLY = "to_assembly"  # 提交居民会议
    NO_ACTION = "no_action"  # 不作处理
    FOLLOW_UP = "follow_up"  # 跟踪落实
    ARCHIVED = "archived"  # 已归档
    CANCELLED = "cancelled"  # 已取消


class Capacity(StrEnum):
    """As what somebody takes part."""

    INTERESTED = "interested"  # 利害关系人
    PUBLIC = "public"  # 公众代表
    SPECIALIST = "specialist"  # 专业人士
    ORGANISATION = "organisation"  # 单位代表


class Side(StrEnum):
    """What somebody speaks for."""

    FOR = "for"  # 赞成
    AGAINST = "against"  # 反对
    NEUTRAL = "neutral"  # 中立


class Answered(StrEnum):
    """What became of an opinion."""

    ADOPTED = "adopted"  # 采纳
    PARTLY = "partly"  # 部分采纳
    NO = "no"  # 不采纳


class PlainStep(StrEnum):
    """A step that needs no more than itself, or a reason."""

    OPEN_REGISTRATION = "open_registration"  # 开始报名
    BEGIN_CHECK_IN = "begin_check_in"  # 开始签到
    OPEN = "open"  # 开会
    ADJOURN = "adjourn"  # 延期
    END_SPEECH = "end_speech"  # 发言结束
    CLOSE = "close"  # 闭会
    COMPLETE_MINUTES = "complete_minutes"  # 笔录签署完毕
    TO_ASSEMBLY = "to_assembly"  # 提交居民会议
    TAKE_NO_ACTION = "take_no_action"  # 不作处理
    BEGIN_FOLLOW_UP = "begin_follow_up"  # 开始跟踪
    ARCHIVE = "archive"  # 归档
    CANCEL = "cancel"  # 取消


class HearingCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every command of a hearing has."""

    command_id: UUID
    hearing_id: UUID


class DraftHearing(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """拟定: the committee prepares a hearing on an admitted topic of its community."""

    method: ClassVar[str] = "draft_hearing"
    topic_id: UUID
    title: str
    seats: int
    speech_minutes: int = 5
    notice_days: int = 10


class NoticeHearing(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """公告: when and where, until when one registers, and which later public value the draw goes by."""

    method: ClassVar[str] = "notice_hearing"
    held_at: datetime
    venue: str
    registration_until: datetime
    draw_source: str


class MoveHearing(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chair takes a step that needs no more than a reason at most."""

    method: ClassVar[str] = "move_hearing"
    step: PlainStep
    reason: str = ""


class RegisterForHearing(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """报名: a resident registers; a clerk registers who comes to the window, by `name`."""

    method: ClassVar[str] = "register_for_hearing"
    registration_id: UUID
    capacity: Capacity
    side: Side
    name: str = ""


class LockSeats(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """确定代表: the public value that the notice has named is known, and the panel is drawn by it."""

    method: ClassVar[str] = "lock_seats"
    public_value: str


class CheckIn(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """签到, by the code that was given at registration."""

    method: ClassVar[str] = "check_in"
    code: str


class AskFloor(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """申请发言, oneself or by a clerk."""

    method: ClassVar[str] = "ask_floor"
    registration_id: UUID


class GiveFloor(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """请发言: the chair gives the floor to somebody who has asked for it."""

    method: ClassVar[str] = "give_floor"
    registration_id: UUID


class SubmitEvidence(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """提交材料: files that the hearing goes by."""

    method: ClassVar[str] = "submit_evidence"
    evidence: tuple[Evidence, ...]


class RecordOpinion(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """记录意见: what somebody on the panel has said; it will be answered."""

    method: ClassVar[str] = "record_opinion"
    opinion_id: UUID
    registration_id: UUID
    text: str


class WriteMinutes(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """制作笔录; may be written again until somebody has signed."""

    method: ClassVar[str] = "write_minutes"
    text: str


class SignMinutes(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """签署笔录, or a refusal to sign, with its reason."""

    method: ClassVar[str] = "sign_minutes"
    registration_id: UUID
    signs: bool
    reason: str = ""


class AnswerOpinion(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """答复意见: adopted, partly or no, with the reason."""

    method: ClassVar[str] = "answer_opinion"
    opinion_id: UUID
    answer: Answered
    reason: str


class PublishReport(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """公布听证报告; every opinion has its answer."""

    method: ClassVar[str] = "publish_report"
    text: str


class DispatchHearing(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """交办: what departments are asked to do; each action becomes a case."""

    method: ClassVar[str] = "dispatch_hearing"
    actions: tuple[Action, ...]


class RecordFollowUp(HearingCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """记录落实情况, for everybody to read."""

    method: ClassVar[str] = "record_follow_up"
    text: str


COMMANDS = (
    DraftHearing,
    NoticeHearing,
    MoveHearing,
    RegisterForHearing,
    LockSeats,
    CheckIn,
    AskFloor,
    GiveFloor,
    SubmitEvidence,
    RecordOpinion,
    WriteMinutes,
    SignMinutes,
    AnswerOpinion,
    PublishReport,
    DispatchHearing,
    RecordFollowUp,
)


class HearingReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hearing stands after a step."""

    hearing_id: UUID
    state: HearingState
    version: int


class RegistrationReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is registered; `code` opens the door, and is for them alone."""

    hearing_id: UUID
    registration_id: UUID
    code: str
