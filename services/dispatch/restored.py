"""`python -m services.dispatch.restored CODE …`: after a restore every department has its open orders again.

What lay on the departments' queues was the broker's and is gone. Each is told that the cell went back, and
gets what it would get if it asked for its open orders (对账). Run again, it only tells them twice.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

import structlog

from chassis import log as logs
from chassis.config import Settings
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from contracts.department import CellRestored
from contracts.envelope import uuid7
from services.dispatch.work_order.decided import offered
from services.dispatch.work_order.repository import Orders
from services.dispatch.work_order.settling import to_department

SOURCE = "dispatch"


def tell(database: Database, departments: Sequence[str], *, known_until: datetime | None) -> int:
    """Tell every department, and put its open orders on its queue; return how many orders."""
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    orders = 0
    for department in departments:
        with database.writing(context) as uow:
            _tell_of_the_restore(department, known_until, uow)
            orders += _offer_open(department, uow)
    return orders


def _tell_of_the_restore(department: str, known_until: datetime | None, uow: UnitOfWork) -> None:
    restored = CellRestored(epoch=uow.epoch, restored_at=uow.now, known_until=known_until)
    uow.outbox.to_department(
        restored, department=department, subject=department, sequence=1, ordering_key=department
    )


def _offer_open(department: str, uow: UnitOfWork) -> int:
    orders = uow.store(Orders).open_to(department)
    for order in orders:
        to_department(offered(order, department), order, uow)
    return len(orders)


def main(arguments: Sequence[str]) -> int:
    """Tell the departments of the cell whose dispatch the environment names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.dispatch.restored")
    parser.add_argument("--known-until", type=datetime.fromisoformat)
    parser.add_argument("departments", nargs="*")
    given = parser.parse_args(arguments)
    settings = Settings.from_env()
    logs.configure(settings.log_level, service=SOURCE)
    database = Database(settings.database_url, source=SOURCE)
    try:
        orders = tell(database, given.departments, known_until=given.known_until)
    finally:
        database.close()
    structlog.get_logger().info("dispatch.restored", departments=len(given.departments), orders=orders)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
