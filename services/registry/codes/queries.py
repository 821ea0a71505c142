"""Asking for a code, and signing in by one: the account is opened when its person comes first."""

import hmac
import secrets
from datetime import timedelta
from math import ceil
from uuid import UUID, uuid4

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.refusal import Invalid, Unavailable
from contracts.commands.people import CodeRequested
from contracts.commands.registry import AccountView
from contracts.envelope import uuid7
from contracts.vocabulary import Role
from services.registry import metrics
from services.registry.accounts.account import Account, check
from services.registry.accounts.handlers import define_account, posting_of
from services.registry.codes import repository
from services.registry.codes.errors import TooManyCodes, WrongCode
from services.registry.codes.sink import sink
from services.registry.people import masking, reads
from services.registry.people.keeping import keeping
from services.registry.people.person import is_phone
from services.registry.people.repository import PersonStore

DIGITS, TRIES, CODES_A_DAY = 6, 5, 10
LIFETIME, DAY = timedelta(minutes=10), timedelta(days=1)


def request_code(database: Database, context: Context, *, phone: str) -> CodeRequested:
    """Send a code to a phone; whether it is anybody's is not told.

    Raises: Invalid, TooManyCodes, Unavailable.
    """
    if not is_phone(phone, demo=True):
        raise Invalid("a phone's number, digits alone", field="phone")
    outlet = sink()
    if outlet is None:
        raise Unavailable("this cell has nothing to send codes by")
    request_id, code = uuid4(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    phone_index = keeping().vault.index(phone, column="phone")
    with database.writing(context) as uow:
        repository.lock(uow.connection, phone_index)
        asked = repository.asked(uow.connection, phone_index, window=DAY)
        if asked.number >= CODES_A_DAY:
            raise TooManyCodes(retry_after_s=max(1, ceil(asked.oldest_counts_for_s)))
        person_id = repository.whose(uow.connection, phone_index)
        made = repository.add(
            uow.connection,
            request_id,
            phone_index=phone_index,
            person_id=person_id,
            code_hash=_hash(request_id, code),
        )
    if person_id is not None:
        outlet.send(request_id, code)
    return CodeRequested(request_id=request_id, expires_at=made + LIFETIME)


def sign_in(database: Database, context: Context, *, request_id: UUID, code: str) -> AccountView:
    """Return who signs in by a code. Raises: WrongCode."""
    view = None
    with database.writing(context) as uow:
        # Every try counts, also one that is refused: nothing is raised before this is committed.
        tried = repository.try_code(uow.connection, request_id, tries=TRIES, lifetime=LIFETIME)
        right = tried is not None and hmac.compare_digest(tried.code_hash, _hash(request_id, code))
        if tried is not None and tried.person_id is not None and right:
            repository.use(uow.connection, request_id)
            view = _admit(tried.person_id, uow)
    metrics.SIGN_INS.labels("ok" if view is not None else WrongCode.code).inc()
    if view is None:
        raise WrongCode
    return view


def forget_old_codes(database: Database) -> None:
    """Drop the codes that no longer count."""
    with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
        repository.forget_old(uow.connection, window=DAY)


def _admit(person_id: UUID, uow: UnitOfWork) -> AccountView | None:
    """Return a person's account as of today: a resident's, of the community where they live or own."""
    person = uow.store(PersonStore).get(person_id)
    if person is None:
        return None
    account = Account(
        account_id=person_id,
        display_name=masking.name(person.name),
        roles=(Role.RESIDENT,),
        community=reads.community_of(uow.connection, person_id),
    )
    check(account, posting_of(account, uow))
    define_account(account, uow)
    return account.view("")


def _hash(request_id: UUID, code: str) -> bytes:
    return keeping().vault.index(code, column=f"login_code {request_id}")
