"""Opening accounts: load, decide, save, outbox."""

from datetime import timedelta, timezone

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import command
from chassis.refusal import Conflict
from contracts.commands.registry import AccountView, OpenAccount
from services.registry.accounts.account import Account, Posting, is_login, open_account
from services.registry.accounts.errors import LoginTaken
from services.registry.accounts.passwords import passwords
from services.registry.accounts.repository import AccountStore, Credential, CredentialStore, KnownAccount
from services.registry.organisation.place import Place, is_code
from services.registry.organisation.repository import DepartmentStore, PlaceStore

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def open_one(asked: OpenAccount, uow: UnitOfWork) -> AccountView:
    """Open an account for an operator."""
    account = open_account(asked, uow.principal, posting_of(asked, uow))
    if uow.store(AccountStore).get(account.account_id) is not None:
        raise Conflict(account_id=str(account.account_id))
    logins = uow.store(CredentialStore)
    if logins.get(asked.login) is not None:
        raise LoginTaken("this login is taken")
    logins.put(asked.login, Credential(account.account_id, passwords().hash(asked.password)))
    define_account(account, uow)
    return account.view(asked.login)


def define_account(account: Account, uow: UnitOfWork) -> bool:
    """Let an account be as it is given; return whether that was new. It is told once a change."""
    store = uow.store(AccountStore)
    known = store.get(account.account_id)
    if known is not None and known.account == account:
        return False
    emitted = 1 if known is None else known.emitted + 1
    store.put(account.account_id, KnownAccount(account, emitted))
    subject = str(account.account_id)
    uow.outbox.event(account.event(), subject=subject, sequence=emitted, ordering_key=subject)
    return True


def posting_of(named: OpenAccount | Account, uow: UnitOfWork) -> Posting:
    """Return what the place that is named stands for today."""
    code = named.department
    department = uow.store(DepartmentStore).get(code) if code is not None and is_code(code) else None
    return Posting(
        day=uow.now.astimezone(_SHANGHAI).date(),
        community=_place(named.community, uow),
        grid=_place(named.grid, uow),
        department=None if department is None else department.value,
    )


def _place(code: str | None, uow: UnitOfWork) -> Place | None:
    known = uow.store(PlaceStore).get(code) if code is not None and is_code(code) else None
    return None if known is None else known.value


def _codes(*codes: str | None) -> list[str]:
    return [code for code in codes if code is not None and is_code(code)]


COMMANDS = (
    command(
        OpenAccount,
        open_one,
        loads=(
            (AccountStore, lambda asked: asked.account_id),
            (CredentialStore, lambda asked: [asked.login] if is_login(asked.login) else []),
            (PlaceStore, lambda asked: _codes(asked.community, asked.grid)),
            (DepartmentStore, lambda asked: _codes(asked.department)),
        ),
    ),
)
