"""How work is commissioned, and how far its cases have come by intake's events."""

from collections.abc import Sequence
from operator import attrgetter

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventRoute, on
from contracts.commands.assemblies import Action
from contracts.events.intake import CaseEscalated, CaseEvent, CaseReported, CaseSettled
from services.governance.decided_work.repository import ReportedCase, ReportedCases, WorkItems
from services.governance.decided_work.work import STATE_AFTER, Source, WorkItem, commission, followed
from services.governance.meeting.errors import UnknownCategory, UnknownGrid
from services.governance.reference.repository import Categories, Grids


def commission_all(actions: Sequence[Action], source: Source, uow: UnitOfWork) -> list[WorkItem]:
    """Make a case of every action of one decision.

    Raises: UnknownGrid where one is not in its community, UnknownCategory, a text's length.
    """
    items = []
    for number, action in enumerate(actions, start=1):
        known_place(action, source.community, uow)
        item, event = commission(action, source, number=number)
        uow.store(WorkItems).put(item.case_id, item)
        uow.outbox.event(event, subject=str(item.resolution_id), sequence=1, ordering_key=str(item.case_id))
        items.append(item)
    return items


def known_place(action: Action, community: str, uow: UnitOfWork) -> None:
    """Refuse what intake would not know either. Raises: UnknownGrid, UnknownCategory."""
    grid, category = uow.store(Grids).get(action.grid), uow.store(Categories).get(action.category)
    if grid is None or grid.community != community or not grid.exists(uow.now):
        raise UnknownGrid(grid=action.grid)
    if category is None or not category.in_force(uow.now):
        raise UnknownCategory(category=action.category)


def follow(event: CaseEvent, uow: UnitOfWork) -> None:
    """Something was told of a case: note it where the case is somebody's decision."""
    item = uow.store(WorkItems).get(event.case_id)
    if item is not None:
        uow.store(WorkItems).put(event.case_id, followed(item, event))


def case_reported(event: CaseReported | CaseSettled, uow: UnitOfWork) -> None:
    """A case exists: a topic can be promoted from it."""
    known = ReportedCase(event.case_id, event.community, event.reporter_id)
    uow.store(ReportedCases).put(event.case_id, known)
    if type(event) in STATE_AFTER:
        follow(event, uow)


_OF_CASE = (WorkItems, attrgetter("case_id"))
_TOLD_ELSEWHERE = (CaseReported, CaseEscalated)

EVENTS: tuple[EventRoute, ...] = (
    on(CaseReported, case_reported, loads=(_OF_CASE,)),
    on(CaseSettled, case_reported),
    *(on(event, follow, loads=(_OF_CASE,)) for event in STATE_AFTER if event not in _TOLD_ELSEWHERE),
)
