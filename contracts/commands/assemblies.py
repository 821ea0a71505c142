"""What can be asked about assemblies, what they decide, and how far the work of a decision has come."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.commands.rules import Count, Counts, Judged


class AssemblyState(StrEnum):
    """Where an assembly stands."""

    CONVENED = "convened"  # 已召集
    ADJOURNED = "adjourned"  # 已延期
    OPEN = "open"  # 会议中
    CLOSED = "closed"  # 已闭会
    PUBLISHED = "published"  # 结果公示中
    CERTIFIED = "certified"  # 已确认
    CANCELLED = "cancelled"  # 已取消


class PlainAssemblyStep(StrEnum):
    """A step that needs no more than itself, or a reason."""

    OPEN = "open"  # 开会
    ADJOURN = "adjourn"  # 延期
    CLOSE = "close"  # 闭会
    PUBLISH = "publish"  # 公示结果
    CERTIFY = "certify"  # 确认
    CANCEL = "cancel"  # 取消


class Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a decision wants done in a grid, by the department that the category leads to.

    `due_on` is the date that was decided; the department's own limit runs by the category.
    """

    grid: str
    category: str
    text: str
    due_on: date | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point of the agenda: a question, and the topic that it comes from, if any."""

    point_id: UUID
    question: str
    topic_id: UUID | None = None


class ConveneAssembly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """召集: the residents' committee calls residents or representatives together, by a rule in force.

    `counts` says whom the rule counts before anybody comes: n eligible, or m members and reps.
    """

    method: ClassVar[str] = "convene_assembly"
    command_id: UUID
    assembly_id: UUID
    rule: str
    title: str
    venue: str
    held_at: datetime
    counts: Counts
    agenda: tuple[Point, ...]


class AssemblyCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every command of an assembly that was called has."""

    command_id: UUID
    assembly_id: UUID


class ReconveneAssembly(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """再次召集, after it was adjourned; the notice runs again."""

    method: ClassVar[str] = "reconvene_assembly"
    held_at: datetime
    venue: str


class RecordAttendance(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """登记到会人数, before it opens."""

    method: ClassVar[str] = "record_attendance"
    present: Count


class MoveAssembly(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chair takes a step that needs no more than a reason at most."""

    method: ClassVar[str] = "move_assembly"
    step: PlainAssemblyStep
    reason: str = ""


class CountHands(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """举手表决: the numbers of one point. Where it passes, the resolution has an owner and a date.

    `owner` is the office that answers for it, not a person.
    """

    method: ClassVar[str] = "count_hands"
    point_id: UUID
    yes: Count
    no: Count
    abstain: Count
    text: str
    owner: str
    due_on: date


class ObjectToAssembly(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """提出异议, by a resident while the result is published."""

    method: ClassVar[str] = "object_to_assembly"
    objection_id: UUID
    text: str


class AnswerAssemblyObjection(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """答复异议: without an answer to each nothing is certified."""

    method: ClassVar[str] = "answer_assembly_objection"
    objection_id: UUID
    answer: str


class DispatchPoint(AssemblyCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """交办: what departments do by a resolution that was certified; each action becomes a case."""

    method: ClassVar[str] = "dispatch_point"
    point_id: UUID
    actions: tuple[Action, ...]


COMMANDS = (
    ConveneAssembly,
    ReconveneAssembly,
    RecordAttendance,
    MoveAssembly,
    CountHands,
    ObjectToAssembly,
    AnswerAssemblyObjection,
    DispatchPoint,
)


class AssemblyReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where an assembly stands after a step."""

    assembly_id: UUID
    state: AssemblyState
    version: int


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the agenda, and what was decided of it.

    `decided_by` names the inequality with both sides: `2y > p: 74 > 61`.
    `passed` is null until hands are counted.
    """

    point_id: UUID
    question: str
    topic_id: UUID | None
    yes: int | None
    no: int | None
    abstain: int | None
    passed: bool | None
    decided_by: str | None
    inequalities: tuple[Judged, ...]
    resolution: str | None
    owner: str | None
    due_on: date | None


class AssemblyObjectionView(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to the result, by nobody's name, and its answer."""

    objection_id: UUID
    at: datetime
    text: str
    answer: str | None


class AssemblySummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of assemblies. `present` is null until attendance was recorded."""

    assembly_id: UUID
    community: str
    title: str
    state: AssemblyState
    rule: str
    rule_hash: str
    sitting: int
    convened_at: datetime
    held_at: datetime
    venue: str
    present: int | None
    published_at: datetime | None
    certifiable_from: datetime | None


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision's action and its case. `origin` says what has decided: `origin_id` is its id.

    `number` and `case_state` are null until intake has told of the case.
    """

    case_id: UUID
    resolution_id: UUID
    origin: str
    origin_id: UUID
    community: str
    grid: str
    category: str
    text: str
    due_on: date | None
    certified_at: datetime
    number: str | None
    case_state: str | None
    moved_at: datetime | None
    done: bool


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """Decided work, newest first."""

    items: tuple[WorkView, ...]
    next_cursor: str | None


class AssemblyView(AssemblySummary, frozen=True, kw_only=True):
    """An assembly as everybody sees it."""

    counts: Counts
    agenda: tuple[PointView, ...]
    objections: tuple[AssemblyObjectionView, ...]
    reason: str | None
    work: tuple[WorkView, ...]


class AssemblyPage(msgspec.Struct, frozen=True, kw_only=True):
    """Assemblies, newest first."""

    items: tuple[AssemblySummary, ...]
    next_cursor: str | None
