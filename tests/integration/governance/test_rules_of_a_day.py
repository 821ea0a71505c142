from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from services.governance.rule.queries import decision_rules


@pytest.fixture
def clocked(database: Database) -> Iterator[Database]:
    """Give governance's database, and its clock back as it was."""
    yield database
    with database.engine.begin() as connection:
        set_offset(connection, timedelta(0), mode="test")


def test_the_rules_in_force_follow_the_cells_clock(clocked: Database) -> None:
    def sets_at(moment: datetime) -> tuple[date, set[str]]:
        with clocked.engine.begin() as connection:
            set_offset(connection, moment - datetime.now(UTC), mode="test")
        found = decision_rules(clocked)
        return found.on, {each.rule.set for each in found.items}

    assert sets_at(datetime(2012, 6, 1, 12, tzinfo=UTC)) == (date(2012, 6, 1), {"CN-1990"})
    # Shanghai's new year is there before Greenwich's.
    assert sets_at(datetime(2025, 12, 31, 15, 50, tzinfo=UTC))[1] == {"CN-1990", "CN-OWNERS"}
    assert sets_at(datetime(2025, 12, 31, 16, 10, tzinfo=UTC))[1] == {"CN-2026", "CN-OWNERS"}
    assert decision_rules(clocked, on=date(2012, 6, 1)).on == date(2012, 6, 1)
