"""Events, one module a source. A released v1 is never edited: a change is a v2."""

from contracts.envelope import Payload
from contracts.events import dispatch, governance, intake, registry

ALL: tuple[type[Payload], ...] = (*registry.ALL, *intake.ALL, *dispatch.ALL, *governance.ALL)
