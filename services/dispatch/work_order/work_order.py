"""A work order as a frozen value, and what is remembered of its case. Pure."""

from datetime import date, datetime
from uuid import UUID, uuid5

import msgspec

from chassis.refusal import StaleVersion
from chassis.working_time import Limit
from contracts.commands.dispatch import OrderReceipt
from contracts.vocabulary import DeadlineReason, Kind, Urgency
from services.dispatch.work_order.errors import UnknownOrder
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.party import Ending, Party, Request, Waiting


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle's task: a lead 主办, who alone signs and completes, and co-handlers 协办.

    `redirect` counts the orders that this cycle had before; `limit` is the case's original one.
    `ended_at` is when nobody had to do anything more; `followed` says that a returned or recalled
    order asks for nothing, because another follows it or the case was merged. `again` counts how
    often it was offered again, next at `again_at`. `emitted` counts the events told of it; `version`
    counts its changes. A `sandbox` order is of no case, and nobody is told of it but its department.
    """

    id: UUID
    case_id: UUID
    number: str
    cycle: int
    redirect: int
    state: State
    lead: str
    parties: tuple[Party, ...]
    category: str
    kind: Kind
    urgency: Urgency
    limit: str
    community: str
    grid: str
    designated: bool
    sandbox: bool
    offered_at: datetime
    again: int = 0
    again_at: datetime | None = None
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    followed: bool = False
    result_id: UUID | None = None
    request: Request | None = None
    extension_asked: bool = False
    review_on: date | None = None
    review_at: datetime | None = None
    denied_text: str | None = None
    ending: Ending | None = None
    emitted: int
    version: int

    @property
    def departments(self) -> tuple[str, ...]:
        """The lead, then the co-handlers."""
        return tuple(party.department for party in self.parties)

    @property
    def co_handlers(self) -> tuple[str, ...]:
        """The co-handlers."""
        return self.departments[1:]

    @property
    def whole(self) -> Limit:
        """The original limit."""
        return Limit.parse(self.limit)

    @property
    def is_running(self) -> bool:
        """Whether the clocks of its open parties run."""
        return self.state in {State.OFFERED, State.SIGNED}

    @property
    def waits(self) -> Waiting | None:
        """What it waits for at the dispatcher's desk."""
        if self.sandbox:
            return None
        if self.request is not None:
            return Waiting.APPROVAL
        if self.state in {State.RETURNED, State.RECALLED} and not self.followed:
            return Waiting.REDIRECT
        return Waiting.SIGNATURE if self.state is State.OFFERED and self.again else None

    def party(self, department: str) -> Party | None:
        """Return a department's part in it, None where it has none."""
        return next((party for party in self.parties if party.department == department), None)

    def receipt(self) -> OrderReceipt:
        """Return the answer to every step."""
        return OrderReceipt(
            order_id=self.id,
            case_id=self.case_id,
            number=self.number,
            state=self.state.value,
            version=self.version,
        )


class CaseMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What dispatch remembers of a case, whose current order is `order_id`.

    `redirects` counts those of this cycle, whose first deadline had `reason` and perhaps a date.
    `returned_by` names who returned the case, in whatever cycle. `reporter_id` lets the reporter
    read the answer; no department is ever shown it.
    """

    case_id: UUID
    reporter_id: UUID | None
    number: str
    category: str
    community: str
    grid: str
    limit: str
    cycle: int
    order_id: UUID
    redirects: int
    lead: str
    co_handlers: tuple[str, ...]
    reason: DeadlineReason
    due_on: date | None
    designated: bool
    returned_by: tuple[str, ...] = ()
    merged: bool = False


def order_id_of(case_id: UUID, cycle: int, redirect: int = 0) -> UUID:
    """Return the id of a case's order for one cycle: always the same, so that it is made once."""
    name = f"work order of cycle {cycle}"
    return uuid5(case_id, f"{name}, redirect {redirect}" if redirect else name)


def known_to(order: WorkOrder | None, department: str) -> WorkOrder:
    """Return the order where it concerns `department`. Raises: UnknownOrder."""
    if order is None or department not in order.departments:
        raise UnknownOrder
    return order


def check_version(order: WorkOrder, expected: int | None) -> None:
    """Check what the caller has seen; None where the caller does not mind. Raises: StaleVersion."""
    if expected is not None and expected != order.version:
        raise StaleVersion(version=order.version)
