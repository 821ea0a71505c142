from concurrent.futures import ThreadPoolExecutor
from traceback import format_exception
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import NotFound, Refusal
from contracts.commands.registry import AccountView
from contracts.vocabulary import Role
from services.registry import demo, seed
from services.registry.accounts import queries
from services.registry.accounts.attempts import LIMIT
from services.registry.service import COMMANDS
from tests.support.messages import a_command, answer_of, data_of, rows, sent
from tests.unit.registry.builders import PASSWORD, asking

OPERATOR = Principal(subject=str(demo.account_id_of("operator")), roles=frozenset({Role.OPERATOR}), scope={})
NOBODY = Context(correlation_id="t")


@pytest.fixture
def district(database: Database) -> Database:
    """Give a registry with its places, departments and demo accounts."""
    seed.seed(database, mode="test", district="140303")
    return database


def do(database: Database, *asked: Any, by: Principal | None = OPERATOR) -> list[dict[str, Any]]:
    return [answer_of(body) for body in COMMANDS.process(database, [a_command(each, by) for each in asked])]


def sign_in(database: Database, login: str, password: str) -> AccountView | str:
    """Who signed in, or the refusal's code."""
    try:
        return queries.check_password(database, NOBODY, login=login, password=password)
    except Refusal as refusal:
        return refusal.code


def everything(database: Database) -> str:
    """The whole database as text."""
    tables = sa.inspect(database.engine).get_table_names()
    return "\n".join(
        str(row)
        for table in tables
        for row in rows(database, f'SELECT row_to_json("{table}")::text FROM "{table}"')  # noqa: S608
    )


def another(**changes: Any) -> Any:
    """Ask for an account that collides with no other."""
    given = {"command_id": uuid4(), "account_id": uuid4(), "login": f"somebody-{uuid4().hex[:8]}"}
    return asking(**given | changes)


def test_an_operator_opens_an_account_that_signs_in(district: Database) -> None:
    (view,) = do(district, asking())
    assert (view["login"], view["roles"], view["grid"]) == ("zhang.san", ["grid_worker"], "c01-g01")
    signed_in = sign_in(district, "zhang.san", PASSWORD)
    assert isinstance(signed_in, AccountView)
    assert signed_in == msgspec.convert(view, AccountView)


def test_a_new_account_is_told_without_name_login_or_password(district: Database) -> None:
    do(district, asking())
    event = sent(district)[-1]
    assert (event.type, event.sequence) == ("registry.account.opened.v1", 1)
    assert event.subject == event.orderingkey == str(asking().account_id)
    assert data_of(event) == {
        "account_id": str(asking().account_id),
        "roles": ["grid_worker"],
        "community": "c01",
        "grid": "c01-g01",
        "department": None,
    }


def test_a_password_is_nowhere_in_the_database(district: Database) -> None:
    do(district, asking())
    sign_in(district, "zhang.san", PASSWORD)
    sign_in(district, PASSWORD, "typed into the wrong field")
    assert PASSWORD not in everything(district)


def test_not_even_a_fast_hash_of_a_password_is_kept(district: Database) -> None:
    first = do(district, asking())
    kept = rows(district, "SELECT fingerprint FROM command_log")
    assert do(district, asking(password="another password")) == first
    assert rows(district, "SELECT fingerprint FROM command_log") == kept
    assert sign_in(district, "zhang.san", "another password") == "wrong_credentials"


def test_the_same_command_under_another_login_is_refused(district: Database) -> None:
    do(district, asking())
    assert do(district, asking(login="li.si"))[0]["code"] == "key_reused"


def test_a_login_is_given_once_even_within_a_batch(district: Database) -> None:
    answers = do(district, another(login="zhang.san"), another(login="zhang.san"), another(login="resident"))
    assert [each.get("code") for each in answers] == [None, "conflict", "conflict"]


def test_an_account_id_is_given_once(district: Database) -> None:
    do(district, asking())
    (again,) = do(district, another(account_id=asking().account_id))
    assert again["code"] == "conflict"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grid": "c99-g01"}, "unknown_grid"),
        ({"grid": "c01-g01-b01"}, "unknown_grid"),
        ({"grid": "c01\x00"}, "unknown_grid"),
        ({"grid": "c02-g01"}, "invalid"),
        ({"community": "c99"}, "invalid"),
        ({"grid": None}, "invalid"),
        (
            {"roles": ["department"], "community": None, "grid": None, "department": "XXX"},
            "unknown_department",
        ),
        ({"login": "a\x00b"}, "invalid"),
        ({"password": "short"}, "invalid"),
    ],
)
def test_an_account_that_does_not_fit_leaves_nothing(
    district: Database, changes: dict[str, Any], code: str
) -> None:
    before = rows(district, "SELECT count(*) FROM account")
    (answer,) = do(district, another(**changes))
    assert answer["code"] == code
    assert rows(district, "SELECT count(*) FROM account") == before


def test_nobody_opens_an_account_for_themselves(district: Database) -> None:
    clerk = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": "c01"})
    assert do(district, another(), by=clerk)[0]["code"] == "forbidden"
    assert do(district, another(), by=None)[0]["code"] == "forbidden"


def test_every_demo_login_has_the_demo_password(district: Database) -> None:
    for login in ("resident", "worker-c05-g10", "officer-cgj", "clerk-c03", "operator"):
        view = sign_in(district, login, demo.PASSWORD)
        assert isinstance(view, AccountView)
        assert view.account_id == demo.account_id_of(login)


def test_a_phone_that_begins_with_a_capital_still_signs_in(district: Database) -> None:
    assert isinstance(sign_in(district, " Resident ", demo.PASSWORD), AccountView)


@pytest.mark.parametrize(
    "login", ["resident", "nobody", "", "张三", "x" * 10_000, "a\x00b", "'; DROP TABLE account; --"]
)
def test_a_wrong_password_and_an_unknown_login_are_answered_alike(district: Database, login: str) -> None:
    assert sign_in(district, login, "not the password") == "wrong_credentials"


@pytest.mark.parametrize("login", ["resident", "nobody"])
def test_after_ten_failures_a_login_is_refused_whether_it_exists_or_not(
    district: Database, login: str
) -> None:
    for _ in range(LIMIT):
        assert sign_in(district, login, "not the password") == "wrong_credentials"
    with pytest.raises(Refusal) as refused:
        queries.check_password(district, NOBODY, login=login, password=demo.PASSWORD)
    assert refused.value.code == "too_many_requests"
    assert 0 < int(refused.value.fields["retry_after_s"] or 0) <= 900
    assert isinstance(sign_in(district, "operator", demo.PASSWORD), AccountView)


def test_failures_count_for_fifteen_minutes(district: Database) -> None:
    for _ in range(LIMIT):
        sign_in(district, "resident", "not the password")
    age(district, "14 minutes 50 seconds")
    assert sign_in(district, "resident", demo.PASSWORD) == "too_many_requests"
    age(district, "10 seconds")
    assert isinstance(sign_in(district, "resident", demo.PASSWORD), AccountView)


def test_signing_in_forgets_the_failures_before_it(district: Database) -> None:
    for _ in range(LIMIT - 1):
        sign_in(district, "resident", "not the password")
    sign_in(district, "resident", demo.PASSWORD)
    assert rows(district, "SELECT count(*) FROM failed_sign_in") == [(0,)]


def test_parallel_guesses_do_not_pass_the_limit_together(district: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: sign_in(district, "resident", "a guess"), range(40)))
    assert sorted(set(outcomes), key=str) == ["too_many_requests", "wrong_credentials"]
    assert outcomes.count("wrong_credentials") == LIMIT


def test_old_failures_are_dropped(district: Database) -> None:
    sign_in(district, "resident", "not the password")
    age(district, "15 minutes")
    sign_in(district, "operator", "not the password")
    queries.forget_old_failures(district)
    assert rows(district, "SELECT count(*) FROM failed_sign_in") == [(1,)]


def test_an_account_is_shown_to_its_owner_and_to_an_operator(district: Database) -> None:
    clerk = demo.account_id_of("clerk-c01")
    owner = Principal(subject=str(clerk), roles=frozenset({Role.CLERK}), scope={"community": "c01"})
    assert queries.account(district, owner, clerk).login == "clerk-c01"
    assert queries.account(district, OPERATOR, clerk).login == "clerk-c01"
    for principal, account_id in ((owner, demo.account_id_of("resident")), (OPERATOR, UUID(int=0))):
        with pytest.raises(NotFound):
            queries.account(district, principal, account_id)


def age(database: Database, by: str) -> None:
    """Let the failures have happened earlier."""
    with database.writing(NOBODY) as uow:
        uow.connection.execute(
            sa.text("UPDATE failed_sign_in SET at = at - CAST(:by AS interval)"), {"by": by}
        )


def test_an_error_of_the_database_names_no_login(district: Database) -> None:
    login, password = "worker-c01-g01", "not the password"
    with district.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE credential RENAME TO away"))
    try:
        with pytest.raises(sa.exc.ProgrammingError) as error:
            sign_in(district, login, password)
        said = "".join(format_exception(error.value))
        assert login not in said
        assert password not in said
    finally:
        with district.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE away RENAME TO credential"))
