from collections.abc import Callable, Iterator

import pytest

from chassis.data.engine import Database
from tests.integration.intake.district import categories, departments, places
from tests.integration.intake.running import Intake


@pytest.fixture
def intake(database: Callable[[str], str]) -> Iterator[Intake]:
    """Give an intake, with a database of its own, that has heard of the district."""
    connected = Database(database("intake"), source="intake")
    intake = Intake(connected)
    intake.tell("registry", *places(), *categories(), *departments())
    yield intake
    connected.close()
