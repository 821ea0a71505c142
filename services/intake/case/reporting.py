"""上报: a case comes to be. Pure: time, mirror and numbers are passed in."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.principal import Principal
from chassis.refusal import Invalid
from contracts.commands.intake import Channel, ReportCase, SettleOnSpot
from contracts.events.governance import ResolutionCertified
from contracts.events.intake import Closure
from contracts.vocabulary import Evidence
from services.intake.case import wellformed
from services.intake.case.authority import Whereabouts, acting, own_account
from services.intake.case.case import (
    Case,
    CaseId,
    Decided,
    Mover,
    Stage,
    advance,
    followed_by,
    with_documents,
)
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, Row, State, Step, Trigger, roles_of, transition
from services.intake.case.sorting import classify_by_rule
from services.intake.reference.values import Category, Grid

_TEXT = "text"
# The resolution's own words stay in governance; the case says where they stand.
_CERTIFIED = (
    "会议决议交办: 决议 {resolution_id} 中须由部门办理的事项, 具体内容见决议。 "
    "Named by a meeting for a department to do; resolution {resolution_id} says what."
)


class Named(NamedTuple):
    """The number that a new case gets, and what the mirror knows of what its report names."""

    number: str = ""
    grid: Grid | None = None
    category: Category | None = None


def report(asked: ReportCase, principal: Principal, named: Named, *, now: datetime) -> Decided:
    """上报, and 分类 by rule where the reporter names the category."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.REPORT), _place_of(named.grid))
    if asked.channel is Channel.MEETING:
        raise Invalid(field="channel")
    evidence = wellformed.checked_evidence(asked.evidence)
    category = named.category
    facts = Facts(
        by=by,
        now=now,
        grid=named.grid,
        occurred_at=wellformed.checked_instant(asked.occurred_at, "occurred_at"),
        text=wellformed.cleaned(asked.text, _TEXT),
        evidence=evidence,
        kind=None if category is None else category.kind,
        urgency=None if category is None else category.urgency,
    )
    row = transition(None, Trigger.COMMAND, Step.REPORT, facts)
    reporter_id = None if asked.anonymous else own_account(principal)
    case = _new_case(asked, named, channel=asked.channel, by=by, reporter_id=reporter_id, now=now)
    named_by_reporter = {} if category is None else {"category": category.code}
    detail = {"channel": case.channel, **named_by_reporter}
    decided = _reported(case, row, evidence=evidence, detail=detail, now=now)
    if asked.category is None:
        return decided
    return followed_by(decided, lambda reported: classify_by_rule(reported, category, now=now))


def settle_on_spot(asked: SettleOnSpot, principal: Principal, named: Named, *, now: datetime) -> Decided:
    """当场解决: reported and closed in one step by the grid worker, with the resident's word for it."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.SETTLE_ON_SPOT), _place_of(named.grid))
    before, after = wellformed.checked_evidence(asked.before), wellformed.checked_evidence(asked.after)
    evidence = wellformed.checked_evidence((*before, *after))
    facts = Facts(
        by=by,
        now=now,
        grid=named.grid,
        category=named.category,
        occurred_at=wellformed.checked_instant(asked.occurred_at, "occurred_at"),
        text=wellformed.cleaned(asked.text, _TEXT),
        before=before,
        evidence=after,
        confirmed=asked.confirmed,
    )
    row = transition(None, Trigger.COMMAND, Step.SETTLE_ON_SPOT, facts)
    account = own_account(principal)
    case = _new_case(asked, named, channel=Channel.APP, by=by, reporter_id=account, now=now)
    shown = with_documents(case, before, Stage.REPORT) + with_documents(case, after, Stage.RESULT)
    return advance(
        case,
        row,
        Mover(by, now, account),
        changes={"documents": shown, "closure": Closure.SELF, "closed_at": now},
        detail={"category": asked.category, "channel": case.channel},
        told={
            "closure": Closure.SELF,
            "channel": case.channel,
            "reported_by": by,
            "occurred_at": case.occurred_at,
            "evidence": evidence,
        },
    )


def certified(fact: ResolutionCertified, named: Named, *, now: datetime) -> Decided:
    """Make a case of what a meeting's resolution names, and classify it by rule."""
    row = transition(None, Trigger.FACT, Step.RESOLUTION_CERTIFIED, Facts(by=By.GOVERNANCE, now=now))
    assert row is not None, "a fact of a new case has its row"
    asked = ReportCase(
        command_id=fact.resolution_id,
        case_id=fact.case_id,
        grid=fact.grid,
        text=_CERTIFIED.format(resolution_id=fact.resolution_id),
        occurred_at=fact.at,
        channel=Channel.MEETING,
    )
    case = _new_case(
        asked, named, channel=asked.channel, by=By.GOVERNANCE, reporter_id=fact.owner_id, now=now
    )
    detail = {
        "resolution_id": str(fact.resolution_id),
        "meeting_id": str(fact.meeting_id),
        "category": fact.category,
    }
    decided = _reported(case, row, evidence=(), detail=detail, now=now)
    return followed_by(decided, lambda reported: classify_by_rule(reported, named.category, now=now))


def _place_of(grid: Grid | None) -> Whereabouts:
    if grid is None:
        return Whereabouts(grid=None, community=None)
    return Whereabouts(grid=grid.code, community=grid.community)


def _new_case(
    asked: ReportCase | SettleOnSpot,
    named: Named,
    *,
    channel: Channel,
    by: By,
    reporter_id: UUID | None,
    now: datetime,
) -> Case:
    grid, category = named.grid, named.category
    assert grid is not None, "the gate lets no report through without its grid"
    return Case(
        case_id=CaseId(asked.case_id),
        number=named.number,
        state=State.REPORTED,
        community=grid.community,
        grid=grid.code,
        text=wellformed.cleaned(asked.text, _TEXT),
        address=wellformed.checked_address(asked.address),
        point=wellformed.checked_point(asked.point),
        occurred_at=asked.occurred_at,
        channel=channel,
        reported_by=by,
        reporter_id=reporter_id,
        reported_at=now,
        updated_at=now,
        state_since=now,
        category=None if category is None else category.code,
        kind=None if category is None else category.kind,
        urgency=None if category is None else category.urgency,
    )


def _reported(
    case: Case, row: Row, *, evidence: tuple[Evidence, ...], detail: dict[str, str], now: datetime
) -> Decided:
    return advance(
        case,
        row,
        Mover(case.reported_by, now, case.reporter_id),
        changes={"documents": with_documents(case, evidence, Stage.REPORT)},
        detail=detail,
        told={
            "channel": case.channel,
            "reported_by": case.reported_by,
            "occurred_at": case.occurred_at,
            "evidence": evidence,
        },
    )
