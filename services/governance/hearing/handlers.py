"""One function a command: load, decide, save, outbox. No SQL, no broker call."""

from operator import attrgetter
from typing import Any
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands import hearings as asks
from contracts.commands.hearings import HearingReceipt, HearingState
from contracts.commands.topics import TopicState
from contracts.vocabulary import Role
from services.governance import metrics
from services.governance.decided_work.handlers import commission_all
from services.governance.decided_work.repository import WorkItems
from services.governance.decided_work.work import Origin, Source
from services.governance.hearing import stages
from services.governance.hearing.errors import HearingExists, UnknownHearing, UnknownRegistration
from services.governance.hearing.guards import Facts
from services.governance.hearing.hearing import MOST_ACTIONS, Hearing, Registration
from services.governance.hearing.lifecycle import Step, roles_of
from services.governance.hearing.repository import Hearings, Registrations
from services.governance.record.repository import Line, Record
from services.governance.standing import account_of, acting_in
from services.governance.topic.errors import UnknownTopic
from services.governance.topic.repository import Topics
from services.governance.topic.topic import heard


def draft_hearing(message: asks.DraftHearing, uow: UnitOfWork) -> HearingReceipt:
    """拟定. Raises: Forbidden, UnknownTopic, HearingExists, IllegalTransition, TermUnfit, a text's length."""
    topic = uow.store(Topics).get(message.topic_id)
    if topic is None:
        raise UnknownTopic
    role = acting_in(uow.principal, topic.community, *roles_of(Step.DRAFT))
    if uow.store(Hearings).get(message.hearing_id) or uow.store(Hearings).under_way(topic.id):
        raise HearingExists
    hearing = stages.draft(message, topic, by=account_of(uow.principal), now=uow.now)
    return save(hearing, uow, step=Step.DRAFT, role=role)


def notice_hearing(message: asks.NoticeHearing, uow: UnitOfWork) -> HearingReceipt:
    """公告. Raises: Forbidden, UnknownHearing, IllegalTransition, NoticeTooShort, TermUnfit, a length."""
    hearing, role = at_work(message.hearing_id, Step.NOTICE, uow)
    called = stages.notice(hearing, message, facts_of(hearing, uow, notice=message))
    _keep(called.registrations, uow)
    return save(called.hearing, uow, step=Step.NOTICE, role=role)


def lock_seats(message: asks.LockSeats, uow: UnitOfWork) -> HearingReceipt:
    """确定代表. Raises: Forbidden, UnknownHearing, IllegalTransition, what the draw refuses."""
    hearing, role = at_work(message.hearing_id, Step.LOCK_SEATS, uow)
    locked = stages.lock_seats(hearing, message.public_value, facts_of(hearing, uow))
    _keep(locked.registrations, uow)
    return save(locked.hearing, uow, step=Step.LOCK_SEATS, role=role)


def move_hearing(message: asks.MoveHearing, uow: UnitOfWork) -> HearingReceipt:
    """Take a step that needs no more than a reason.

    Raises: Forbidden, UnknownHearing, IllegalTransition, what a guard refuses, a text's length.
    """
    step = Step(message.step.value)
    hearing, role = at_work(message.hearing_id, step, uow)
    facts = facts_of(hearing, uow, work_open=_work_open(hearing, step, uow))
    return save(stages.take(hearing, message.step, message.reason, facts), uow, step=step, role=role)


def write_minutes(message: asks.WriteMinutes, uow: UnitOfWork) -> HearingReceipt:
    """制作笔录. Raises: Forbidden, UnknownHearing, IllegalTransition, SignedBefore, a text's length."""
    hearing, role = at_work(message.hearing_id, Step.WRITE_MINUTES, uow)
    written = stages.write_minutes(hearing, message.text, facts_of(hearing, uow))
    return save(written, uow, step=Step.WRITE_MINUTES, role=role)


def answer_opinion(message: asks.AnswerOpinion, uow: UnitOfWork) -> HearingReceipt:
    """答复意见. Raises: Forbidden, UnknownHearing, UnknownOpinion, IllegalTransition, a text's length."""
    hearing, role = at_work(message.hearing_id, Step.ANSWER_OPINION, uow)
    facts = facts_of(hearing, uow)
    answered = stages.answer(hearing, message.opinion_id, message.answer, message.reason, facts)
    return save(answered, uow, step=Step.ANSWER_OPINION, role=role)


def publish_report(message: asks.PublishReport, uow: UnitOfWork) -> HearingReceipt:
    """公布报告: from now on the topic may be decided. Raises: Forbidden, OpinionsUnanswered, a length."""
    hearing, role = at_work(message.hearing_id, Step.PUBLISH_REPORT, uow)
    published = stages.publish(hearing, message.text, facts_of(hearing, uow))
    topic = uow.store(Topics).get(hearing.topic_id)
    if topic is not None and topic.state is TopicState.ADMITTED:
        uow.store(Topics).put(topic.id, heard(topic, hearing_id=hearing.id))
    return save(published, uow, step=Step.PUBLISH_REPORT, role=role)


def dispatch_hearing(message: asks.DispatchHearing, uow: UnitOfWork) -> HearingReceipt:
    """交办. Raises: Forbidden, UnknownHearing, IllegalTransition, UnknownGrid, UnknownCategory, a length."""
    hearing, role = at_work(message.hearing_id, Step.DISPATCH, uow)
    facts = facts_of(hearing, uow)
    dispatched = stages.dispatch(hearing, len(message.actions), facts, most=MOST_ACTIONS)
    by = account_of(uow.principal)
    commission_all(message.actions, Source(Origin.HEARING, hearing.id, hearing.community, by, uow.now), uow)
    return save(dispatched, uow, step=Step.DISPATCH, role=role)


def record_follow_up(message: asks.RecordFollowUp, uow: UnitOfWork) -> HearingReceipt:
    """记录落实情况. Raises: Forbidden, UnknownHearing, IllegalTransition, TermUnfit, a text's length."""
    hearing, role = at_work(message.hearing_id, Step.RECORD_FOLLOW_UP, uow)
    noted = stages.note(hearing, message.text, facts_of(hearing, uow))
    return save(noted, uow, step=Step.RECORD_FOLLOW_UP, role=role)


def at_work(hearing_id: UUID, step: Step, uow: UnitOfWork) -> tuple[Hearing, Role]:
    """Return a hearing, locked, and the role in which somebody takes a step of it.

    Raises: UnknownHearing, Forbidden.
    """
    hearing = uow.store(Hearings).get(hearing_id)
    if hearing is None:
        raise UnknownHearing
    return hearing, acting_in(uow.principal, hearing.community, *sorted(roles_of(step)))


def facts_of(hearing: Hearing, uow: UnitOfWork, **more: Any) -> Facts:
    """Return what the guards look at."""
    registrations = uow.store(Registrations).of(hearing.id)
    return Facts(now=uow.now, hearing=hearing, registrations=registrations, **more)


def registration_of(hearing: Hearing, registration_id: UUID, uow: UnitOfWork) -> Registration:
    """Return a registration of a hearing. Raises: UnknownRegistration."""
    found = uow.store(Registrations).get(registration_id)
    if found is None or found.hearing_id != hearing.id:
        raise UnknownRegistration
    return found


def save(hearing: Hearing, uow: UnitOfWork, *, step: Step, role: Role) -> HearingReceipt:
    """Keep a hearing as it is now, with a line of its record."""
    uow.store(Hearings).put(hearing.id, hearing)
    by = account_of(uow.principal)
    line = Line(about=hearing.id, at=uow.now, step=step, state=hearing.state, role=role, by=by)
    uow.store(Record).append(line)
    uow.after_commit(metrics.CIVIC.labels("hearing", step.value).inc)
    return HearingReceipt(hearing_id=hearing.id, state=hearing.state, version=hearing.version)


def _keep(registrations: tuple[Registration, ...], uow: UnitOfWork) -> None:
    for each in registrations:
        uow.store(Registrations).put(each.id, each)


def _work_open(hearing: Hearing, step: Step, uow: UnitOfWork) -> int:
    """Return how much of what a hearing has led to is not done."""
    if step is not Step.ARCHIVE:
        return 0
    if hearing.led_to is HearingState.TO_ASSEMBLY:
        topic = uow.store(Topics).get(hearing.topic_id)
        return int(topic is None or topic.state is not TopicState.DECIDED)
    return sum(not item.done for item in uow.store(WorkItems).of(hearing.id))


HEARING = (Hearings, attrgetter("hearing_id"))

COMMANDS: tuple[CommandRoute, ...] = (
    command(asks.DraftHearing, draft_hearing, loads=((Topics, attrgetter("topic_id")), HEARING)),
    command(asks.NoticeHearing, notice_hearing, loads=(HEARING,)),
    command(asks.LockSeats, lock_seats, loads=(HEARING,)),
    command(asks.MoveHearing, move_hearing, loads=(HEARING,)),
    command(asks.WriteMinutes, write_minutes, loads=(HEARING,)),
    command(asks.AnswerOpinion, answer_opinion, loads=(HEARING,)),
    command(asks.PublishReport, publish_report, loads=(HEARING,)),
    command(asks.DispatchHearing, dispatch_hearing, loads=(HEARING,)),
    command(asks.RecordFollowUp, record_follow_up, loads=(HEARING,)),
)
