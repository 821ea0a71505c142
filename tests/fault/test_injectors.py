"""Each fault is injected into a quiet cell and healed: the cell is as it was."""

import time
from collections.abc import Iterator
from random import Random

import psycopg
import pytest

from bench.cast import DEPARTMENT, assemble
from bench.loop import Loops
from fault.faults.departments import department_kinds
from fault.faults.fault import Facts, Fault
from fault.faults.links import WAYS, LinkBroken
from fault.faults.messages import PARKED_WITHIN_S, message_kinds
from fault.faults.processes import gateway_kinds, relay_kinds, service_kinds
from fault.faults.servers import broker_kinds, postgres_kinds
from fault.ground import Ground
from fault.leftovers import LeftOver, left_over
from fault.links import SERVERS
from fault.stage import staged
from ops.departments import settings
from ops.display import Display
from ops.parking_lot import ParkingLot
from ops.ports import LOOPBACK
from ops.startup import wait_until
from ops.status import OK, components
from services.registry.demo import PASSWORD
from tests.support.servers import remove, temporary_cell

STANDS_S = 1.0
# Of the services one will do here: they are told apart by their names alone.
STRUCK = [
    *gateway_kinds(),
    *(fault for fault in service_kinds() if "intake" in fault.name),
    *relay_kinds(),
    *broker_kinds(),
    *postgres_kinds(),
]
LINKS = [LinkBroken(way, "dispatch", server) for way in WAYS for server in SERVERS]
# A process that a message has killed twice is started a third time.
MOST_EXITS = 2
TAKE_THE_FIRST = (
    "DELETE FROM inbox WHERE position = (SELECT min(position) FROM inbox WHERE source = 'intake') "
    "RETURNING source, aggregate, sequence, event_id, type"
)
PUT_IT_LAST = "INSERT INTO inbox (source, aggregate, sequence, event_id, type) VALUES (%s, %s, %s, %s, %s)"
LET_ONE_WAIT = (
    "INSERT INTO inbox_waiting (source, aggregate, sequence, event_id, body) "
    "VALUES ('intake', 'nobody', 2, gen_random_uuid(), '')"
)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    folder, cell = temporary_cell("injected")
    try:
        with staged(cell, Display(quiet=True), random=Random(6)) as ground:
            yield ground
    finally:
        remove(folder)


def sick(ground: Ground) -> list[str]:
    return [f"{each.name}: {each.detail}" for each in components(ground.cell) if each.state != OK]


def struck(ground: Ground, fault: Fault) -> Facts:
    """Inject it, let it stand for a moment, heal it, and see that everything is well."""
    fault.inject(ground)
    time.sleep(min(STANDS_S, fault.stands_s))
    facts = fault.heal(ground)
    print(fault.name, dict(facts))
    # A pool notices at its next use that the database has restarted: not every process has asked yet.
    assert wait_until(lambda: sick(ground) == [], seconds=60), sick(ground)
    return facts


@pytest.mark.parametrize("fault", STRUCK, ids=lambda fault: fault.name)
def test_what_is_struck_is_well_again(ground: Ground, fault: Fault) -> None:
    pids = {name: process.pid for name, process in ground.supervisor.processes().items()}
    struck(ground, fault)
    if fault.name.startswith(("kill -9", "SIGTERM")) and "of one" not in fault.name:
        process = {"broker": "rabbitmq"}.get(fault.component, fault.name.split()[-1])
        assert ground.pid(process) != pids[process]


@pytest.mark.parametrize("fault", LINKS, ids=lambda fault: fault.name)
def test_a_link_that_broke_is_made_again_by_the_same_process(ground: Ground, fault: LinkBroken) -> None:
    pid = ground.pid(fault.process)
    struck(ground, fault)
    assert ground.pid(fault.process) == pid


@pytest.mark.parametrize("fault", message_kinds(), ids=lambda fault: fault.name)
def test_poison_is_parked_and_settled_while_others_are_served(ground: Ground, fault: Fault) -> None:
    facts = struck(ground, fault)
    assert (facts["poison"], facts["parked"], facts["applied"]) == (1, 1, facts["bystanders"])
    assert float(facts["slowest_park_s"]) < PARKED_WITHIN_S
    assert facts["exits"] == (MOST_EXITS if "kills" in fault.name else 0)
    assert ParkingLot(databases=ground.servers.databases, broker=ground.servers.broker).all() == []


@pytest.mark.parametrize("fault", department_kinds(), ids=lambda fault: fault.name)
def test_a_rude_department_costs_itself_alone(ground: Ground, fault: Fault) -> None:
    facts = struck(ground, fault)
    first, then = list(facts.values())[:2]
    assert int(first) >= 1
    assert then == first


def test_cases_go_round_in_what_is_left_of_the_cell(ground: Ground) -> None:
    cast = assemble(LOOPBACK, ground.cell.ports["gateway"], PASSWORD, settings(ground.cell, DEPARTMENT))
    loops = Loops(LOOPBACK, ground.cell.ports["gateway"], cast, total=20, in_flight=8, patience_s=60.0)
    tally = loops.run(within_s=120)
    assert (len(tally.ended), tally.errors) == (20, [])


def behind(ground: Ground, *departments: str) -> LeftOver:
    return left_over(ground.servers.databases.url, heard=(), departments=departments)


def test_what_a_service_has_not_made_of_what_it_was_told_is_found(ground: Ground) -> None:
    """Looked at behind the cases that went round above; what is spoiled here is put back."""
    assert wait_until(lambda: behind(ground) == LeftOver(), seconds=60), behind(ground)
    assert behind(ground, DEPARTMENT).never_heard > 0
    url = ground.servers.databases.url
    with psycopg.connect(url("notify"), autocommit=True) as notify:
        row = notify.execute(TAKE_THE_FIRST).fetchone()
        assert behind(ground) == LeftOver(never_applied=1)
        notify.execute(PUT_IT_LAST, row)
        assert behind(ground) == LeftOver(applied_out_of_order=1)
        notify.execute(LET_ONE_WAIT)
        assert behind(ground) == LeftOver(applied_out_of_order=1, left_standing=1)
    with psycopg.connect(url("intake"), autocommit=True) as intake:
        intake.execute("UPDATE case_seal SET log_index = NULL WHERE log_index = 0")
        assert behind(ground).unlogged in (0, 1)
