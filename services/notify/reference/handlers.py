"""Registry's events, taken into the mirror."""

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import on
from contracts.events.registry import AccountOpened, CategoryDefined
from services.notify.reference.relations import Account
from services.notify.reference.repository import AccountStore, Category, CategoryStore


def mirror_account(event: AccountOpened, uow: UnitOfWork) -> None:
    """Keep an account as it was last told."""
    account = Account(
        account_id=event.account_id,
        roles=event.roles,
        community=event.community,
        grid=event.grid,
        department=event.department,
    )
    uow.store(AccountStore).put(account.account_id, account)


def mirror_category(event: CategoryDefined, uow: UnitOfWork) -> None:
    """Keep a category's names as they were last told."""
    uow.store(CategoryStore).put(event.code, Category(event.code, event.name_zh, event.name_en))


EVENTS = (on(AccountOpened, mirror_account), on(CategoryDefined, mirror_category))
