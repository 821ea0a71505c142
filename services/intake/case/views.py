"""A case as one who may see it sees it. Pure."""

from typing import NamedTuple

import msgspec

from chassis.principal import Principal
from contracts.commands.case_views import CaseView, HeldEvidence, TimelineEntry
from contracts.vocabulary import Evidence
from services.intake.case.authority import account_of
from services.intake.case.case import Case, Document, Entry, Stage
from services.intake.case.guards import REST
from services.intake.case.lifecycle import SIX_STEPS, State
from services.intake.case.waiting import Wait, due_of

# The details of a timeline in which people speak.
_SPOKEN = frozenset({"reason", "question", "answer"})


class Around(NamedTuple):
    """What stands beside a case: what limits its state, and how many support it."""

    wait: Wait | None = None
    supporters: int = 0


class Depth(NamedTuple):
    """How much of a case somebody sees; a department sees the place and is told nothing of the reporter.

    Without `exactly` neither address nor point. Without `inside`, as whoever supports the case sees
    it: nothing of what its reporter handed in or said beside the report itself.
    """

    exactly: bool = False
    inside: bool = True


def view_of(case: Case, principal: Principal, depth: Depth, around: Around) -> CaseView:
    """Return a case as deep as it may be seen. Never the reporter."""
    due = due_of(case.state, around.wait, due_at=case.due_at, provisional=case.due_provisional)
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
        address=case.address if depth.exactly else None,
        point=case.point if depth.exactly else None,
        occurred_at=case.occurred_at,
        channel=case.channel,
        anonymous=case.anonymous,
        mine=case.reporter_id is not None and account_of(principal) == case.reporter_id,
        evidence=evidence_shown(case, depth),
        question=case.question if depth.inside else None,
        answer=case.answer if depth.inside else None,
        master_id=case.master_id,
        supporters=around.supporters,
        refusal=case.refusal,
        lawful_channel=case.lawful_channel,
        cancelled_for=case.cancelled_for,
        attempts=len(case.attempts),
        tried=case.attempts,
        reopen_until=None
        if case.state is not State.CLOSED or case.closed_at is None
        else case.closed_at + REST,
        closure=case.closure,
        score=case.score,
        resolved=case.resolved,
        seal=case.seal,
        **due._asdict(),
    )


def evidence_shown(case: Case, depth: Depth) -> tuple[Evidence, ...]:
    """Return a case's evidence in the order in which it came."""
    return tuple(
        Evidence(media_id=each.media_id, sha256=each.sha256, kind=each.kind)
        for each in _documents(case, depth)
    )


def evidence_held(case: Case, depth: Depth) -> tuple[HeldEvidence, ...]:
    """Return a case's evidence with the stage and cycle of each piece, in the order in which it came."""
    return tuple(HeldEvidence(**msgspec.structs.asdict(each)) for each in _documents(case, depth))


def entry_shown(entry: Entry, depth: Depth) -> TimelineEntry:
    """Return a line of a case's timeline."""
    shown = entry.shown()
    if depth.inside:
        return shown
    detail = {name: value for name, value in shown.detail.items() if name not in _SPOKEN}
    return msgspec.structs.replace(shown, detail=detail)


def _documents(case: Case, depth: Depth) -> tuple[Document, ...]:
    return tuple(each for each in case.documents if depth.inside or each.stage is not Stage.REPORT)
