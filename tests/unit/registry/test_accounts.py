from datetime import date
from itertools import combinations
from typing import Any

import msgspec
import pytest

from chassis.principal import Principal, the_system
from chassis.refusal import Forbidden, Invalid, Refusal
from contracts.errors import CODES
from contracts.events.registry import Tier
from contracts.vocabulary import Role
from services.registry.accounts import errors
from services.registry.accounts.account import (
    COMMUNITY,
    DEPARTMENT,
    GRID,
    MAY_NAME,
    PLACE_OF,
    check,
    is_login,
    open_account,
)
from services.registry.accounts.errors import UnfitPlace, UnfitRoles, UnknownDepartment, UnknownGrid
from tests.unit.registry.builders import OPERATOR, a_place, a_posting, an_account, asking

EVERY_PLACE = {COMMUNITY: "c01", GRID: "c01-g01", DEPARTMENT: "CGJ"}
SUBSETS = [frozenset(names) for size in range(4) for names in combinations(EVERY_PLACE, size)]


def refusal(asked: Any, **posting: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        open_account(asked, OPERATOR, a_posting(**posting))
    return caught.value


def test_the_table_says_of_every_role_where_it_is_held() -> None:
    assert set(PLACE_OF) == set(Role)


@pytest.mark.parametrize("named", SUBSETS, ids=lambda names: "+".join(sorted(names)) or "nowhere")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_goes_with_its_own_place_and_with_no_other(role: Role, named: frozenset[str]) -> None:
    account = an_account(role, **{name: EVERY_PLACE[name] for name in named})
    if PLACE_OF[role] <= named <= PLACE_OF[role] | MAY_NAME.get(role, frozenset()):
        check(account, a_posting())
    else:
        with pytest.raises(UnfitPlace):
            check(account, a_posting())


def test_a_committee_member_may_be_the_grid_worker_too() -> None:
    check(an_account(Role.COMMITTEE, Role.GRID_WORKER, community="c01", grid="c01-g01"), a_posting())


def test_an_operator_opens_an_account() -> None:
    account = open_account(asking(), OPERATOR, a_posting())
    assert account.roles == (Role.GRID_WORKER,)
    assert (account.community, account.grid, account.department) == ("c01", "c01-g01", None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_nobody_but_an_operator_opens_an_account(role: Role) -> None:
    with pytest.raises(Forbidden):
        open_account(asking(), Principal(subject="x", roles=frozenset({role})), a_posting())


def test_not_even_the_system_opens_an_account() -> None:
    with pytest.raises(Forbidden):
        open_account(asking(), the_system(), a_posting())


@pytest.mark.parametrize("login", ["abc", "worker-c01-g01", "zhang.san_2", "0" * 64])
def test_a_login_is_made_of_small_letters_digits_and_dashes(login: str) -> None:
    assert is_login(login)


@pytest.mark.parametrize(
    "login", ["", "ab", "x" * 65, "Resident", "张三三", "a b c", "-abc", "abc\n", "abc\x00", "a@b.c"]
)
def test_what_is_no_login_is_refused(login: str) -> None:
    assert not is_login(login)
    assert refusal(asking(login=login)).fields == {"field": "login"}


@pytest.mark.parametrize(("length", "fits"), [(11, False), (12, True), (128, True), (129, False)])
def test_a_password_has_twelve_to_a_hundred_and_twenty_eight_characters(length: int, fits: bool) -> None:  # noqa: FBT001
    asked = asking(password="密" * length)
    if fits:
        open_account(asked, OPERATOR, a_posting())
    else:
        found = refusal(asked)
        assert (found.code, found.fields) == ("invalid", {"field": "password"})
        assert asked.password not in str(found)


@pytest.mark.parametrize("name", ["", " 张三", "张三 ", "x" * 65, "张\n三", "张\x00"])
def test_a_name_can_be_shown(name: str) -> None:
    assert refusal(asking(display_name=name)).fields == {"field": "display_name"}


@pytest.mark.parametrize("roles", [(), ("mayor",), ("clerk", "clerk")])
def test_an_account_has_roles_of_ours_each_once(roles: tuple[str, ...]) -> None:
    assert isinstance(refusal(asking(roles=roles)), UnfitRoles)


@pytest.mark.parametrize(
    "grid",
    [
        None,
        a_place(Tier.BUILDING),
        a_place(Tier.COMMUNITY),
        a_place(Tier.GRID, valid_to=date(2012, 6, 18)),
        a_place(Tier.GRID, valid_from=date(2012, 6, 19)),
    ],
    ids=["unknown", "a building", "a community", "ended today", "begins tomorrow"],
)
def test_a_grid_must_exist_today(grid: Any) -> None:
    found = refusal(asking(), grid=grid)
    assert isinstance(found, UnknownGrid)
    assert found.code == "unknown_grid"


def test_a_grid_must_be_of_the_community_that_is_named() -> None:
    found = refusal(asking(), grid=a_place(Tier.GRID, parent="c02"))
    assert isinstance(found, UnfitPlace)
    assert found.fields == {"field": "grid"}


@pytest.mark.parametrize("community", [None, a_place(Tier.GRID), a_place()])
def test_a_community_must_be_one(community: Any) -> None:
    asked = asking(roles=("clerk",), grid=None)
    assert refusal(asked, community=community).fields == {"field": "community"}


def test_a_department_must_exist() -> None:
    asked = asking(roles=("department",), community=None, grid=None, department="XXX")
    assert isinstance(refusal(asked, department=None), UnknownDepartment)


def test_the_others_are_told_neither_name_nor_login_nor_password() -> None:
    told = open_account(asking(), OPERATOR, a_posting()).event()
    assert msgspec.structs.asdict(told) == {
        "account_id": asking().account_id,
        "roles": (Role.GRID_WORKER,),
        "community": "c01",
        "grid": "c01-g01",
        "department": None,
    }


def test_every_refusal_has_a_public_code() -> None:
    refusals = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, Refusal) and each not in (Invalid, Refusal)
    ]
    assert len(refusals) >= 7
    assert {each.code for each in refusals} <= CODES.keys()
