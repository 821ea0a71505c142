"""`python -m services.registry.seed [--amendments FILE]`: what a cell begins with. Safe to run again."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from chassis import log as logs
from chassis.config import Settings
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from contracts.commands.people import Relation
from contracts.envelope import uuid7
from contracts.events.registry import Tier
from services.registry import amendments, demo, demo_people, reference_data
from services.registry.accounts.account import check
from services.registry.accounts.handlers import define_account, posting_of
from services.registry.accounts.passwords import passwords
from services.registry.accounts.repository import (
    AccountStore,
    Credential,
    CredentialStore,
    end_sign_ins,
)
from services.registry.amendments import Amendments
from services.registry.calendar.handlers import fill_year
from services.registry.calendar.repository import YearStore
from services.registry.demo import DemoAccount
from services.registry.organisation.community import bodies_of, groups_of
from services.registry.organisation.errors import ReferenceDataError
from services.registry.organisation.handlers import define_category, define_department, define_place
from services.registry.organisation.repository import (
    CategoryStore,
    Communities,
    DepartmentStore,
    PlaceStore,
    define_alone,
)
from services.registry.people.repository import PersonStore, ResidenceStore, are_known
from services.registry.property.repository import OrganisationStore, Ownerships, UnitStore
from services.registry.property.unit import organisation_id_of
from services.registry.reference_data import ReferenceData

SOURCE = "registry"
AS_REVIEWED = Amendments()


class WrongCellError(RuntimeError):
    """The data files are of another district, or a production cell holds demo accounts."""


class Seeded(NamedTuple):
    """How many of each were new or changed."""

    places: int
    departments: int
    categories: int
    years: int
    accounts: int
    persons: int = 0


def seed(database: Database, *, mode: str, district: str, amended: Amendments = AS_REVIEWED) -> Seeded:
    """Load the data files as the cell has amended them, and in a demo or test cell the demo accounts.

    Raises: WrongCellError, ReferenceDataError.
    """
    data = amended.applied_to(reference_data.read())
    if data.district != district:
        raise WrongCellError(f"the data files are of the district {data.district}")
    accounts = list(demo.demo_accounts(data.places, data.departments))
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        define_alone(uow.connection)
        end_sign_ins(uow.connection, departments=amended.removed)
        if mode in demo.MODES:
            seeded = define(data, list(amended.still_there(accounts)), uow)
            return seeded._replace(persons=_settle(data, uow, few=mode == demo.FEW_PEOPLE))
        refuse_demo_accounts(accounts, uow)
        return define(data, (), uow)


def define(data: ReferenceData, accounts: Sequence[DemoAccount], uow: UnitOfWork) -> Seeded:
    """Define everything in one unit of work; what is as it was emits nothing."""
    uow.store(PlaceStore).prefetch(each.code for each in data.places)
    uow.store(DepartmentStore).prefetch(each.code for each in data.departments)
    uow.store(CategoryStore).prefetch(each.code for each in data.categories)
    uow.store(YearStore).prefetch(each.year for each in data.years)
    seeded = Seeded(
        places=sum(define_place(each, uow) for each in data.places),
        departments=sum(define_department(each, uow) for each in data.departments),
        categories=sum(define_category(each, uow) for each in data.categories),
        years=sum(fill_year(each, uow) for each in data.years),
        accounts=_define_accounts(accounts, uow),
    )
    for body in bodies_of(data.places):
        uow.store(Communities).append(body)
    for group in groups_of(data.places):
        uow.store(Communities).append(group)
    return seeded


def refuse_demo_accounts(accounts: Sequence[DemoAccount], uow: UnitOfWork) -> None:
    """Check that nobody signs in by a password that everybody knows. Raises: WrongCellError."""
    uow.store(AccountStore).prefetch(each.account.account_id for each in accounts)
    if any(uow.store(AccountStore).get(each.account.account_id) is not None for each in accounts):
        raise WrongCellError("this production cell holds demo accounts")


def _define_accounts(accounts: Sequence[DemoAccount], uow: UnitOfWork) -> int:
    uow.store(AccountStore).prefetch(each.account.account_id for each in accounts)
    logins = uow.store(CredentialStore)
    logins.prefetch(each.login for each in accounts)
    without = [each for each in accounts if logins.get(each.login) is None]
    password_hash = passwords().hash(demo.PASSWORD) if without else ""
    for each in without:
        logins.put(each.login, Credential(each.account.account_id, password_hash))
    for each in accounts:
        check(each.account, posting_of(each.account, uow))
    return sum(define_account(each.account, uow) for each in accounts)


def _settle(data: ReferenceData, uow: UnitOfWork, *, few: bool) -> int:
    """Let the people of a demo cell live in it, unless they do; whoever moved since stays where they are."""
    beginnings = demo_people.FEW if few else ("",)
    places = [
        each for each in data.places if each.tier is Tier.HOUSEHOLD and each.code.startswith(beginnings)
    ]
    first = [demo_people.person_id_of(each.code, Relation.HEAD) for each in places[:1]]
    if are_known(uow.connection, first):
        return 0
    homes = list(demo_people.homes(places))
    people = [resident for home in homes for resident in home.residents]
    uow.store(OrganisationStore).put(organisation_id_of(demo_people.LANDLORD), demo_people.LANDLORD)
    for home in homes:
        uow.store(UnitStore).put(home.unit.unit_id, home.unit)
        for ownership in home.ownerships:
            uow.store(Ownerships).append(ownership)
    for person, residence in ((each.person, each.residence) for each in people):
        uow.store(PersonStore).put(person.person_id, person)
        if residence is not None:
            uow.store(ResidenceStore).put(person.person_id, residence)
    return len(people)


def main(arguments: Sequence[str]) -> int:
    """Seed the database that the environment names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.seed")
    parser.add_argument("--amendments", type=Path, help="what this cell changes of the departments")
    given = parser.parse_args(arguments)
    settings = Settings.from_env()
    logs.configure(settings.log_level, service=SOURCE)
    log = structlog.get_logger()
    database = Database(settings.database_url, source=SOURCE)
    try:
        amended = amendments.read(given.amendments)
        seeded = seed(database, mode=settings.mode, district=settings.district, amended=amended)
    except (WrongCellError, ReferenceDataError, msgspec.MsgspecError) as error:
        log.error("registry.not_seeded", mode=settings.mode, reason=str(error))  # noqa: TRY400 - no fault of ours
        return 1
    finally:
        database.close()
    log.info("registry.seeded", mode=settings.mode, **seeded._asdict())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
