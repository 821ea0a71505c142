"""Many ballots for the same entitlements at once, over two connections' worth of processes."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chassis.context import Context
from chassis.data.clock import set_offset
from chassis.data.engine import Database
from contracts.commands import votes as asks
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.service import COMMANDS
from services.governance.vote import timers
from services.governance.vote.repository import Votes
from tests.support.messages import a_command, answer_of, rows
from tests.support.voting import ask, cast, open_vote, pass_time, step
from tests.unit.governance.a_vote import DAY, VOTE, a_ballot, elector

ENTITLEMENTS, ATTEMPTS, AT_ONCE = 12, 64, 16


@pytest.fixture
def processes(database: Database) -> Iterator[tuple[Database, Database]]:
    """Two processes of governance, as far as a database can tell."""
    url = database.engine.url.render_as_string(hide_password=False)
    both = [Database(url, source="governance", pool_size=AT_ONCE) for _ in range(2)]
    yield both[0], both[1]
    for each in both:
        each.close()
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def attempt(process: Database, seed: int, *, electors: int = 1) -> list[tuple[int, str]]:
    """Bring a ballot for every entitlement, in an order of one's own, a few in a batch."""
    draw, mate = random.Random(seed), 1000 * (seed % electors)
    order = draw.sample(range(ENTITLEMENTS), ENTITLEMENTS)
    answers = []
    for at in range(0, ENTITLEMENTS, 3):
        numbers = order[at : at + 3]
        batch = [
            a_command(a_ballot(number, draw.choice(("yes", "no"))), elector(number + mate))
            for number in numbers
        ]
        said: list[dict[str, Any]] = [answer_of(body) for body in COMMANDS.process(process, batch)]
        answers += [(n, each.get("code") or each["standing"]) for n, each in zip(numbers, said, strict=True)]
    return answers


def storm(processes: tuple[Database, Database], *, electors: int = 1) -> list[tuple[int, str]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(attempt, processes[n % 2], n, electors=electors) for n in range(ATTEMPTS)]
        return [answer for task in tasks for answer in task.result()]


def test_sixty_four_who_vote_at_once_for_the_same_households_leave_one_ballot_each(
    database: Database, processes: tuple[Database, Database]
) -> None:
    open_vote(database)
    answers = storm(processes)
    assert {answer for _, answer in answers} == {"counted", "participated"}
    taken = Counter(number for number, answer in answers if answer == "counted")
    assert taken == Counter(range(ENTITLEMENTS))
    assert rows(database, "SELECT count(*) FROM participation") == [(ENTITLEMENTS,)]
    assert rows(database, "SELECT count(*) FROM ballot_box") == [(ENTITLEMENTS,)]


def test_co_owners_who_vote_at_once_have_one_ballot_and_one_that_contradicts_it(
    database: Database, processes: tuple[Database, Database]
) -> None:
    open_vote(
        database,
        days=15,
        mode=BallotMode.OPEN,
        roll_kind=RollKind.OWNERS,
        rule="CN-OWNERS.ordinary",
        area=100,
        electors=2,
    )
    answers = storm(processes, electors=2)
    assert {answer for _, answer in answers} <= {"counted", "quarantined", "participated"}
    taken = Counter(number for number, answer in answers if answer == "counted")
    assert taken == Counter(range(ENTITLEMENTS))
    kept = "SELECT count(*) FROM open_ballot WHERE {} conflicting"
    assert rows(database, kept.format("NOT")) == [(ENTITLEMENTS,)]
    quarantined = sum(answer == "quarantined" for _, answer in answers)
    assert rows(database, kept.format("")) == [(quarantined,)]


def test_nothing_is_cast_while_a_vote_is_closed_and_what_was_cast_before_is_there(
    database: Database, processes: tuple[Database, Database]
) -> None:
    """A ballot that has begun in time is waited for; one that has waited for the end is refused."""
    open_vote(database)
    assert cast(database, 0)["standing"] == "counted"
    pass_time(database, 2 * DAY)
    with processes[0].writing(Context(correlation_id="closing")) as uow:
        uow.store(Votes).get(VOTE)
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(lambda: cast(processes[1], 1))
            with pytest.raises(TimeoutError):
                late.result(timeout=0.5)
            uow.connection.exec_driver_sql("UPDATE vote SET state = 'closed'")
            uow.connection.commit()
            assert late.result(timeout=60)["code"] == "vote_not_open"
    timers.run_all(database)
    assert step(database, asks.BeginCount)["state"] == "counting"
    assert ask(database, a_ballot(2), by=elector(2))[0]["code"] == "vote_not_open"
    assert rows(database, "SELECT count(*) FROM participation") == [(1,)]
