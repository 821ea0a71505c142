"""What `test_a_clock_ahead` runs in a process whose clock is an hour ahead; the servers' clocks are right."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from contracts.vocabulary import Urgency
from services.dispatch.deadline.polling import do_all_that_is_due
from tests.integration.dispatch.district import events_of, hear, let_pass
from tests.support.messages import rows
from tests.support.voting import cast, freeze, notice, now, pass_time, view
from tests.unit.dispatch.builders import classified

HOUR, HALF_AN_HOUR = timedelta(hours=1), timedelta(minutes=30)


@pytest.fixture
def own(database: Callable[[str], str]) -> Iterator[Callable[[str], Database]]:
    made: list[Database] = []

    def of(service: str) -> Database:
        made.append(Database(database(service), source=service))
        return made[-1]

    yield of
    for each in made:
        each.close()


def test_this_process_is_an_hour_ahead_of_the_database(own: Callable[[str], Database]) -> None:
    with own("dispatch").reading() as connection:
        ahead = datetime.now(UTC) - cell_now(connection)
    assert abs(ahead - HOUR) < timedelta(minutes=1)


def test_an_order_is_offered_again_when_the_databases_time_has_come(own: Callable[[str], Database]) -> None:
    """Urgent ones are signed within thirty minutes: by the process's own clock that has passed at once."""
    database = own("dispatch")
    hear(database, classified(urgency=Urgency.URGENT))
    do_all_that_is_due(database)
    assert events_of(database) == ["offered"]
    within = "SELECT min(at) < cell_now() + interval '31 minutes' FROM due"
    assert rows(database, within) == [(True,)]
    let_pass(database, timedelta(minutes=31))
    do_all_that_is_due(database)
    assert events_of(database) == ["offered", "offered_again"]


def test_a_ballot_is_taken_while_the_vote_is_open_by_the_databases_time(
    own: Callable[[str], Database],
) -> None:
    database = own("governance")
    freeze(database)
    notice(database)
    times = view(database)
    assert times.opens_at is not None
    assert times.closes_at is not None
    pass_time(database, times.opens_at - now(database) - HALF_AN_HOUR)
    assert cast(database, 0)["code"] == "vote_not_open"
    pass_time(database, HALF_AN_HOUR + timedelta(seconds=5))
    assert cast(database, 0)["standing"] == "counted"
    pass_time(database, times.closes_at - now(database) - HALF_AN_HOUR)
    assert cast(database, 1)["standing"] == "counted"
    pass_time(database, HALF_AN_HOUR + timedelta(seconds=5))
    assert cast(database, 2)["code"] == "vote_not_open"
