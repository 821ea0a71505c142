from collections import Counter
from uuid import NAMESPACE_URL, uuid5

import pytest

from contracts.vocabulary import Role
from services.registry import demo, reference_data
from services.registry.accounts.account import SHORTEST_PASSWORD, check, is_login
from services.registry.demo import DemoAccount
from services.registry.organisation.place import Place
from tests.unit.registry.builders import TODAY, a_posting


@pytest.fixture(scope="module")
def data() -> reference_data.ReferenceData:
    return reference_data.read()


@pytest.fixture(scope="module")
def accounts(data: reference_data.ReferenceData) -> dict[str, DemoAccount]:
    return {each.login: each for each in demo.demo_accounts(data.places, data.departments)}


def test_there_is_one_account_for_each_role_and_a_worker_for_each_grid(
    accounts: dict[str, DemoAccount],
) -> None:
    assert Counter(each.account.roles for each in accounts.values()) == {
        (Role.RESIDENT,): 1,
        (Role.HOTLINE,): 1,
        (Role.DISPATCHER,): 1,
        (Role.ARCHIVIST,): 1,
        (Role.INSPECTOR,): 1,
        (Role.OPERATOR,): 1,
        (Role.CLERK,): 38,
        (Role.COMMITTEE,): 38,
        (Role.GRID_WORKER,): 248,
        (Role.DEPARTMENT,): 30,
    }


@pytest.mark.parametrize(
    ("login", "place"),
    [
        ("resident", (None, None, None)),
        ("worker-c01-g01", ("c01", "c01-g01", None)),
        ("worker-c05-g10", ("c05", "c05-g10", None)),
        ("clerk-c03", ("c03", None, None)),
        ("committee-c01", ("c01", None, None)),
        ("officer-cgj", (None, None, "CGJ")),
        ("dispatcher", (None, None, None)),
    ],
)
def test_a_demo_account_is_where_its_login_says(
    accounts: dict[str, DemoAccount], login: str, place: tuple[str | None, ...]
) -> None:
    account = accounts[login].account
    assert (account.community, account.grid, account.department) == place


def test_a_demo_account_has_the_same_id_in_every_cell(accounts: dict[str, DemoAccount]) -> None:
    for login, each in accounts.items():
        assert each.account.account_id == uuid5(NAMESPACE_URL, f"urn:qiaotou:demo:{login}")


def test_the_demo_accounts_keep_the_rules_of_all_accounts(
    data: reference_data.ReferenceData, accounts: dict[str, DemoAccount]
) -> None:
    places: dict[str | None, Place] = {place.code: place for place in data.places}
    for login, (_, account) in accounts.items():
        assert is_login(login)
        posting = a_posting(day=TODAY, community=places.get(account.community), grid=places.get(account.grid))
        check(account, posting)
    assert len(demo.PASSWORD) >= SHORTEST_PASSWORD


def test_a_production_cell_has_no_demo_accounts() -> None:
    assert "production" not in demo.MODES
