"""What becomes of a command on a case. Pure: time, mirror and numbers are passed in."""

from datetime import datetime
from typing import NamedTuple

from chassis.principal import Principal
from chassis.refusal import Invalid
from contracts.commands.intake import (
    ClassifyCase,
    PassCheck,
    RecordDissatisfied,
    RecordSatisfied,
    ReportCase,
)
from contracts.events.intake import Classifier, Closure, ReopenCause
from services.intake.case import wellformed
from services.intake.case.authority import Whereabouts, account_of, acting, own_account
from services.intake.case.case import (
    Case,
    CaseId,
    Decided,
    Mover,
    Stage,
    advance,
    check_version,
    followed_by,
    next_cycle,
    with_documents,
)
from services.intake.case.distance import distance_m
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, State, Step, Trigger, roles_of, transition
from services.intake.reference.values import Category, Grid

_TEXT = "text"


class Mirrored(NamedTuple):
    """What the mirror knows of what a report or a classification names."""

    grid: Grid | None = None
    category: Category | None = None
    unknown_departments: tuple[str, ...] = ()


def report(
    asked: ReportCase, principal: Principal, mirrored: Mirrored, *, number: str, now: datetime
) -> Decided:
    """上报, and 分类 by rule where the reporter names the category."""
    grid, category = mirrored.grid, mirrored.category
    by = acting(
        principal,
        roles_of(Trigger.COMMAND, Step.REPORT),
        _place_of(grid),
    )
    evidence = wellformed.checked_evidence(asked.evidence)
    text = wellformed.cleaned(asked.text, _TEXT)
    facts = Facts(
        by=by,
        now=now,
        grid=grid,
        occurred_at=wellformed.checked_instant(asked.occurred_at, "occurred_at"),
        text=text,
        evidence=evidence,
        kind=None if category is None else category.kind,
        urgency=None if category is None else category.urgency,
    )
    row = transition(None, Trigger.COMMAND, Step.REPORT, facts)
    case = _new_case(asked, principal, mirrored, by=by, number=number, now=now)
    mover = Mover(by, now, case.reporter_id)
    decided = advance(
        case,
        row,
        mover,
        changes={"documents": with_documents(case, evidence, Stage.REPORT)},
        detail={"channel": asked.channel},
        told={
            "channel": asked.channel,
            "reported_by": by,
            "occurred_at": asked.occurred_at,
            "evidence": evidence,
        },
    )
    if asked.category is None:
        return decided
    return followed_by(decided, lambda reported: classify_by_rule(reported, category, now=now))


def _place_of(grid: Grid | None) -> Whereabouts:
    if grid is None:
        return Whereabouts(grid=None, community=None)
    return Whereabouts(grid=grid.code, community=grid.community)


def _new_case(
    asked: ReportCase, principal: Principal, mirrored: Mirrored, *, by: By, number: str, now: datetime
) -> Case:
    grid, category = mirrored.grid, mirrored.category
    assert grid is not None, "the gate lets no report through without its grid"
    return Case(
        case_id=CaseId(asked.case_id),
        number=number,
        state=State.REPORTED,
        community=grid.community,
        grid=grid.code,
        text=wellformed.cleaned(asked.text, _TEXT),
        address=wellformed.checked_address(asked.address),
        point=wellformed.checked_point(asked.point),
        occurred_at=asked.occurred_at,
        channel=asked.channel,
        reported_by=by,
        reporter_id=None if asked.anonymous else own_account(principal),
        reported_at=now,
        updated_at=now,
        state_since=now,
        category=None if category is None else category.code,
        kind=None if category is None else category.kind,
        urgency=None if category is None else category.urgency,
    )


def classify_by_rule(case: Case, category: Category | None, *, now: datetime) -> Decided:
    """分类 by the category that the reporter gave: its department takes the lead."""
    facts = Facts(by=By.RULE, now=now, category=category)
    return _classified(case, facts, Mover(By.RULE, now), lead=None, co_handlers=())


def classify(
    case: Case, asked: ClassifyCase, principal: Principal, mirrored: Mirrored, *, now: datetime
) -> Decided:
    """分类 by the dispatcher, who may designate the lead and name co-handlers."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.CLASSIFY), case.whereabouts)
    check_version(case, asked.expected_version)
    facts = Facts(
        by=by, now=now, category=mirrored.category, unknown_departments=mirrored.unknown_departments
    )
    mover = Mover(by, now, account_of(principal))
    return _classified(case, facts, mover, lead=asked.lead, co_handlers=asked.co_handlers)


def _classified(
    case: Case, facts: Facts, mover: Mover, *, lead: str | None, co_handlers: tuple[str, ...]
) -> Decided:
    row = transition(case.state, Trigger.COMMAND, Step.CLASSIFY, facts)
    category = facts.category
    assert category is not None, "the gate lets no classification through without its category"
    chosen = lead or category.department
    if chosen in co_handlers or len(set(co_handlers)) < len(co_handlers):
        raise Invalid(field="co_handlers")
    by_whom = Classifier.RULE if facts.by == By.RULE else Classifier.DISPATCHER
    return advance(
        case,
        row,
        mover,
        changes={
            "category": category.code,
            "kind": category.kind,
            "urgency": category.urgency,
            "lead": chosen,
            "co_handlers": co_handlers,
        },
        detail={"category": category.code, "lead": chosen, "co_handlers": ",".join(co_handlers)},
        told={
            "lead": chosen,
            "co_handlers": co_handlers,
            "designated": lead is not None,
            "by": by_whom,
        },
    )


def pass_check(case: Case, asked: PassCheck, principal: Principal, *, now: datetime) -> Decided:
    """核查通过: the return visit is next, or the end where nobody can be asked."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.PASS_CHECK), case.whereabouts)
    check_version(case, asked.expected_version)
    account = own_account(principal)
    own_point = wellformed.checked_point(asked.point)
    known = {each.media_id for each in case.documents}
    # What the case has already shows how it was, not how it is.
    given = wellformed.checked_evidence(asked.evidence)
    evidence = tuple(each for each in given if each.media_id not in known)
    facts = Facts(
        by=by,
        now=now,
        account=account,
        handler_id=case.handler_id,
        kind=case.kind,
        place=case.point,
        own_point=own_point,
        evidence=evidence,
        anonymous=case.anonymous,
    )
    row = transition(case.state, Trigger.COMMAND, Step.PASS_CHECK, facts)
    changes: dict[str, object] = {"documents": with_documents(case, evidence, Stage.CHECK)}
    told: dict[str, object] = {"checked_by": account}
    if row.target is State.CLOSED:
        changes |= {"closure": Closure.ANONYMOUS, "closed_at": now}
        told = {"closure": Closure.ANONYMOUS}
    detail = {}
    if case.point is not None and own_point is not None:
        detail["distance_m"] = str(round(distance_m(case.point, own_point)))
    return advance(case, row, Mover(by, now, account), changes=changes, detail=detail, told=told)


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


def record_dissatisfied(
    case: Case, asked: RecordDissatisfied, principal: Principal, *, now: datetime
) -> Decided:
    """回访不满意: once more round, or before the joint conference the third time."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.RECORD_DISSATISFIED), case.whereabouts)
    check_version(case, asked.expected_version)
    reason = wellformed.cleaned(asked.reason, "reason")
    facts = Facts(by=by, now=now, text=reason, escalation=case.escalation)
    row = transition(case.state, Trigger.COMMAND, Step.RECORD_DISSATISFIED, facts)
    changes: dict[str, object] = {}
    told: dict[str, object] = {"escalation": case.escalation}
    if row.target is State.CLASSIFIED:
        changes = next_cycle(case) | {"escalation": case.escalation + 1}
        told = {"escalation": case.escalation + 1, "cause": ReopenCause.DISSATISFIED}
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes=changes,
        detail={"reason": reason, "channel": asked.channel},
        told=told,
    )
