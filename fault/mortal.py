"""A real service that knows one kind of event more, on which it raises or dies.

`python -m fault.mortal services.intake.service:IntakeService`, in place of `chassis.run`.
"""

# Before anything else is imported: it makes sockets green.
from chassis import run  # isort: skip

import importlib
import os
import sys
from typing import Any

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventProcessor, on
from fault.poison import Struck, Way

EXIT_CODE = 42


class DeadlyError(Exception):
    """What the handler raises."""


def strike(struck: Struck, _uow: UnitOfWork) -> None:
    """Do as the event says. Raises: DeadlyError."""
    if struck.way is Way.RAISE:
        raise DeadlyError
    if struck.way is Way.DIE:
        os._exit(EXIT_CODE)


def main() -> int:
    """Run the service named by the first argument, with one route more."""
    module: Any = importlib.import_module(sys.argv[1].partition(":")[0])
    events: EventProcessor = module.EVENTS
    known = {route.payload: route for route in events.routes.values()}
    module.EVENTS = EventProcessor(events.service, (*known.values(), on(Struck, strike)))
    return run.main()


if __name__ == "__main__":
    sys.exit(main())
