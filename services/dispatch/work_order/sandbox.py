"""演练: orders of no case, to try software against. The service plays intake and the centre."""

from uuid import uuid5

from chassis.data.unit_of_work import UnitOfWork
from contracts.commands.dispatch import MakeSandboxOrder, OrderReceipt
from contracts.events.intake import CaseClassified, Classifier
from contracts.vocabulary import DeadlineReason, Kind, Urgency
from services.dispatch.deadline.clock import clock_of
from services.dispatch.responsibility.matrix import SANDBOX, Assignment, assigned_on, local_day
from services.dispatch.responsibility.repository import Responsibilities
from services.dispatch.work_order import asking, offering
from services.dispatch.work_order.callers import department_of
from services.dispatch.work_order.errors import NotTheSandbox, OrderConflict, UnknownCategory
from services.dispatch.work_order.lifecycle import By, Step, Trigger, transition
from services.dispatch.work_order.offering import Handlers, Terms
from services.dispatch.work_order.party import RequestKind
from services.dispatch.work_order.repository import Cases, Orders
from services.dispatch.work_order.settling import Move, settle

# No place of the district: nobody's desk shows it.
_NOWHERE = "sandbox"


def make_sandbox_order(asked: MakeSandboxOrder, uow: UnitOfWork) -> OrderReceipt:
    """Make an order in a real category, as if intake had said that a case was classified.

    Raises: Forbidden, NotTheSandbox, OrderConflict, UnknownCategory.
    """
    if department_of(uow.principal) != SANDBOX:
        raise NotTheSandbox
    if uow.store(Orders).get(asked.order_id) is not None:
        raise OrderConflict
    assignment = _assignment(asked, uow)
    case = _case(asked, assignment, uow)
    row = transition(None, Trigger.FACT, Step.CASE_CLASSIFIED)
    assert row is not None, "an order that does not exist yet can be offered"
    terms = Terms(assignment.limit, DeadlineReason.INITIAL)
    decided = offering.offer(
        case,
        row,
        handlers=Handlers(SANDBOX),
        terms=terms,
        clock=clock_of(uow),
        sandbox_id=asked.order_id,
    )
    memory = offering.remember(decided.order, terms, None, case)
    uow.store(Cases).put(memory.case_id, memory)
    return settle(decided, uow, Move(Trigger.FACT, Step.CASE_CLASSIFIED, By.SYSTEM))


def play_the_centre(receipt: OrderReceipt, uow: UnitOfWork) -> None:
    """Grant at once what a sandbox order asks of the centre; of other orders nothing."""
    order = uow.store(Orders).get(receipt.order_id)
    if order is None or not order.sandbox or order.request is None:
        return
    clock = clock_of(uow)
    if order.request.kind is RequestKind.EXTENSION:
        decided, step = asking.grant_extension(order, clock=clock), Step.GRANT_EXTENSION
    else:
        review_on = order.request.review_on or clock.today
        decided, step = (
            asking.grant_suspension(order, review_on=review_on, clock=clock),
            Step.GRANT_SUSPENSION,
        )
    settle(decided, uow, Move(Trigger.COMMAND, step, By.SYSTEM))


def _assignment(asked: MakeSandboxOrder, uow: UnitOfWork) -> Assignment:
    known = "\0" not in asked.category
    matrix = uow.store(Responsibilities).get(asked.category) if known else None
    assignment = assigned_on(matrix, local_day(uow.now))
    if assignment is None:
        raise UnknownCategory
    return assignment


def _case(asked: MakeSandboxOrder, assignment: Assignment, uow: UnitOfWork) -> CaseClassified:
    return CaseClassified(
        case_id=uuid5(asked.order_id, "sandbox case"),
        number=f"{SANDBOX}-{local_day(uow.now):%Y%m%d}-{asked.order_id.hex[-6:]}",
        community=_NOWHERE,
        grid=_NOWHERE,
        cycle=1,
        reporter_id=None,
        at=uow.now,
        category=asked.category,
        kind=Kind(assignment.kind),
        urgency=Urgency(assignment.urgency),
        lead=SANDBOX,
        by=Classifier.RULE,
    )
