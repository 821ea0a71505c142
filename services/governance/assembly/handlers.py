"""One function a command: load, decide, save, outbox. No SQL, no broker call."""

from operator import attrgetter
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands import assemblies as asks
from contracts.commands.assemblies import AssemblyReceipt, PlainAssemblyStep
from contracts.vocabulary import Role
from services.governance import metrics
from services.governance.assembly import deciding
from services.governance.assembly.assembly import MOST_ACTIONS, Assembly
from services.governance.assembly.errors import AssemblyExists, UnknownAssembly
from services.governance.assembly.lifecycle import Step, roles_of
from services.governance.assembly.repository import Assemblies
from services.governance.decided_work.handlers import commission_all
from services.governance.decided_work.work import Origin, Source
from services.governance.record.repository import Line, Record
from services.governance.standing import account_of, acting_in, community_of
from services.governance.topic.repository import Topics
from services.governance.topic.topic import decidable, decide, may_be_decided


def convene_assembly(message: asks.ConveneAssembly, uow: UnitOfWork) -> AssemblyReceipt:
    """召集. Raises: Forbidden, AssemblyExists, UnknownTopic, HearingRequired, what `convene` refuses."""
    community = community_of(uow.principal, Role.COMMITTEE)
    if uow.store(Assemblies).get(message.assembly_id) is not None:
        raise AssemblyExists
    assembly = deciding.convene(message, community, by=account_of(uow.principal), now=uow.now)
    for point in assembly.agenda:
        if point.topic_id is not None:
            decidable(uow.store(Topics).get(point.topic_id), community)
    return save(assembly, uow, step=Step.CONVENE, role=Role.COMMITTEE)


def reconvene_assembly(message: asks.ReconveneAssembly, uow: UnitOfWork) -> AssemblyReceipt:
    """再次召集. Raises: Forbidden, UnknownAssembly, IllegalTransition, RuleUnfit, NoticeTooShort."""
    assembly, role = _at_work(message.assembly_id, Step.RECONVENE, uow)
    called = deciding.reconvene(assembly, message, now=uow.now)
    return save(called, uow, step=Step.RECONVENE, role=role)


def record_attendance(message: asks.RecordAttendance, uow: UnitOfWork) -> AssemblyReceipt:
    """登记到会人数. Raises: Forbidden, UnknownAssembly, IllegalTransition, ImpossibleCounts."""
    assembly, role = _at_work(message.assembly_id, Step.RECORD_ATTENDANCE, uow)
    attended = deciding.attend(assembly, message.present, now=uow.now)
    return save(attended, uow, step=Step.RECORD_ATTENDANCE, role=role)


def move_assembly(message: asks.MoveAssembly, uow: UnitOfWork) -> AssemblyReceipt:
    """Take a step that needs no more than a reason: certified, its topics are decided.

    Raises: Forbidden, UnknownAssembly, IllegalTransition, what a guard refuses, a text's length.
    """
    step = Step(message.step.value)
    assembly, role = _at_work(message.assembly_id, step, uow)
    taken = deciding.take(assembly, message.step, message.reason, now=uow.now)
    if message.step is PlainAssemblyStep.CERTIFY:
        _decide_topics(taken, uow)
    return save(taken, uow, step=step, role=role)


def count_hands(message: asks.CountHands, uow: UnitOfWork) -> AssemblyReceipt:
    """举手表决. Raises: Forbidden, UnknownAssembly, UnknownPoint, CountedBefore, TermUnfit, a length."""
    assembly, role = _at_work(message.assembly_id, Step.COUNT_HANDS, uow)
    counted = deciding.count_hands(assembly, message, now=uow.now)
    return save(counted, uow, step=Step.COUNT_HANDS, role=role)


def object_to_assembly(message: asks.ObjectToAssembly, uow: UnitOfWork) -> AssemblyReceipt:
    """提出异议. Raises: Forbidden, UnknownAssembly, IllegalTransition, TooLate, TermUnfit, a length."""
    assembly, role = _at_work(message.assembly_id, Step.OBJECT, uow)
    objected = deciding.object_to(assembly, message, by=account_of(uow.principal), now=uow.now)
    return save(objected, uow, step=Step.OBJECT, role=role)


def answer_objection(message: asks.AnswerAssemblyObjection, uow: UnitOfWork) -> AssemblyReceipt:
    """答复异议. Raises: Forbidden, UnknownAssembly, UnknownPoint, IllegalTransition, a length."""
    assembly, role = _at_work(message.assembly_id, Step.ANSWER_OBJECTION, uow)
    answered = deciding.answer(assembly, message, now=uow.now)
    return save(answered, uow, step=Step.ANSWER_OBJECTION, role=role)


def dispatch_point(message: asks.DispatchPoint, uow: UnitOfWork) -> AssemblyReceipt:
    """交办. Raises: Forbidden, UnknownAssembly, UnknownPoint, NotPassed, UnknownGrid, UnknownCategory."""
    assembly, role = _at_work(message.assembly_id, Step.DISPATCH, uow)
    dispatched = deciding.dispatch(
        assembly, message.point_id, len(message.actions), most=MOST_ACTIONS, now=uow.now
    )
    source = Source(Origin.ASSEMBLY, message.point_id, assembly.community, account_of(uow.principal), uow.now)
    commission_all(message.actions, source, uow)
    return save(dispatched, uow, step=Step.DISPATCH, role=role)


def save(assembly: Assembly, uow: UnitOfWork, *, step: Step, role: Role) -> AssemblyReceipt:
    """Keep an assembly as it is now, with a line of its record."""
    uow.store(Assemblies).put(assembly.id, assembly)
    by = account_of(uow.principal)
    line = Line(about=assembly.id, at=uow.now, step=step, state=assembly.state, role=role, by=by)
    uow.store(Record).append(line)
    uow.after_commit(metrics.CIVIC.labels("assembly", step.value).inc)
    return AssemblyReceipt(assembly_id=assembly.id, state=assembly.state, version=assembly.version)


def _at_work(assembly_id: UUID, step: Step, uow: UnitOfWork) -> tuple[Assembly, Role]:
    assembly = uow.store(Assemblies).get(assembly_id)
    if assembly is None:
        raise UnknownAssembly
    return assembly, acting_in(uow.principal, assembly.community, *sorted(roles_of(step)))


def _decide_topics(assembly: Assembly, uow: UnitOfWork) -> None:
    """A topic is decided whichever way the hands went; one that was decided meanwhile stays so."""
    for point in assembly.agenda:
        topic = None if point.topic_id is None else uow.store(Topics).get(point.topic_id)
        if topic is not None and may_be_decided(topic):
            uow.store(Topics).put(topic.id, decide(topic))


_ASSEMBLY = (Assemblies, attrgetter("assembly_id"))

COMMANDS: tuple[CommandRoute, ...] = (
    command(asks.ConveneAssembly, convene_assembly, loads=(_ASSEMBLY,)),
    command(asks.ReconveneAssembly, reconvene_assembly, loads=(_ASSEMBLY,)),
    command(asks.RecordAttendance, record_attendance, loads=(_ASSEMBLY,)),
    command(asks.MoveAssembly, move_assembly, loads=(_ASSEMBLY,)),
    command(asks.CountHands, count_hands, loads=(_ASSEMBLY,)),
    command(asks.ObjectToAssembly, object_to_assembly, loads=(_ASSEMBLY,)),
    command(asks.AnswerAssemblyObjection, answer_objection, loads=(_ASSEMBLY,)),
    command(asks.DispatchPoint, dispatch_point, loads=(_ASSEMBLY,)),
)
