"""核查: the grid worker looks at what the department has done. Pure."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.principal import Principal
from contracts.commands.intake import FailCheck, PassCheck
from contracts.events.intake import Closure
from contracts.vocabulary import Evidence
from services.intake.case import wellformed
from services.intake.case.authority import acting, own_account
from services.intake.case.case import (
    Case,
    Decided,
    Mover,
    Stage,
    advance,
    check_version,
    next_cycle,
    not_yet_in,
    with_documents,
)
from services.intake.case.distance import distance_m
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, Row, State, Step, Trigger, roles_of, transition


class Checked(NamedTuple):
    """A look on the spot that the gate has let through."""

    row: Row
    by: By
    account: UUID
    evidence: tuple[Evidence, ...]
    detail: dict[str, str]


def pass_check(case: Case, asked: PassCheck, principal: Principal, *, now: datetime) -> Decided:
    """核查通过: the return visit is next, or the end where nobody can be asked."""
    checked = _checked(case, asked, principal, Step.PASS_CHECK, now=now)
    changes: dict[str, object] = {"documents": with_documents(case, checked.evidence, Stage.CHECK)}
    told: dict[str, object] = {"checked_by": checked.account}
    if checked.row.target is State.CLOSED:
        changes |= {"closure": Closure.ANONYMOUS, "closed_at": now}
        told = {"closure": Closure.ANONYMOUS}
    mover = Mover(checked.by, now, checked.account)
    return advance(case, checked.row, mover, changes=changes, detail=checked.detail, told=told)


def fail_check(case: Case, asked: FailCheck, principal: Principal, *, now: datetime) -> Decided:
    """核查不通过: once more round, by the same lead."""
    reason = wellformed.cleaned(asked.reason, "reason")
    checked = _checked(case, asked, principal, Step.FAIL_CHECK, reason=reason, now=now)
    return advance(
        case,
        checked.row,
        Mover(checked.by, now, checked.account),
        changes=next_cycle(case) | {"documents": with_documents(case, checked.evidence, Stage.CHECK)},
        detail=checked.detail | {"reason": reason},
        told={"lead": case.lead, "checked_by": checked.account},
    )


def _checked(
    case: Case,
    asked: PassCheck | FailCheck,
    principal: Principal,
    step: Step,
    *,
    reason: str = "",
    now: datetime,
) -> Checked:
    by = acting(principal, roles_of(Trigger.COMMAND, step), case.whereabouts)
    check_version(case, asked.expected_version)
    account = own_account(principal)
    own_point = wellformed.checked_point(asked.point)
    evidence = not_yet_in(case, wellformed.checked_evidence(asked.evidence))
    facts = Facts(
        by=by,
        now=now,
        account=account,
        handler_id=case.handler_id,
        kind=case.kind,
        place=case.point,
        own_point=own_point,
        evidence=evidence,
        text=reason,
        anonymous=case.anonymous,
    )
    row = transition(case.state, Trigger.COMMAND, step, facts)
    detail = {}
    if case.point is not None and own_point is not None:
        detail["distance_m"] = str(round(distance_m(case.point, own_point)))
    return Checked(row, by, account, evidence, detail)
