"""What an assembly does, from the notice to the certified resolution. Pure: the one gate stands before it."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.assemblies import (
    AnswerAssemblyObjection,
    ConveneAssembly,
    CountHands,
    ObjectToAssembly,
    PlainAssemblyStep,
    Point,
    ReconveneAssembly,
)
from contracts.commands.rules import DecisionRule, Subject
from services.governance.assembly.assembly import (
    MEETING,
    MOST_OBJECTIONS,
    MOST_POINTS,
    AgendaPoint,
    Assembly,
    Objection,
)
from services.governance.assembly.errors import RuleUnfit, TermUnfit, UnknownPoint
from services.governance.assembly.guards import Facts
from services.governance.assembly.lifecycle import Row, Step, transition
from services.governance.local_time import local_day
from services.governance.meeting.meeting import fit_text
from services.governance.rule.deciding import decide, is_valid
from services.governance.rule.rules import rule_hash, rules_in_force

SHORTEST_TITLE, LONGEST_TITLE = 2, 200
SHORTEST_TEXT, LONGEST_TEXT = 2, 5_000
SHORTEST_REASON, LONGEST_REASON = 2, 2_000
SHORTEST_OWNER, LONGEST_OWNER = 2, 64
_REASONED = frozenset({Step.ADJOURN, Step.CANCEL})


def convene(command: ConveneAssembly, community: str, *, by: UUID, now: datetime) -> Assembly:
    """召集. Raises: RuleUnfit, NoticeTooShort, TermUnfit, MissingCount, ImpossibleCounts, a text's length."""
    rule = _rule_on(command.rule, command.held_at)
    facts = Facts(now=now, held_at=command.held_at, notice_days=rule.notice_days)
    row = transition(None, Step.CONVENE, facts)
    # What the rule will ask for has to be known before anybody comes.
    is_valid(rule, msgspec.structs.replace(command.counts, p=0, y=None))
    return Assembly(
        id=command.assembly_id,
        community=community,
        title=fit_text(command.title, "title", SHORTEST_TITLE, LONGEST_TITLE),
        state=row.target,
        rule=rule.code,
        rule_hash=rule_hash(rule),
        publication_days=rule.publication_days,
        notice_days=rule.notice_days,
        counts=msgspec.structs.replace(command.counts, p=None, y=None),
        convened_by=by,
        convened_at=now,
        sitting=1,
        held_at=command.held_at,
        venue=fit_text(command.venue, "venue", SHORTEST_TITLE, LONGEST_TITLE),
        agenda=_agenda(command.agenda),
    )


def reconvene(assembly: Assembly, command: ReconveneAssembly, *, now: datetime) -> Assembly:
    """再次召集. Raises: IllegalTransition, RuleUnfit, NoticeTooShort, a text's length."""
    _rule_on(assembly.rule, command.held_at)
    facts = Facts(now=now, assembly=assembly, held_at=command.held_at, notice_days=assembly.notice_days)
    row = transition(assembly.state, Step.RECONVENE, facts)
    venue = fit_text(command.venue, "venue", SHORTEST_TITLE, LONGEST_TITLE)
    return moved(
        assembly,
        row,
        sitting=assembly.sitting + 1,
        held_at=command.held_at,
        venue=venue,
        present=None,
        reason=None,
    )


def attend(assembly: Assembly, present: int, *, now: datetime) -> Assembly:
    """登记到会人数. Raises: IllegalTransition, ImpossibleCounts."""
    row = transition(assembly.state, Step.RECORD_ATTENDANCE, Facts(now=now, assembly=assembly))
    attended = moved(assembly, row, present=present)
    is_valid(_rule_on(assembly.rule, assembly.held_at), attended.counted)
    return attended


def take(assembly: Assembly, step: PlainAssemblyStep, reason: str, *, now: datetime) -> Assembly:
    """Take a step that needs no more than a reason.

    Raises: IllegalTransition, what a guard refuses, a text's length.
    """
    named = Step(step.value)
    row = transition(assembly.state, named, Facts(now=now, assembly=assembly))
    changes: dict[str, object] = {}
    if named in _REASONED:
        changes["reason"] = fit_text(reason, "reason", SHORTEST_REASON, LONGEST_REASON)
    if named is Step.PUBLISH:
        changes["published_at"] = now
    return moved(assembly, row, **changes)


def count_hands(assembly: Assembly, command: CountHands, *, now: datetime) -> Assembly:
    """举手表决: who does not raise a hand is present all the same.

    Raises: IllegalTransition, UnknownPoint, CountedBefore, TermUnfit, a text's length.
    """
    point = point_of(assembly, command.point_id)
    facts = Facts(now=now, assembly=assembly, point=point)
    row = transition(assembly.state, Step.COUNT_HANDS, facts)
    if command.yes + command.no + command.abstain > (assembly.present or 0):
        raise TermUnfit("more hands than people", field="yes")
    rule = _rule_on(assembly.rule, assembly.held_at)
    outcome = decide(rule, msgspec.structs.replace(assembly.counted, y=command.yes))
    if command.due_on < local_day(now):
        raise TermUnfit("due before it was decided", field="due_on")
    counted = msgspec.structs.replace(
        point,
        yes=command.yes,
        no=command.no,
        abstain=command.abstain,
        passed=bool(outcome.passed),
        decided_by=outcome.decided_by,
        inequalities=outcome.inequalities,
        resolution=fit_text(command.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        owner=fit_text(command.owner, "owner", SHORTEST_OWNER, LONGEST_OWNER),
        due_on=command.due_on,
    )
    return moved(assembly, row, agenda=_with(assembly, counted))


def object_to(assembly: Assembly, command: ObjectToAssembly, *, by: UUID, now: datetime) -> Assembly:
    """提出异议. Raises: IllegalTransition, TooLate, TermUnfit, a text's length."""
    row = transition(assembly.state, Step.OBJECT, Facts(now=now, assembly=assembly))
    if len(assembly.objections) >= MOST_OBJECTIONS or _objection(assembly, command.objection_id):
        raise TermUnfit("made before, or too many", field="objection_id")
    text = fit_text(command.text, "text", SHORTEST_REASON, LONGEST_REASON)
    made = Objection(id=command.objection_id, by=by, at=now, text=text)
    return moved(assembly, row, objections=(*assembly.objections, made))


def answer(assembly: Assembly, command: AnswerAssemblyObjection, *, now: datetime) -> Assembly:
    """答复异议. Raises: IllegalTransition, UnknownPoint, a text's length."""
    row = transition(assembly.state, Step.ANSWER_OBJECTION, Facts(now=now, assembly=assembly))
    objection = _objection(assembly, command.objection_id)
    if objection is None:
        raise UnknownPoint
    said = fit_text(command.answer, "answer", SHORTEST_REASON, LONGEST_REASON)
    answered = msgspec.structs.replace(objection, answer=said)
    objections = tuple(answered if each is objection else each for each in assembly.objections)
    return moved(assembly, row, objections=objections)


def dispatch(assembly: Assembly, point_id: UUID, number: int, *, most: int, now: datetime) -> Assembly:
    """交办, of `number` actions.

    Raises: IllegalTransition, UnknownPoint, NotPassed, CountedBefore, TermUnfit.
    """
    point = point_of(assembly, point_id)
    row = transition(assembly.state, Step.DISPATCH, Facts(now=now, assembly=assembly, point=point))
    if not 1 <= number <= most:
        raise TermUnfit(f"from 1 to {most}", field="actions")
    return moved(assembly, row, agenda=_with(assembly, msgspec.structs.replace(point, dispatched=True)))


def point_of(assembly: Assembly, point_id: UUID) -> AgendaPoint:
    """Return a point of the agenda. Raises: UnknownPoint."""
    point = next((each for each in assembly.agenda if each.id == point_id), None)
    if point is None:
        raise UnknownPoint
    return point


def moved(assembly: Assembly, row: Row, **changes: object) -> Assembly:
    """Return an assembly after a step."""
    return msgspec.structs.replace(assembly, state=row.target, version=assembly.version + 1, **changes)


def _rule_on(code: str, held_at: datetime) -> DecisionRule:
    """Return a rule by which residents who meet decide a question on that day. Raises: RuleUnfit."""
    for rule in rules_in_force(local_day(held_at)):
        if rule.code == code and rule.subject is Subject.QUESTION and MEETING.issuperset(rule.electorates):
            return rule
    raise RuleUnfit(field="rule")


def _agenda(points: tuple[Point, ...]) -> tuple[AgendaPoint, ...]:
    if not 1 <= len(points) <= MOST_POINTS or len({each.point_id for each in points}) < len(points):
        raise TermUnfit(f"from 1 to {MOST_POINTS} points", field="agenda")
    return tuple(
        AgendaPoint(
            id=each.point_id,
            question=fit_text(each.question, "question", SHORTEST_TEXT, LONGEST_TEXT),
            topic_id=each.topic_id,
        )
        for each in points
    )


def _with(assembly: Assembly, changed: AgendaPoint) -> tuple[AgendaPoint, ...]:
    return tuple(changed if each.id == changed.id else each for each in assembly.agenda)


def _objection(assembly: Assembly, objection_id: UUID) -> Objection | None:
    return next((each for each in assembly.objections if each.id == objection_id), None)
