"""A case as one who may see it sees it. Pure."""

import msgspec

from chassis.principal import Principal
from contracts.commands.intake import CaseView, HeldEvidence
from contracts.vocabulary import Evidence
from services.intake.case.authority import account_of
from services.intake.case.case import Case
from services.intake.case.lifecycle import SIX_STEPS


def view_of(case: Case, principal: Principal, *, exactly: bool) -> CaseView:
    """Return a case; address and point where the place is told `exactly`. Never the reporter."""
    return CaseView(
        case_id=case.case_id,
        number=case.number,
        state=case.state,
        step=SIX_STEPS[case.state],
        category=case.category,
        kind=case.kind,
        urgency=case.urgency,
        community=case.community,
        grid=case.grid,
        lead=case.lead,
        co_handlers=case.co_handlers,
        cycle=case.cycle,
        escalation=case.escalation,
        reported_at=case.reported_at,
        updated_at=case.updated_at,
        version=case.version,
        text=case.text,
        address=case.address if exactly else None,
        point=case.point if exactly else None,
        occurred_at=case.occurred_at,
        channel=case.channel,
        anonymous=case.anonymous,
        mine=case.reporter_id is not None and account_of(principal) == case.reporter_id,
        evidence=evidence_shown(case),
        closure=case.closure,
        score=case.score,
        resolved=case.resolved,
        seal=case.seal,
    )


def evidence_shown(case: Case) -> tuple[Evidence, ...]:
    """Return a case's evidence in the order in which it came."""
    return tuple(
        Evidence(media_id=each.media_id, sha256=each.sha256, kind=each.kind) for each in case.documents
    )


def evidence_held(case: Case) -> tuple[HeldEvidence, ...]:
    """Return a case's evidence with the stage and cycle of each piece, in the order in which it came."""
    return tuple(HeldEvidence(**msgspec.structs.asdict(each)) for each in case.documents)
