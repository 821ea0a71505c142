"""Places, categories and accounts as tests want them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from chassis.principal import Principal
from contracts.commands.registry import OpenAccount
from contracts.events.registry import Tier
from contracts.vocabulary import Kind, Role, Urgency
from services.registry.accounts.account import Account, Posting
from services.registry.organisation.category import Category
from services.registry.organisation.department import Department
from services.registry.organisation.place import Place

SINCE = date(2012, 6, 1)
TODAY = date(2012, 6, 18)
ACCOUNT = UUID("01893f5a-0000-7000-8000-000000000001")
PASSWORD = "a password of a test"
OPERATOR = Principal(subject=str(UUID(int=1)), roles=frozenset({Role.OPERATOR}))

_DISTRICT = Place(
    code="140303",
    tier=Tier.DISTRICT,
    parent=None,
    name_zh="矿区",
    name_en="Mining District",
    fictional=False,
    valid_from=SINCE,
)


_CODES = ("140303", "c01", "c01-g01", "c01-g01-b01", "c01-g01-b01-d1", "c01-g01-b01-d1-h101")


def a_place(tier: Tier = Tier.DISTRICT, **changes: Any) -> Place:
    """The district, or its community c01, and so on down to the household c01-g01-b01-d1-h101."""
    codes = dict(zip(Tier, _CODES, strict=True))
    parents = dict(zip(Tier, (None, *_CODES), strict=False))
    given = {"code": codes[tier], "parent": parents[tier], "tier": tier}
    return msgspec.structs.replace(_DISTRICT, **given | changes)


def a_tree(**of_grid: Any) -> list[Place]:
    """A district with a unit of each tier; `of_grid` changes the grid."""
    return [a_place(tier, **(of_grid if tier is Tier.GRID else {})) for tier in Tier]


def a_category(code: str = "0202", **changes: Any) -> Category:
    """A street lamp, or whatever `changes` make of it."""
    lamp = Category(
        code=code,
        parent=code[:2],
        name_zh="路灯故障",
        name_en="street lamp",
        kind=Kind.COMPONENT,
        department="CGJ",
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=SINCE,
    )
    return msgspec.structs.replace(lamp, **changes)


def a_heading(code: str = "02") -> Category:
    """A category of the first level."""
    return a_category(
        code, parent=None, name_zh="市政部件", kind=None, department=None, urgency=None, limit=None
    )


def a_posting(**changes: Any) -> Posting:
    """Everything that an account may name exists."""
    everything = Posting(
        day=TODAY,
        community=a_place(Tier.COMMUNITY),
        grid=a_place(Tier.GRID),
        department=Department(code="CGJ", name_zh="城市管理局", name_en="Urban management"),
    )
    return msgspec.structs.replace(everything, **changes)


def an_account(*roles: Role, **place: str | None) -> Account:
    return Account(account_id=ACCOUNT, display_name="张三", roles=roles, **place)


def asking(**changes: Any) -> OpenAccount:
    """Ask for the account of a grid worker."""
    asked = OpenAccount(
        command_id=UUID(int=7),
        account_id=ACCOUNT,
        login="zhang.san",
        display_name="张三",
        password=PASSWORD,
        roles=("grid_worker",),
        community="c01",
        grid="c01-g01",
    )
    return msgspec.structs.replace(asked, **changes)
