"""Dispatch and the relay on a bus and a database of their own, beside departments that do what they like."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.data.engine import Database
from contracts.events.registry import DepartmentDefined
from ops.cell import REPOSITORY, Cell
from ops.databases import Databases
from ops.definitions import department_codes
from ops.ports import pick
from ops.program import MARK, Program, Running
from ops.rabbitmq import RabbitNode
from tests.integration.dispatch.district import define
from tests.support.departments import Desk
from tests.support.servers import purge

_MODULES = {
    "dispatch": ("chassis.run", "services.dispatch.service:DispatchService"),
    "relay": ("chassis.relay",),
}


@pytest.fixture(scope="module")
def desk(server_cell: Cell, databases: Databases, rabbitmq_node: RabbitNode) -> Iterator[Desk]:
    """The dispatch desk, running, with every department of the district defined."""
    purge(rabbitmq_node)
    databases.migrate("dispatch")
    url = databases.copy(databases.name("dispatch"), "test_dispatch_desk", owner="dispatch")
    database = Database(url, source="dispatch", pool_size=4)
    define(
        database, *(DepartmentDefined(code=code, name_zh=code, name_en=code) for code in department_codes())
    )
    running = []
    for name, module in _MODULES.items():
        program = Program(
            name=name,
            command=(sys.executable, "-W", "ignore::DeprecationWarning", "-m", *module),
            environment={
                MARK: str(server_cell.folder),
                "PATH": os.defpath,
                "QIAOTOU_AMQP_URI": rabbitmq_node.url(name),
                "QIAOTOU_DATABASE_URL": url,
                "QIAOTOU_DATABASES": f"dispatch={url}",
                "QIAOTOU_METRICS_PORT": str(pick()),
                "QIAOTOU_MODE": "test",
            },
            directory=Path(REPOSITORY),
        )
        running.append(Running(program, server_cell.logs / f"desk-{name}.log"))
    made = Desk(rabbitmq_node, database)
    yield made
    made.close()
    database.close()
    for each in running:
        each.check()
        each.stop()
    databases.drop("test_dispatch_desk")
    purge(rabbitmq_node)
