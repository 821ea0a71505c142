"""The projection: the timeline is read on, each case's tally goes on, differences are added to the sums."""

from collections import defaultdict
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from contracts.envelope import uuid7
from services.intake.case.case import Entry
from services.intake.figures import repository
from services.intake.figures.repository import Cell
from services.intake.figures.tally import Tally, counters_of, groups_of

_BATCH = 5_000

Deltas = dict[Cell, dict[str, int]]


def project_all(database: Database) -> None:
    """Count everything that has been settled."""
    while project(database):
        pass


def project(database: Database) -> int:
    """Count the cases that moved in one window of the timeline; return how many they were."""
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        window = repository.next_window(uow.connection, most=_BATCH)
        if window is None:
            return 0
        ids = repository.moved(uow.connection, window)
        if ids:
            before = repository.tallies(uow.connection, ids)
            reached = {each: before[each].position if each in before else 0 for each in ids}
            new = repository.entries(uow.connection, reached)
            after = counted(new, before, repository.places(uow.connection, ids))
            repository.save(uow.connection, after.values())
            repository.add(uow.connection, deltas(before, after))
            repository.move(uow.connection, window)
    return len(ids)


def rebuild(database: Database) -> None:
    """Forget every figure and count the whole timeline again; readers see none or all of a batch."""
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        repository.forget(uow.connection)
    project_all(database)


def counted(
    entries: list[Entry], before: dict[UUID, Tally], places: dict[UUID, tuple[str, str]]
) -> dict[UUID, Tally]:
    """Return each case's tally with its new entries. Pure."""
    after = {}
    for case_id, life in groupby(entries, key=attrgetter("case_id")):
        tally = before.get(case_id)
        for entry in life:
            if tally is None:
                community, grid = places[case_id]
                tally = Tally.begun(entry, community=community, grid=grid)
            tally = tally.with_entry(entry)
        if tally is not None:
            after[case_id] = tally
    return after


def deltas(before: dict[UUID, Tally], after: dict[UUID, Tally]) -> Deltas:
    """Return what changes in the sum of each group and day. Pure."""
    found: Deltas = defaultdict(lambda: defaultdict(int))
    for case_id, tally in after.items():
        for sign, each in ((-1, before.get(case_id)), (1, tally)):
            if each is None:
                continue
            counters = counters_of(each)
            for scope, group in groups_of(each):
                cell = found[scope, group, each.day]
                for name, amount in counters.items():
                    cell[name] += sign * amount
    return found
