"""What can be asked about the conference, and who sees it."""

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands.governance import Agenda
from contracts.vocabulary import Role
from services.governance.meeting import reads
from services.governance.meeting.lifecycle import OPEN

MOST_WAITING = 500
NEWEST_MEETINGS = 50
_SEES_AGENDA = (Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)


def agenda(database: Database, principal: Principal) -> Agenda:
    """Return what waits for a meeting, and the newest meetings with theirs. Raises: Forbidden."""
    if not principal.has(*_SEES_AGENDA):
        raise Forbidden("the agenda is the district's")
    with database.reading() as connection:
        return reads.agenda(connection, items=MOST_WAITING, meetings=NEWEST_MEETINGS)


def count_open(database: Database) -> dict[str, int]:
    """Return how many items are in each open state."""
    with database.reading() as connection:
        counts = reads.count_open(connection)
    return {state.value: counts.get(state.value, 0) for state in OPEN}
