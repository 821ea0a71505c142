"""Who somebody is, and whether a password is theirs."""

from uuid import UUID

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal, the_system
from chassis.refusal import NotFound, Refusal
from contracts.commands.registry import AccountView
from contracts.envelope import uuid7
from contracts.vocabulary import Role
from services.registry import metrics
from services.registry.accounts import attempts, repository
from services.registry.accounts.account import is_login
from services.registry.accounts.errors import WrongCredentials
from services.registry.accounts.passwords import passwords


def account(database: Database, principal: Principal, account_id: UUID) -> AccountView:
    """Return an account to whom it belongs or to an operator. Raises: NotFound."""
    if principal.subject != str(account_id) and not principal.has(Role.OPERATOR):
        raise NotFound
    with database.reading() as connection:
        found = repository.holder(connection, account_id)
    if found is None:
        raise NotFound
    return found.account.view(found.login)


def check_password(database: Database, context: Context, *, login: str, password: str) -> AccountView:
    """Return who signs in; blanks and capitals that a phone adds to a login do not matter.

    Raises: WrongCredentials, TooManyRequests.
    """
    try:
        view = _check(database, context, login.strip().lower(), password)
    except Refusal as refusal:
        metrics.SIGN_INS.labels(refusal.code).inc()
        raise
    metrics.SIGN_INS.labels("ok").inc()
    return view


def _check(database: Database, context: Context, login: str, password: str) -> AccountView:
    with database.reading() as connection:
        attempts.refuse_when_exhausted(connection, login)
        found = repository.holder_of(connection, login) if is_login(login) else None
    # No connection is held meanwhile: this is the slow part.
    right = passwords().matches(None if found is None else found.password_hash, password)
    with database.writing(context) as uow:
        attempts.note(uow.connection, login, right=right)
    if found is None or not right:
        raise WrongCredentials
    return found.account.view(found.login)


def forget_old_failures(database: Database) -> None:
    """Drop the failed sign-ins that no longer count."""
    with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
        repository.forget_old_failures(uow.connection, window=attempts.WINDOW)
