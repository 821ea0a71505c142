"""What the people of a hearing ask: one function a command. No SQL, no broker call."""

import secrets
from operator import attrgetter

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands import hearings as asks
from contracts.commands.hearings import HearingReceipt, RegistrationReceipt
from contracts.vocabulary import Role
from services.governance.hearing import taking_part
from services.governance.hearing.errors import NotPresent, UnknownRegistration
from services.governance.hearing.handlers import HEARING, at_work, facts_of, registration_of, save
from services.governance.hearing.hearing import Hearing, Registration
from services.governance.hearing.lifecycle import Step
from services.governance.hearing.repository import Registrations
from services.governance.standing import account_of

# Nothing that is read or heard as something else.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8


def register_for_hearing(message: asks.RegisterForHearing, uow: UnitOfWork) -> RegistrationReceipt:
    """报名. Raises: Forbidden, UnknownHearing, IllegalTransition, RegistrationOver, RegisteredBefore."""
    hearing, role = at_work(message.hearing_id, Step.REGISTER, uow)
    account = account_of(uow.principal) if role is Role.RESIDENT else None
    others = uow.store(Registrations).of(hearing.id)
    known = account is not None and any(each.account_id == account for each in others)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    took = taking_part.register(
        hearing, message, facts_of(hearing, uow, known=known), account_id=account, code=code
    )
    uow.store(Registrations).put(took.registration.id, took.registration)
    save(took.hearing, uow, step=Step.REGISTER, role=role)
    return RegistrationReceipt(
        hearing_id=hearing.id, registration_id=took.registration.id, code=took.registration.code
    )


def check_in(message: asks.CheckIn, uow: UnitOfWork) -> HearingReceipt:
    """签到. Raises: Forbidden, UnknownHearing, IllegalTransition, UnknownRegistration."""
    hearing, role = at_work(message.hearing_id, Step.CHECK_IN, uow)
    took = taking_part.check_in(hearing, message.code, facts_of(hearing, uow))
    uow.store(Registrations).put(took.registration.id, took.registration)
    return save(took.hearing, uow, step=Step.CHECK_IN, role=role)


def ask_floor(message: asks.AskFloor, uow: UnitOfWork) -> HearingReceipt:
    """申请发言. Raises: Forbidden, UnknownHearing, UnknownRegistration, IllegalTransition, NotPresent."""
    hearing, role = at_work(message.hearing_id, Step.ASK_FLOOR, uow)
    one = _own(registration_of(hearing, message.registration_id, uow), role, uow)
    asked = taking_part.ask_floor(hearing, facts_of(hearing, uow, one=one))
    return save(asked, uow, step=Step.ASK_FLOOR, role=role)


def give_floor(message: asks.GiveFloor, uow: UnitOfWork) -> HearingReceipt:
    """请发言. Raises: Forbidden, UnknownHearing, UnknownRegistration, what a guard refuses."""
    hearing, role = at_work(message.hearing_id, Step.GIVE_FLOOR, uow)
    one = registration_of(hearing, message.registration_id, uow)
    given = taking_part.give_floor(hearing, facts_of(hearing, uow, one=one))
    return save(given, uow, step=Step.GIVE_FLOOR, role=role)


def submit_evidence(message: asks.SubmitEvidence, uow: UnitOfWork) -> HearingReceipt:
    """提交材料. Raises: Forbidden, UnknownHearing, IllegalTransition, NotPresent, TermUnfit."""
    hearing, role = at_work(message.hearing_id, Step.SUBMIT_EVIDENCE, uow)
    if role is Role.RESIDENT and not _is_present(hearing, uow):
        raise NotPresent
    submitted = taking_part.submit_evidence(hearing, message.evidence, facts_of(hearing, uow))
    return save(submitted, uow, step=Step.SUBMIT_EVIDENCE, role=role)


def record_opinion(message: asks.RecordOpinion, uow: UnitOfWork) -> HearingReceipt:
    """记录意见. Raises: Forbidden, UnknownHearing, UnknownRegistration, what a guard refuses, a length."""
    hearing, role = at_work(message.hearing_id, Step.RECORD_OPINION, uow)
    one = registration_of(hearing, message.registration_id, uow)
    recorded = taking_part.record_opinion(hearing, message, facts_of(hearing, uow, one=one))
    return save(recorded, uow, step=Step.RECORD_OPINION, role=role)


def sign_minutes(message: asks.SignMinutes, uow: UnitOfWork) -> HearingReceipt:
    """签署笔录. Raises: Forbidden, UnknownHearing, UnknownRegistration, what a guard refuses, a length."""
    hearing, role = at_work(message.hearing_id, Step.SIGN_MINUTES, uow)
    one = _own(registration_of(hearing, message.registration_id, uow), role, uow)
    took = taking_part.sign(hearing, message, facts_of(hearing, uow, one=one))
    uow.store(Registrations).put(took.registration.id, took.registration)
    return save(took.hearing, uow, step=Step.SIGN_MINUTES, role=role)


def _own(registration: Registration, role: Role, uow: UnitOfWork) -> Registration:
    """A resident speaks and signs for nobody else. Raises: UnknownRegistration."""
    if role is Role.RESIDENT and registration.account_id != account_of(uow.principal):
        raise UnknownRegistration
    return registration


def _is_present(hearing: Hearing, uow: UnitOfWork) -> bool:
    account = account_of(uow.principal)
    others = uow.store(Registrations).of(hearing.id)
    return any(each.account_id == account and each.present for each in others)


_REGISTRATION = (Registrations, attrgetter("registration_id"))

COMMANDS: tuple[CommandRoute, ...] = (
    command(asks.RegisterForHearing, register_for_hearing, loads=(HEARING,)),
    command(asks.CheckIn, check_in, loads=(HEARING,)),
    command(asks.AskFloor, ask_floor, loads=(HEARING, _REGISTRATION)),
    command(asks.GiveFloor, give_floor, loads=(HEARING, _REGISTRATION)),
    command(asks.SubmitEvidence, submit_evidence, loads=(HEARING,)),
    command(asks.RecordOpinion, record_opinion, loads=(HEARING, _REGISTRATION)),
    command(asks.SignMinutes, sign_minutes, loads=(HEARING, _REGISTRATION)),
)
