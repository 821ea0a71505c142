"""PostgreSQL goes away, is full, or has no connection left: what was answered is kept.

A toy service on a server of its own is asked and told things all the while. `unavailable` is what the
gateway answers as 503 with Retry-After (`gateway.errors`).
"""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest

from chassis.context import Context
from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from ops import account
from tests.integration.chassis.conftest import MakeToy, RestartablePostgres, make_toy  # noqa: F401 - a fixture
from tests.support.servers import remove, temporary_cell
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import Process, eventually
from tests.support.toy.service import Bump, Thing

DISK = "256M"
ASKERS, COMMANDS, EVENTS = 6, 12, 60
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
ASKED = Context(correlation_id="a test")


class Server(RestartablePostgres):
    """A PostgreSQL whose disk can be filled."""

    @property
    def folder(self) -> Path:
        return self._server.data.parent

    def stop(self, by: signal.Signals) -> None:
        self._running.process.send_signal(by)
        self._running.process.wait(30)

    def start_again_if_it_ended(self) -> None:
        """Without room for its log the server ends itself, and may end for good."""
        if self._running.process.poll() is not None:
            self.start()

    def role(self, name: str) -> str:
        """Make a role that may do all but what superusers alone may; return its URL of this server."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' IN ROLE postgres".encode())
        return self.url_of(name, "postgres")

    def url_of(self, role: str, database: str) -> str:
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        return urlunsplit(urlsplit(self.url)._replace(netloc=f"{role}:x@{host}", path=f"/{database}"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL on a small disk of its own. Only root may mount one: run this file as root."""
    folder, cell = temporary_cell("faults")
    disk = account.server_folder(cell, account.unprivileged("qiaotou", "postgres")) / "postgres"
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "qiaotou-test", str(disk)], check=True)
    made = Server(cell)
    try:
        yield made
    finally:
        made.close()
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
        remove(folder)


@pytest.fixture(scope="module")
def toy(make_toy: MakeToy, server: Server) -> Iterator[ToyCell]:  # noqa: F811
    made = make_toy(server.url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def running(toy: ToyCell, server: Server) -> Process:
    """The toy and its relay, with a role of their own: a superuser has connections kept for it."""
    server.role(toy.name)
    url = server.url_of(toy.name, toy.name)
    toy.start_relay().wait_until_well()
    return toy.start(database_url=url).wait_until_well()


class Trial:
    """Commands and events without a pause: each command under its own id until it was answered."""

    def __init__(self, toy: ToyCell) -> None:
        self._toy = toy
        self._things = [a_thing() for _ in range(ASKERS)]
        self._told = a_thing()
        self.answers: Counter[str] = Counter()
        self.slowest_s = 0.0

    def while_(self, strike: Callable[[], object]) -> None:
        threads = [threading.Thread(target=self._ask, args=(thing,)) for thing in self._things]
        threads.append(threading.Thread(target=self._tell))
        for thread in threads:
            thread.start()
        strike()
        for thread in threads:
            thread.join()

    def check(self, running: Process) -> None:
        """What was answered was done, once; what was told was heard, once and in order; the process lived."""
        assert self.answers.keys() <= {"ok", "unavailable", "no answer"}, self.answers
        assert [self._toy.bumps(thing) for thing in self._things] == [COMMANDS] * ASKERS
        self._toy.wait_until_heard(self._told, list(range(1, EVENTS + 1)), within_s=120)
        assert self._toy.parked() == {}
        assert running.is_running()
        eventually(lambda: self._toy.rows("SELECT FROM outbox WHERE sent_at IS NULL") == [], within_s=120)

    def _ask(self, thing: UUID) -> None:
        for _ in range(COMMANDS):
            command = Bump(command_id=uuid4(), id=thing)
            while self._once(command) != "ok":
                time.sleep(0.1)
            time.sleep(0.05)

    def _once(self, command: Bump) -> str:
        begun = time.monotonic()
        try:
            self._toy.client.call(self._toy.name, command, context=ASKED, result=Thing, timeout_s=20)
            answer = "ok"
        except RemoteRefusal as refusal:
            answer = refusal.code
        except ServiceUnavailable:
            answer = "unavailable"
        except NoAnswer:
            answer = "no answer"
        self.answers[answer] += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        return answer

    def _tell(self) -> None:
        for number in range(1, EVENTS + 1):
            self._toy.publish(self._toy.event(self._told, number))
            time.sleep(0.02)


def test_an_immediate_stop_of_postgresql_loses_nothing_that_was_answered(
    toy: ToyCell, server: Server, running: Process
) -> None:
    """Three times, with a second between.

    Seen failing: with `is_of_the_house` always false and `synchronous_commit = off`.
    """
    trial = Trial(toy)

    def strike() -> None:
        for _ in range(3):
            time.sleep(0.3)
            server.stop_immediately()
            server.start()

    trial.while_(strike)
    assert trial.answers["unavailable"]
    trial.check(running)


def test_a_restart_of_postgresql_loses_nothing_that_was_answered(
    toy: ToyCell, server: Server, running: Process
) -> None:
    """Seen failing: with `is_of_the_house` always false, where people are answered 500."""
    trial = Trial(toy)

    def strike() -> None:
        time.sleep(0.3)
        server.stop(signal.SIGINT)
        time.sleep(1)
        server.start()

    trial.while_(strike)
    assert trial.answers["unavailable"]
    trial.check(running)


def test_when_every_connection_of_postgresql_is_taken_nothing_is_lost(
    toy: ToyCell, server: Server, running: Process
) -> None:
    """`max_connections`: the service has lost those that it had, and gets no other.

    Seen failing: with `is_of_the_house` always false, where people are answered 500.
    """
    trial = Trial(toy)
    taker = server.role("taker")
    with ExitStack() as taken, psycopg.connect(server.url, autocommit=True) as chief:

        def strike() -> None:
            until = time.monotonic() + 4
            while time.monotonic() < until:
                chief.execute(_END, [toy.name])
                _take_all(taker, taken)
            taken.close()

        _take_all(taker, taken)
        trial.while_(strike)
    assert trial.answers["unavailable"]
    trial.check(running)


def test_when_every_connection_of_the_pool_is_taken_nothing_is_lost(toy: ToyCell, running: Process) -> None:
    """The pool of the process: what asks waits for a lock until its statement is given up, the rest for it.

    Seen failing: with `is_of_the_house` always false, where people are answered 500.
    """
    trial = Trial(toy)

    refused: list[str] = []

    def look() -> None:
        try:
            toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=a_thing(), timeout_s=20)
        except RemoteRefusal as refusal:
            refused.append(refusal.code)

    def strike() -> None:
        time.sleep(0.3)
        with psycopg.connect(toy.database_url) as connection:
            connection.execute("LOCK TABLE thing, inbox IN ACCESS EXCLUSIVE MODE")
            looking = [threading.Thread(target=look) for _ in range(24)]
            for each in looking:
                each.start()
            # Longer than one waits for a connection, shorter than a statement may take.
            time.sleep(6)
        for each in looking:
            each.join()

    trial.while_(strike)
    # Eight had a connection and found nothing in the end; the others waited five seconds for one.
    assert Counter(refused).keys() == {"not_found", "unavailable"}
    assert trial.slowest_s < 20
    trial.check(running)


def test_a_full_disk_under_postgresql_loses_nothing_that_was_answered(
    toy: ToyCell, server: Server, running: Process
) -> None:
    """Nothing more fits on the disk, data and log alike, until somebody makes room.

    Seen failing: with `is_of_the_house` always false, where people are answered 500.
    """
    trial = Trial(toy)
    ballast = server.folder / "ballast"

    def strike() -> None:
        time.sleep(0.3)
        over = threading.Event()
        filling = threading.Thread(target=_keep_full, args=(ballast, over))
        filling.start()
        try:
            _fill_what_is_left(toy)
            time.sleep(3)
        finally:
            over.set()
            filling.join()
            ballast.unlink()
        server.start_again_if_it_ended()

    trial.while_(strike)
    assert trial.answers["unavailable"]
    trial.check(running)


def _take_all(taker: str, taken: ExitStack) -> None:
    with suppress(psycopg.OperationalError):
        while True:
            taken.enter_context(psycopg.connect(taker))


def _keep_full(ballast: Path, over: threading.Event) -> None:
    with ballast.open("ab", buffering=0) as file:
        while not over.wait(0.005):
            for size in (2**20, 2**12):
                with suppress(OSError):
                    while not over.is_set() and file.write(bytes(size)) == size:
                        pass


def _fill_what_is_left(toy: ToyCell) -> None:
    """Write until the server itself says that there is no room, in its data or in its log."""
    said = ""
    while "No space left" not in said:
        try:
            with psycopg.connect(toy.database_url, autocommit=True) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS junk (words text)")
                connection.execute(
                    "INSERT INTO junk SELECT repeat(md5(n::text), 30) FROM generate_series(1, 2000) n"
                )
        except psycopg.OperationalError as error:
            said = str(error)
            if "No space left" not in said:
                return
