"""Migrations beside services that are at work: nobody waits long for them, and they come to their end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from chassis.data import migrate as migrating
from chassis.data.migrate import Blocked, migrate
from tests.support.migrations import Release

HELD_S = 4.0
FILL = (
    "UPDATE lamp SET bulb = 'gas' WHERE id IN "
    "(SELECT id FROM lamp WHERE bulb IS NULL ORDER BY id LIMIT 500 FOR UPDATE)"
)


@pytest.fixture
def url(database: Callable[[str], str]) -> str:
    made = database("chassis")
    run(made, "CREATE TABLE lamp (id int PRIMARY KEY, street text)")
    run(made, "INSERT INTO lamp SELECT n, 'street ' || n FROM generate_series(1, 5000) AS n")
    return made


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.syspath_prepend(tmp_path)
    return Release(tmp_path, name=f"release_{time.monotonic_ns()}")


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


@contextmanager
def reading_for(url: str, seconds: float) -> Iterator[None]:
    """Somebody looks at the table in a long transaction, as a backup does."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT count(*) FROM lamp")
        over = threading.Timer(seconds, connection.rollback)
        over.start()
        yield
        over.join()


@contextmanager
def client(url: str) -> Iterator[list[float]]:
    """A client that writes again and again; gives how long each of its writes took, in seconds."""
    took: list[float] = []
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.01):
                began = time.monotonic()
                connection.execute("UPDATE lamp SET street = street WHERE id = 7")
                took.append(time.monotonic() - began)

    worker = threading.Thread(target=work)
    worker.start()
    yield took
    over.set()
    worker.join()


@pytest.mark.slow
def test_without_a_lock_timeout_everybody_waits_behind_a_change_that_waits_for_one_reader(url: str) -> None:
    with reading_for(url, HELD_S), client(url) as took:
        run(url, "ALTER TABLE lamp ADD COLUMN bulb text")
    assert max(took) > HELD_S - 1


@pytest.mark.slow
def test_a_migration_that_waits_for_a_reader_lets_the_others_by(url: str, release: Release) -> None:
    release.add('op.execute("ALTER TABLE lamp ADD COLUMN bulb text")')
    with reading_for(url, HELD_S), client(url) as took:
        migrate(url, release.package)
    assert max(took) < migrating.LOCK_WAIT_S + 1
    assert ask(url, "SELECT bulb FROM lamp WHERE id = 1") == [(None,)]


@pytest.mark.slow
def test_a_migration_that_never_gets_its_lock_says_so_and_what_was_done_before_it_stays(
    url: str, release: Release
) -> None:
    release.add('op.execute("CREATE TABLE bulb (id int)")')
    release.add('op.execute("ALTER TABLE lamp ADD COLUMN bulb text")')
    with reading_for(url, HELD_S), pytest.raises(Blocked):
        migrate(url, release.package, patience_s=1)
    assert ask(url, "SELECT version_num FROM alembic_version") == [("0001",)]
    migrate(url, release.package)
    assert ask(url, "SELECT version_num FROM alembic_version") == [("0002",)]


def test_a_column_is_added_filled_indexed_and_required_while_others_write(url: str, release: Release) -> None:
    release.add(
        "online.add_column(op, 'lamp', 'bulb', 'text', default=\"'led'\")",
        f"online.fill(op, {FILL!r})",
        "online.build_index(op, 'lamp_bulb', 'lamp (bulb)')",
        "online.require(op, 'lamp', 'bulb')",
    )
    with client(url) as took:
        migrate(url, release.package)
    assert max(took) < migrating.LOCK_WAIT_S
    run(url, "INSERT INTO lamp VALUES (5001, 'by old code')")
    assert ask(url, "SELECT bulb, count(*) FROM lamp GROUP BY 1 ORDER BY 1") == [("gas", 5000), ("led", 1)]
    with pytest.raises(psycopg.errors.NotNullViolation):
        run(url, "UPDATE lamp SET bulb = NULL WHERE id = 1")
    assert ask(url, "SELECT conname FROM pg_constraint WHERE conname = 'lamp_bulb_given'") == []


def test_an_index_that_was_broken_off_is_built_anew(url: str, release: Release) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(url, "CREATE UNIQUE INDEX CONCURRENTLY lamp_street ON lamp ((id % 2))")
    release.add("online.build_index(op, 'lamp_street', 'lamp (street)')")
    migrate(url, release.package)
    query = "SELECT indisvalid, pg_get_indexdef(indexrelid) LIKE '%(street)' FROM pg_index "
    assert ask(url, query + "WHERE indexrelid = 'lamp_street'::regclass") == [(True, True)]


def test_two_migrators_at_once_do_not_wait_for_each_other_for_ever(url: str, release: Release) -> None:
    release.add("online.build_index(op, 'lamp_street', 'lamp (street)')")
    with psycopg.connect(url, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", (migrating._LOCK,))
        second = threading.Thread(target=migrate, args=(url, release.package))
        second.start()
        time.sleep(1)
        # What the second one does while it waits must not hold up what the first one builds.
        began = time.monotonic()
        first.execute("CREATE INDEX CONCURRENTLY lamp_id ON lamp (id, street)")
        assert time.monotonic() - began < 30
        first.execute("SELECT pg_advisory_unlock_all()")
        second.join(60)
    assert ask(url, "SELECT version_num FROM alembic_version") == [("0001",)]
