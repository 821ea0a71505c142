"""The accounts of a demo cell: one for each role, a grid worker for each grid, one password. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.events.registry import Tier
from contracts.vocabulary import Role
from services.registry.accounts.account import Account
from services.registry.organisation.department import Department
from services.registry.organisation.place import Place

MODES = ("demo", "test")
FEW_PEOPLE = "test"
PASSWORD = "qiaotou-demo-2012"  # noqa: S105 - printed by `./qiaotou up`; a production cell has no such account


class DemoAccount(NamedTuple):
    """An account and the login that goes with it."""

    login: str
    account: Account


def account_id_of(login: str) -> UUID:
    """Return the id of a demo account: the same in every demo cell."""
    return uuid5(NAMESPACE_URL, f"urn:qiaotou:demo:{login}")


def demo_accounts(places: Iterable[Place], departments: Iterable[Department]) -> Iterator[DemoAccount]:
    """Give every demo account of a district with these places and departments."""
    yield from _of_district()
    for place in places:
        if place.tier is Tier.COMMUNITY:
            yield _demo(f"clerk-{place.code}", f"{place.name_zh}服务中心", Role.CLERK, community=place.code)
            yield _demo(
                f"committee-{place.code}", f"{place.name_zh}居委会", Role.COMMITTEE, community=place.code
            )
        elif place.tier is Tier.GRID:
            yield _demo(
                f"worker-{place.code}",
                f"{place.name_zh}网格员",
                Role.GRID_WORKER,
                community=place.parent,
                grid=place.code,
            )
    for department in departments:
        yield _demo(
            f"officer-{department.code.lower()}",
            f"{department.name_zh}经办人",
            Role.DEPARTMENT,
            department=department.code,
        )


def _of_district() -> Iterator[DemoAccount]:
    yield _demo("resident", "居民", Role.RESIDENT)
    yield _demo("hotline", "热线", Role.HOTLINE)
    yield _demo("dispatcher", "区指导中心调度员", Role.DISPATCHER)
    yield _demo("archivist", "档案员", Role.ARCHIVIST)
    yield _demo("inspector", "督查员", Role.INSPECTOR)
    yield _demo("operator", "运维", Role.OPERATOR)


def _demo(
    login: str,
    name: str,
    role: Role,
    *,
    community: str | None = None,
    grid: str | None = None,
    department: str | None = None,
) -> DemoAccount:
    account = Account(
        account_id=account_id_of(login),
        display_name=name,
        roles=(role,),
        community=community,
        grid=grid,
        department=department,
    )
    return DemoAccount(login, account)
