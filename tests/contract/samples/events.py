"""One fixed instance of every event."""

from datetime import date

from contracts.envelope import Payload
from contracts.events import dispatch, governance, intake, registry
from contracts.vocabulary import (
    Card,
    Kind,
    LawfulChannel,
    RefusalReason,
    Role,
    RollKind,
    SuspensionReason,
    Urgency,
)
from tests.contract.samples.common import (
    AT,
    CASE,
    DAY,
    ENTITLEMENT,
    EVIDENCE,
    HASH,
    ITEM,
    LATER,
    MASTER,
    MEETING,
    NUMBER,
    ORDER,
    RESIDENT,
    RESOLUTION,
    RESULT,
    ROLL,
    VOTE,
    WORKER,
)

_PLACE = {"community": "c01", "grid": "c01-g03"}
_CATEGORY = {"category": "0202", "kind": Kind.COMPONENT, "urgency": Urgency.NORMAL}
_REPORTED = {"case_id": CASE, "number": NUMBER, **_PLACE, "cycle": 1, "reporter_id": RESIDENT, "at": AT}
_CASE = {**_REPORTED, **_CATEGORY}
_ORDER = {
    "order_id": ORDER,
    "case_id": CASE,
    "number": NUMBER,
    "cycle": 1,
    "department": "CGJ",
    **_CATEGORY,
    **_PLACE,
    "at": AT,
}
_ITEM = {"resolution_id": RESOLUTION, "item_id": ITEM, "meeting_id": MEETING, "case_id": CASE, "at": AT}

REGISTRY: tuple[Payload, ...] = (
    registry.PlaceDefined(
        code="c01",
        tier=registry.Tier.COMMUNITY,
        parent="140303",
        name_zh="桥头社区",
        name_en="Qiaotou",
        fictional=False,
        valid_from=DAY,
    ),
    registry.DepartmentDefined(
        code="YJJ", name_zh="应急管理局", name_en="Emergency management", former="AJJ"
    ),
    registry.CategoryDefined(
        code="0202",
        parent="02",
        name_zh="路灯",
        name_en="Street lamp",
        kind=Kind.COMPONENT,
        department="CGJ",
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=DAY,
    ),
    registry.AccountOpened(
        account_id=WORKER, roles=(Role.GRID_WORKER,), community="c01", grid="c01-g03", department=None
    ),
    registry.CalendarPublished(
        year=2012,
        version="0f1e2d3c4b5a",
        provisional=False,
        holidays=(date(2012, 6, 22),),
        working_weekends=(date(2012, 9, 29),),
    ),
    registry.RollAnswered(
        roll_id=ROLL,
        chunk=1,
        chunks=1,
        entries=(
            registry.RollEntry(entitlement_id=ENTITLEMENT, electors=(RESIDENT,), area_hundredths_m2=6_825),
        ),
        count=1,
        area_hundredths_m2=6_825,
        root=HASH,
        as_of=DAY,
        at=AT,
    ),
)

INTAKE: tuple[Payload, ...] = (
    intake.CaseReported(**_CASE, channel="app", reported_by=Role.RESIDENT, occurred_at=AT, evidence=EVIDENCE),
    intake.CaseReporterAsked(**_CASE, due_at=LATER),
    intake.CaseReporterAnswered(**_CASE, evidence=EVIDENCE),
    intake.CaseCancelled(**_CASE, cause=intake.CancelCause.WITHDRAWN),
    intake.CaseMerged(**_CASE, master_id=MASTER),
    intake.CaseRefused(**_CASE, reason=RefusalReason.IN_COURT, channel=LawfulChannel.COURT),
    intake.CaseReminded(**_CASE, state="answered", waits_for="grid_worker", card=Card.YELLOW, due_at=LATER),
    intake.CaseSettled(
        **_CASE,
        closure=intake.Closure.SELF,
        channel="app",
        reported_by=Role.GRID_WORKER,
        occurred_at=AT,
        evidence=EVIDENCE,
    ),
    intake.CaseClassified(**_CASE, lead="CGJ", co_handlers=("GDS",), by=intake.Classifier.RULE),
    intake.CaseStarted(**_CASE, department="CGJ"),
    intake.CaseStopped(**_CASE, department="CGJ"),
    intake.CaseSuspended(**_CASE, department="CGJ", review_on=DAY),
    intake.CaseResumed(**_CASE, department="CGJ"),
    intake.CaseAnswered(**_CASE, department="CGJ"),
    intake.CaseChecked(**_CASE, checked_by=WORKER),
    intake.CaseReworked(**{**_CASE, "cycle": 2}, lead="CGJ", checked_by=WORKER),
    intake.CaseReopened(
        **{**_CASE, "cycle": 2}, cause=intake.ReopenCause.CONFERENCE, escalation=3, lead="ZJJ", due_on=DAY
    ),
    intake.CaseEscalated(**_CASE, escalation=3),
    intake.CaseClosed(**_CASE, closure=intake.Closure.SATISFIED, resolved=True, score=5),
    intake.CaseArchived(**_CASE, seal=HASH),
)

DISPATCH: tuple[Payload, ...] = (
    dispatch.WorkOrderOffered(**_ORDER, co_handlers=("GDS",), due_at=LATER),
    dispatch.WorkOrderOfferedAgain(**_ORDER, again=1),
    dispatch.WorkOrderSigned(**_ORDER),
    dispatch.WorkOrderReturned(**_ORDER, suggested="ZJJ"),
    dispatch.WorkOrderRecalled(**_ORDER),
    dispatch.WorkOrderExtensionAsked(**_ORDER, days=2),
    dispatch.WorkOrderExtended(**_ORDER, due_at=LATER),
    dispatch.WorkOrderExtensionDenied(**_ORDER),
    dispatch.WorkOrderSuspensionAsked(**_ORDER, reason=SuspensionReason.SEASON),
    dispatch.WorkOrderSuspended(**_ORDER, review_on=DAY),
    dispatch.WorkOrderSuspensionDenied(**_ORDER),
    dispatch.WorkOrderResumed(**_ORDER, due_at=LATER),
    dispatch.WorkOrderPartCompleted(
        **_ORDER, party="GDS", result_id=RESULT, result_sha256=HASH, evidence=EVIDENCE
    ),
    dispatch.WorkOrderPartExcused(**_ORDER, party="GDS"),
    dispatch.WorkOrderCardShown(**_ORDER, party="CGJ", card=Card.RED, due_at=LATER),
    dispatch.WorkOrderCompleted(
        **_ORDER,
        result_id=RESULT,
        result_sha256=HASH,
        evidence=EVIDENCE,
        handler_id=WORKER,
        contacted_at=LATER,
    ),
)

GOVERNANCE: tuple[Payload, ...] = (
    governance.ResolutionAdopted(**_ITEM, lead="ZJJ", due_on=DAY),
    governance.ResolutionDeclined(**_ITEM),
    governance.ResolutionCertified(
        resolution_id=RESOLUTION,
        meeting_id=MEETING,
        case_id=CASE,
        grid="c01-g03",
        category="0202",
        owner_id=WORKER,
        at=AT,
    ),
    governance.RollRequested(roll_id=ROLL, vote_id=VOTE, place="c01", kind=RollKind.OWNERS, as_of=DAY, at=AT),
)

EVENTS = (*REGISTRY, *INTAKE, *DISPATCH, *GOVERNANCE)
