"""签收, 退回, 办结: what the departments do with an order. Pure."""

from datetime import datetime

import msgspec

from contracts.commands.dispatch import StatementKind
from contracts.department import Change, Part
from contracts.events.dispatch import (
    WorkOrderCompleted,
    WorkOrderPartCompleted,
    WorkOrderPartExcused,
    WorkOrderReturned,
    WorkOrderSigned,
)
from services.dispatch.work_order.decided import Decided, changed, event, facts, moved
from services.dispatch.work_order.errors import IllegalTransition, NotTheLead, PartNotOpen
from services.dispatch.work_order.lifecycle import OPEN, By, State, Step, Trigger, transition
from services.dispatch.work_order.party import Ending, PartState, Party
from services.dispatch.work_order.result import Result
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder


def sign(order: WorkOrder, *, by: str, now: datetime) -> Decided:
    """签收. Raises: IllegalTransition, NotTheLead."""
    given = facts(order, by=By.DEPARTMENT, now=now, asking=by)
    row = transition(order.state, Trigger.COMMAND, Step.SIGN, given)
    signed = moved(order, row, signed_at=now)
    return Decided(signed, event(WorkOrderSigned, signed, at=now))


def return_order(
    order: WorkOrder,
    memory: CaseMemory,
    named: Named,
    *,
    suggested: str | None,
    suggested_is_known: bool,
    by: str,
    now: datetime,
) -> tuple[Decided, CaseMemory]:
    """退回 with the statement that the lead handed in.

    Raises: IllegalTransition, NotTheLead, Designated, ReturnedBefore, UnknownStatement,
    StatementDiffers, UnknownDepartment.
    """
    given = facts(
        order,
        by=By.DEPARTMENT,
        now=now,
        asking=by,
        returned_by=memory.returned_by,
        statement=named.statement,
        statement_kind=StatementKind.RETURN,
        statement_sha256=named.sha256,
        named=suggested,
        named_is_known=suggested_is_known,
    )
    row = transition(order.state, Trigger.COMMAND, Step.RETURN, given)
    ending = Ending(at=now, statement_id=named.id, suggested=suggested)
    returned = moved(order, row, ended_at=now, ending=ending)
    decided = Decided(returned, event(WorkOrderReturned, returned, at=now, suggested=suggested))
    return decided, msgspec.structs.replace(memory, returned_by=(*memory.returned_by, by))


def complete_part(
    order: WorkOrder, result: Result | None, *, result_sha256: str, by: str, now: datetime
) -> Decided:
    """协办办结 with the result that the co-handler handed in.

    Raises: IllegalTransition, NotACoHandler, PartNotOpen, UnknownResult, ResultDiffers, EvidenceMissing.
    """
    given = facts(
        order,
        by=By.DEPARTMENT,
        now=now,
        asking=by,
        part=_part_of(order, by),
        result=result,
        result_sha256=result_sha256,
    )
    row = transition(order.state, Trigger.COMMAND, Step.COMPLETE_PART, given)
    parties = _settled(order, by, state=PartState.DONE, result_id=result and result.id)
    done = moved(order, row, parties=parties)
    told = event(
        WorkOrderPartCompleted,
        done,
        at=now,
        party=by,
        result_id=result and result.id,
        result_sha256=result_sha256,
        evidence=result.evidence if result else (),
    )
    return Decided(done, told, detail={"party": by})


def excuse_part(order: WorkOrder, *, department: str, reason: str, now: datetime) -> Decided:
    """协办免办 by the dispatcher.

    Raises: IllegalTransition, PartNotOpen, TextTooShort, TextTooLong, TextUnfit.
    """
    part = _part_of(order, department)
    given = facts(order, by=By.DISPATCHER, now=now, named=department, part=part, reason=reason)
    row = transition(order.state, Trigger.COMMAND, Step.EXCUSE_PART, given)
    excused = moved(order, row, parties=_settled(order, department, state=PartState.EXCUSED))
    return Decided(
        excused,
        event(WorkOrderPartExcused, excused, at=now, party=department),
        messages=changed(excused, Change.PART_EXCUSED, department, excused.lead),
        detail={"party": department},
    )


def complete(
    order: WorkOrder, result: Result | None, *, result_sha256: str, by: str, now: datetime
) -> Decided:
    """办结反馈 with the result that the lead handed in.

    Raises: IllegalTransition, NotTheLead, PartsOpen, UnknownResult, ResultDiffers, EvidenceMissing.
    """
    given = facts(
        order,
        by=By.DEPARTMENT,
        now=now,
        asking=by,
        other_parts_open=any(party.is_open for party in order.parties[1:]),
        result=result,
        result_sha256=result_sha256,
    )
    row = transition(order.state, Trigger.COMMAND, Step.COMPLETE, given)
    completed = moved(
        order,
        row,
        parties=_settled(order, by, state=PartState.DONE),
        completed_at=now,
        ended_at=now,
        result_id=result and result.id,
        request=None,
    )
    told = event(
        WorkOrderCompleted,
        completed,
        at=now,
        result_id=completed.result_id,
        result_sha256=result_sha256,
        evidence=result.evidence if result else (),
        handler_id=result and result.handed_in_by,
        contacted_at=result and result.contact.at,
    )
    return Decided(completed, told)


def check_takes_result(order: WorkOrder, *, by: str) -> None:
    """Check that `by` may hand in a result; it changes no state. Raises: IllegalTransition, PartNotOpen."""
    if order.state not in OPEN:
        raise IllegalTransition(order.state, "hand_in_result")
    party = order.party(by)
    if party is None or not party.is_open:
        raise PartNotOpen(department=by)


def check_takes_statement(order: WorkOrder, *, by: str) -> None:
    """Check that `by` may hand in a statement; it changes no state. Raises: NotTheLead, IllegalTransition."""
    if by != order.lead:
        raise NotTheLead
    if order.state not in (State.OFFERED, State.SIGNED):
        raise IllegalTransition(order.state, "hand_in_statement")


def _part_of(order: WorkOrder, department: str) -> PartState | None:
    """Return the state of a co-handler's part; the lead has none apart from the order's."""
    party = order.party(department)
    return party.state if party is not None and party.part is Part.CO_HANDLER else None


def _settled(order: WorkOrder, department: str, **changes: object) -> tuple[Party, ...]:
    return tuple(
        msgspec.structs.replace(party, **changes) if party.department == department else party
        for party in order.parties
    )
