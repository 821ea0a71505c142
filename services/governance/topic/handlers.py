"""One function a command: load, decide, save. No SQL, no broker call."""

from operator import attrgetter
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from chassis.refusal import Forbidden
from contracts.commands.topics import (
    AdmitTopic,
    DeclineTopic,
    RaiseTopic,
    RetractSupport,
    SupportTopic,
    TopicReceipt,
    WithdrawTopic,
)
from contracts.vocabulary import Role
from services.governance import metrics
from services.governance.decided_work.repository import ReportedCases
from services.governance.record.repository import Line, Record
from services.governance.standing import account_of, acting_in, community_of
from services.governance.topic import topic as decisions
from services.governance.topic.errors import TopicExists, UnknownCase, UnknownTopic
from services.governance.topic.lifecycle import Step
from services.governance.topic.repository import Supports, Topics
from services.governance.topic.topic import Raiser, Topic

_RAISERS = (Role.COMMITTEE, Role.RESIDENT)


def raise_topic(message: RaiseTopic, uow: UnitOfWork) -> TopicReceipt:
    """提出. Raises: Forbidden, TopicExists, UnknownCase, UnknownSubject, a text's length."""
    by, community = account_of(uow.principal), community_of(uow.principal, *_RAISERS)
    role = acting_in(uow.principal, community, *_RAISERS)
    if uow.store(Topics).get(message.topic_id) is not None:
        raise TopicExists
    if message.case_id is not None:
        _promotable(message.case_id, Raiser(by, role, community), uow)
    topic = decisions.raise_topic(message, Raiser(by, role, community), now=uow.now)
    return save(topic, uow, step=Step.RAISE, role=role)


def support_topic(message: SupportTopic, uow: UnitOfWork) -> TopicReceipt:
    """附议签名. Raises: Forbidden, UnknownTopic, IllegalTransition, SupportedBefore."""
    topic, by = known(message.topic_id, uow), account_of(uow.principal)
    acting_in(uow.principal, topic.community, Role.RESIDENT)
    given = uow.store(Supports).get((topic.id, by))
    signed = decisions.support(topic, given, by=by, now=uow.now)
    uow.store(Supports).put((topic.id, by), signed.support)
    return save(signed.topic, uow, step=None, role=Role.RESIDENT)


def retract_support(message: RetractSupport, uow: UnitOfWork) -> TopicReceipt:
    """撤回签名. Raises: Forbidden, UnknownTopic, IllegalTransition, NotSupported."""
    topic, by = known(message.topic_id, uow), account_of(uow.principal)
    acting_in(uow.principal, topic.community, Role.RESIDENT)
    signed = decisions.retract(topic, uow.store(Supports).get((topic.id, by)))
    uow.store(Supports).put((topic.id, by), signed.support)
    return save(signed.topic, uow, step=None, role=Role.RESIDENT)


def withdraw_topic(message: WithdrawTopic, uow: UnitOfWork) -> TopicReceipt:
    """撤回议题. Raises: Forbidden, UnknownTopic, IllegalTransition."""
    topic = known(message.topic_id, uow)
    role = acting_in(uow.principal, topic.community, *_RAISERS)
    if account_of(uow.principal) != topic.raised_by:
        raise Forbidden("whoever raised a topic withdraws it")
    return save(decisions.withdraw(topic), uow, step=Step.WITHDRAW, role=role)


def admit_topic(message: AdmitTopic, uow: UnitOfWork) -> TopicReceipt:
    """受理. Raises: Forbidden, UnknownTopic, IllegalTransition, UnknownSubject, ListedSubject, a length."""
    topic = known(message.topic_id, uow)
    role = acting_in(uow.principal, topic.community, Role.COMMITTEE)
    return save(decisions.admit(topic, message), uow, step=Step.ADMIT, role=role)


def decline_topic(message: DeclineTopic, uow: UnitOfWork) -> TopicReceipt:
    """不予受理. Raises: Forbidden, UnknownTopic, IllegalTransition, a text's length."""
    topic = known(message.topic_id, uow)
    role = acting_in(uow.principal, topic.community, Role.COMMITTEE)
    return save(decisions.decline(topic, message), uow, step=Step.DECLINE, role=role)


def known(topic_id: UUID, uow: UnitOfWork) -> Topic:
    """Return a topic, locked. Raises: UnknownTopic."""
    topic = uow.store(Topics).get(topic_id)
    if topic is None:
        raise UnknownTopic
    return topic


def save(topic: Topic, uow: UnitOfWork, *, step: Step | None, role: Role) -> TopicReceipt:
    """Keep a topic as it is now; whose signature came or went stands nowhere but with the signature."""
    uow.store(Topics).put(topic.id, topic)
    if step is not None:
        by = account_of(uow.principal)
        line = Line(about=topic.id, at=uow.now, step=step, state=topic.state, role=role, by=by)
        uow.store(Record).append(line)
        uow.after_commit(metrics.CIVIC.labels("topic", step.value).inc)
    return TopicReceipt(
        topic_id=topic.id,
        state=topic.state,
        supporters=topic.supporters,
        hearing_required=topic.hearing_required,
        version=topic.version,
    )


def _promotable(case_id: UUID, raiser: Raiser, uow: UnitOfWork) -> None:
    """A resident promotes a case of their own, the committee one of its community. Raises: UnknownCase."""
    case = uow.store(ReportedCases).get(case_id)
    if case is None or case.community != raiser.community:
        raise UnknownCase(case_id=str(case_id))
    if raiser.role == Role.RESIDENT and case.reporter_id != raiser.account_id:
        raise UnknownCase(case_id=str(case_id))


_TOPIC = (Topics, attrgetter("topic_id"))

COMMANDS: tuple[CommandRoute, ...] = (
    command(RaiseTopic, raise_topic, loads=(_TOPIC,)),
    command(SupportTopic, support_topic, loads=(_TOPIC,)),
    command(RetractSupport, retract_support, loads=(_TOPIC,)),
    command(WithdrawTopic, withdraw_topic, loads=(_TOPIC,)),
    command(AdmitTopic, admit_topic, loads=(_TOPIC,)),
    command(DeclineTopic, decline_topic, loads=(_TOPIC,)),
)
