"""A service of the next release: its event of a classified case has a second version.

`python -m tests.support.next_release reads services.dispatch.service:DispatchService` starts the real
service with one change: it handles the second version. With `writes` it says it, too.
"""

# Before anything else: it makes the sockets green.
from chassis import run  # isort: skip

import importlib
import sys
from typing import Any, ClassVar

import msgspec

from chassis.data.outbox import Outbox
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventProcessor, EventRoute, on
from contracts.events.intake import AcceptedCaseEvent, CaseClassified, Classifier


class CaseClassifiedV2(AcceptedCaseEvent, frozen=True, kw_only=True):
    """分类: the departments in one list, the lead first."""

    type: ClassVar[str] = "intake.case.classified.v2"
    earlier: ClassVar = CaseClassified
    departments: tuple[str, ...]
    designated: bool
    by: Classifier

    @classmethod
    def lift(cls, earlier: CaseClassified, /) -> "CaseClassifiedV2":
        said = msgspec.structs.asdict(earlier)
        departments = (said.pop("lead"), *said.pop("co_handlers"))
        return cls(**said, departments=departments)

    def told_as_before(self) -> CaseClassified:
        said = msgspec.structs.asdict(self)
        lead, *others = said.pop("departments")
        return CaseClassified(**said, lead=lead, co_handlers=tuple(others))


def _read(module: Any) -> None:
    old: EventProcessor = module.EVENTS
    module.EVENTS = EventProcessor(old.service, [_newer(route) for route in old.routes.values()])


def _newer(route: EventRoute) -> EventRoute:
    if route.payload is not CaseClassified:
        return route

    def handle(event: CaseClassifiedV2, uow: UnitOfWork) -> None:
        route.handler(event.told_as_before(), uow)

    loads = [(store, lambda event, key=key: key(event.told_as_before())) for store, key in route.loads]
    return on(CaseClassifiedV2, handle, loads=loads)


def _write() -> None:
    say = Outbox.event

    def event(self: Outbox, payload: Any, **place: Any) -> None:
        newer = CaseClassifiedV2.lift(payload) if isinstance(payload, CaseClassified) else payload
        say(self, newer, **place)

    Outbox.event = event  # type: ignore[method-assign]


if __name__ == "__main__":
    does, service = sys.argv[1:]
    _read(importlib.import_module(service.partition(":")[0]))
    if does == "writes":
        _write()
    sys.argv[1:] = [service]
    sys.exit(run.main())
