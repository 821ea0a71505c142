"""回访: the reporter is asked, and may come back to a closed case. Pure."""

from datetime import datetime

import msgspec

from chassis.principal import Principal
from contracts.commands.case_views import Attempt
from contracts.commands.intake import (
    RecordAttempt,
    RecordDissatisfied,
    RecordSatisfied,
    RecordUnreachable,
    ReopenCase,
)
from contracts.events.intake import Closure, ReopenCause
from services.intake.case import wellformed
from services.intake.case.authority import account_of, acting
from services.intake.case.case import Case, Decided, Mover, Values, advance, check_version, next_cycle
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import Row, State, Step, Trigger, roles_of, transition

# What closing has put on a case and reopening takes off again.
_NOT_CLOSED: Values = {"closure": None, "score": None, "resolved": None, "closed_at": None}


def record_attempt(case: Case, asked: RecordAttempt, principal: Principal, *, now: datetime) -> Decided:
    """未接通: one more attempt of this cycle, told to nobody."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.RECORD_ATTEMPT), case.whereabouts)
    check_version(case, asked.expected_version)
    at = wellformed.checked_instant(asked.at, "at")
    facts = Facts(by=by, now=now, occurred_at=at, waits_since=case.state_since)
    row = transition(case.state, Trigger.COMMAND, Step.RECORD_ATTEMPT, facts)
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"attempts": (*case.attempts, Attempt(channel=asked.channel, at=at))},
        detail={"channel": asked.channel, "at": at.isoformat()},
        told={},
    )


def record_satisfied(case: Case, asked: RecordSatisfied, principal: Principal, *, now: datetime) -> Decided:
    """回访满意: 结案."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.RECORD_SATISFIED), case.whereabouts)
    check_version(case, asked.expected_version)
    facts = Facts(by=by, now=now, score=asked.score)
    row = transition(case.state, Trigger.COMMAND, Step.RECORD_SATISFIED, facts)
    answer = {"closure": Closure.SATISFIED, "resolved": asked.resolved, "score": asked.score}
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={**answer, "closed_at": now},
        detail={
            "resolved": str(asked.resolved).lower(),
            "score": str(asked.score),
            "channel": asked.channel,
        },
        told=answer,
    )


def record_unreachable(
    case: Case, asked: RecordUnreachable, principal: Principal, *, now: datetime
) -> Decided:
    """三次未联系上: 结案, and nobody's satisfaction is counted."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.RECORD_UNREACHABLE), case.whereabouts)
    check_version(case, asked.expected_version)
    facts = Facts(by=by, now=now, attempts=tuple(each.at for each in case.attempts))
    row = transition(case.state, Trigger.COMMAND, Step.RECORD_UNREACHABLE, facts)
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"closure": Closure.UNREACHABLE, "closed_at": now},
        detail={"attempts": str(len(case.attempts))},
        told={"closure": Closure.UNREACHABLE},
    )


def record_dissatisfied(
    case: Case, asked: RecordDissatisfied, principal: Principal, *, now: datetime
) -> Decided:
    """回访不满意: once more round, or before the joint conference the third time."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.RECORD_DISSATISFIED), case.whereabouts)
    check_version(case, asked.expected_version)
    reason = wellformed.cleaned(asked.reason, "reason")
    facts = Facts(by=by, now=now, text=reason, escalation=case.escalation)
    row = transition(case.state, Trigger.COMMAND, Step.RECORD_DISSATISFIED, facts)
    mover = Mover(by, now, account_of(principal))
    detail = {"reason": reason, "channel": str(asked.channel)}
    return _once_more(case, row, mover, cause=ReopenCause.DISSATISFIED, detail=detail)


def reopen(case: Case, asked: ReopenCase, principal: Principal, *, now: datetime) -> Decided:
    """重办: a new fact takes a closed case round again, or before the joint conference."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.REOPEN), case.whereabouts)
    check_version(case, asked.expected_version)
    reason = wellformed.cleaned(asked.reason, "reason")
    facts = Facts(by=by, now=now, text=reason, escalation=case.escalation, closed_at=case.closed_at)
    row = transition(case.state, Trigger.COMMAND, Step.REOPEN, facts)
    mover = Mover(by, now, account_of(principal))
    open_again = msgspec.structs.replace(case, **_NOT_CLOSED)
    return _once_more(open_again, row, mover, cause=ReopenCause.NEW_FACT, detail={"reason": reason})


def _once_more(case: Case, row: Row, mover: Mover, *, cause: ReopenCause, detail: dict[str, str]) -> Decided:
    if row.target is State.CLASSIFIED:
        escalation = case.escalation + 1
        changes = next_cycle(case) | {"escalation": escalation}
        told: Values = {"escalation": escalation, "cause": cause}
    else:
        # The count that the joint conference tells its items by: a cycle may come before it twice.
        conferences = case.conferences + 1
        changes = {"conferences": conferences}
        told = {"escalation": case.escalation, "conference": conferences}
    return advance(case, row, mover, changes=changes, detail=detail, told=told)
