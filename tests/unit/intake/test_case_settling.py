"""当场解决, and what a meeting's resolution becomes."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, Refusal
from contracts.commands.intake import Channel
from contracts.events.intake import CaseClassified, CaseReported, CaseSettled, Classifier, Closure
from contracts.vocabulary import MediaKind, Urgency
from services.intake.case import archiving, reporting
from services.intake.case.case import Decided
from services.intake.case.errors import (
    EvidenceMissing,
    ForeignGrid,
    NotConfirmed,
    NotSmall,
    OccurredInFuture,
    TextTooShort,
    UnknownCategory,
    UnknownGrid,
)
from services.intake.case.guards import TEXT_MIN
from services.intake.case.lifecycle import State
from services.intake.case.reporting import Named
from tests.unit.intake.asked import a_certification, a_settlement
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    FOREIGN_WORKER,
    GRID,
    LAMP,
    NOW,
    NUMBER,
    RESIDENT,
    RUBBISH,
    WORKER,
    a_photo,
    a_report,
    an_id,
)

NAMED = Named(NUMBER, GRID, RUBBISH)


def settle(by: Principal = WORKER, named: Named = NAMED, **fields: Any) -> Decided:
    return reporting.settle_on_spot(a_settlement(**fields), by, named, now=NOW)


def certify(**fields: Any) -> Decided:
    return reporting.certified(a_certification(**fields), Named(NUMBER, GRID, LAMP), now=NOW)


# 当场解决


def test_a_small_matter_is_reported_and_closed_in_one_step() -> None:
    decided = settle()
    case = decided.case
    assert (case.state, case.closure, case.closed_at) == (State.CLOSED, Closure.SELF, NOW)
    assert (case.number, case.reported_by, case.reporter_id) == (NUMBER, "grid_worker", an_id("worker"))
    assert (case.category, case.lead, case.score, case.resolved) == ("0101", None, None, None)
    assert [(each.media_id, each.stage) for each in case.documents] == [
        (an_id("before"), "report"),
        (an_id("after"), "result"),
    ]
    (event,) = decided.events
    assert isinstance(event, CaseSettled)
    assert (event.closure, event.reported_by, event.urgency) == (Closure.SELF, "grid_worker", Urgency.NORMAL)
    assert event.evidence == (a_photo("before"), a_photo("after"))
    assert (case.version, case.emitted) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "refusal", "code"),
    [
        ({"confirmed": False}, NotConfirmed, "not_confirmed"),
        ({"before": ()}, EvidenceMissing, "evidence_missing"),
        ({"after": ()}, EvidenceMissing, "evidence_missing"),
        ({"after": (a_photo("film", MediaKind.VIDEO),)}, EvidenceMissing, "evidence_missing"),
        ({"after": (a_photo("before"),)}, Invalid, "invalid"),
        ({"text": "已清理"}, TextTooShort, "text_too_short"),
        ({"occurred_at": NOW + timedelta(seconds=1)}, OccurredInFuture, "occurred_in_future"),
    ],
)
def test_a_settlement_is_shown_and_confirmed(
    fields: dict[str, Any], refusal: type[Refusal], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        settle(**fields)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        (Named(NUMBER, GRID, LAMP), NotSmall),
        (Named(NUMBER, GRID, None), UnknownCategory),
        (Named(NUMBER, None, RUBBISH), UnknownGrid),
    ],
)
def test_a_settlement_is_of_a_small_category_in_a_known_grid(named: Named, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        settle(named=named)


def test_only_the_grid_worker_of_the_grid_settles() -> None:
    for by in (RESIDENT, CLERK, DISPATCHER):
        with pytest.raises(Forbidden):
            settle(by)
    with pytest.raises(ForeignGrid):
        settle(FOREIGN_WORKER)


def test_the_archivist_need_not_wait_the_resident_has_confirmed_it() -> None:
    settled = settle()
    decided = archiving.archive(
        settled.case, settled.entries, ARCHIVIST, expected_version=None, salt=bytes(32), now=NOW
    )
    assert decided.case.state is State.ARCHIVED


# 决议交办


def test_a_certified_resolution_becomes_a_case_that_is_classified_by_rule() -> None:
    decided = certify()
    case = decided.case
    assert (case.case_id, case.state, case.lead) == (an_id("case"), State.CLASSIFIED, "CGJ")
    assert (case.reported_by, case.reporter_id) == ("governance", an_id("dispatcher"))
    assert (case.channel, case.occurred_at) == (Channel.MEETING, NOW)
    first, second = decided.events
    assert isinstance(first, CaseReported)
    assert (first.reported_by, first.channel) == ("governance", "meeting")
    assert isinstance(second, CaseClassified)
    assert second.by is Classifier.RULE
    assert decided.entries[0].detail == {
        "resolution_id": str(an_id("resolution")),
        "meeting_id": str(an_id("meeting")),
        "category": "0202",
    }
    assert [entry.role for entry in decided.entries] == ["governance", "rule"]


def test_its_text_says_where_the_resolution_stands_and_is_long_enough_for_a_report() -> None:
    text = certify().case.text
    assert text.count(str(an_id("resolution"))) == 2
    assert len(text) >= TEXT_MIN


def test_no_person_reports_by_the_channel_of_meetings() -> None:
    asked = msgspec.structs.replace(a_report(), channel=Channel.MEETING)
    with pytest.raises(Invalid):
        reporting.report(asked, RESIDENT, Named(NUMBER, GRID), now=NOW)
