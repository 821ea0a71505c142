"""Fixtures for what the operator settles."""

from collections.abc import Callable, Iterator

import pytest

from contracts.topology import STREAMS
from ops.parking_lot import ParkingLot
from ops.rabbitmq import RabbitNode
from tests.integration.ops.works import SERVICE, Works


@pytest.fixture
def works(database: Callable[[str], str], rabbitmq: RabbitNode) -> Iterator[Works]:
    made = Works(dict.fromkeys(STREAMS, database("chassis")) | {SERVICE: database(SERVICE)}, rabbitmq)
    yield made
    made.database.close()


@pytest.fixture
def lot(works: Works, rabbitmq: RabbitNode) -> ParkingLot:
    return ParkingLot(databases=works, broker=rabbitmq)
