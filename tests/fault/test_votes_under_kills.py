"""Everybody tries to vote twice while processes are killed: every household has one ballot."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from bench.votes import Led, Voter, a_ballot, together, voters
from ops.display import Display
from ops.http_client import Client, RefusedError
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES
from ops.startup import Startup
from ops.supervision import Supervisor
from tests.support.cells import RunningCell
from tests.support.servers import remove, temporary_cell

ATTEMPTS_AT_A_TIME, HOUSEHOLDS = 64, 40
KILLED = ("governance", "gateway", "postgres", "governance", "rabbitmq")
PATIENCE_S = 300.0


class Storm:
    """Sixty-four people, each of whom brings a ballot of their own for every household."""

    def __init__(self, cell: RunningCell, led: Led, households: list[Voter]) -> None:
        self.cell, self.led, self.households = cell, led, households
        self.answers: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Return when everybody was answered about everything."""
        killer = threading.Thread(target=self._kill, daemon=True)
        killer.start()
        together(lambda number=number: self._somebody(number) for number in range(ATTEMPTS_AT_A_TIME))
        killer.join(timeout=PATIENCE_S)

    def _somebody(self, number: int) -> None:
        order = random.Random(number).sample(self.households, k=len(self.households))
        with closing(Client(LOOPBACK, self.cell.cell.ports["gateway"])) as client:
            for household in order:
                self._insist(client, household, household.tokens[number % len(household.tokens)])

    def _insist(self, client: Client, household: Voter, token: str) -> None:
        """Send the same ballot until somebody says what became of it."""
        ballot = a_ballot(household, random.choice(("yes", "no", "abstain")))
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                client.post(f"{self.led.path}/ballots", ballot, token=token)
            except RefusedError as error:
                if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return self._note(error.code, household)
            except OSError:
                pass
            else:
                return self._note("taken", household)
            client.close()
            time.sleep(0.1)
        return self._note("never answered", household)

    def _note(self, answer: str, household: Voter) -> None:
        with self._lock:
            self.answers[answer] += 1
            if answer == "taken":
                self.taken[str(household.entitlement_id)] += 1

    def _kill(self) -> None:
        """Spread the kills over the storm, by what was answered and not by the clock."""
        total = ATTEMPTS_AT_A_TIME * len(self.households)
        for number, process in enumerate(KILLED, start=1):
            until = time.monotonic() + PATIENCE_S
            while sum(self.answers.values()) < number * total // (len(KILLED) + 2):
                if time.monotonic() > until:
                    return
                time.sleep(0.02)
            self.cell.kill(process)


@pytest.fixture(scope="module")
def storm() -> Iterator[Storm]:
    """A cell in which everybody has tried to vote for every household while it was shaken."""
    folder, cell = temporary_cell("votes")
    running = RunningCell(cell)
    try:
        Startup(cell, Display(quiet=True), mode="test").run()
        with closing(Led(cell.ports["gateway"])) as led:
            led.open(lasts=timedelta(hours=2))
            made = Storm(running, led, voters(cell, led.vote_id, electors=2, most=HOUSEHOLDS))
            made.run()
            running.wait_until_well(within_s=180)
            yield made
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def rows(storm: Storm, query: str) -> list[Any]:
    with psycopg.connect(storm.cell.database("governance")) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_everybody_hears_that_the_household_has_taken_part(storm: Storm) -> None:
    assert storm.answers.keys() == {"taken", "participated"}
    assert storm.answers.total() == ATTEMPTS_AT_A_TIME * len(storm.households)


def test_every_household_has_one_ballot(storm: Storm) -> None:
    number = len(storm.households)
    assert number >= 10
    assert set(storm.taken.values()) == {1}
    assert rows(storm, "SELECT count(*) FROM participation") == [(number,)]
    assert rows(storm, "SELECT count(*), count(DISTINCT id) FROM ballot_box") == [(number, number)]
    assert storm.led.view()["participated"] == number


def test_nothing_else_was_kept_of_a_ballot(storm: Storm) -> None:
    assert rows(storm, "SELECT DISTINCT method FROM command_log WHERE method LIKE '%Ballot%'") == []
