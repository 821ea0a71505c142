from uuid import UUID

import pytest

from contracts.events import dispatch, intake
from services.notify.message.circle import Circle, begins
from services.notify.message.rules import asks_for_circle
from tests.unit.notify.builders import REPORTER, an_event

A, B, C = (UUID(int=i) for i in (21, 22, 23))


@pytest.mark.parametrize("kind", [intake.CaseReported, intake.CaseSettled])
def test_a_case_begins_with_its_reporter(kind: type[intake.CaseEvent]) -> None:
    assert begins(an_event(kind)) == Circle(REPORTER)
    assert begins(an_event(kind, reporter_id=None)) == Circle()


def test_nothing_else_begins_a_case() -> None:
    assert begins(an_event(intake.CaseClassified)) is None


def test_a_merged_cases_reporter_and_supporters_support_the_other_one_each_once() -> None:
    assert Circle(A).joined_by(Circle(B, (C,))) == Circle(A, (B, C))
    assert Circle(A, (B,)).joined_by(Circle(B, (A, C))) == Circle(A, (B, C))
    assert Circle(None).joined_by(Circle(None, (C,))) == Circle(None, (C,))


@pytest.mark.parametrize(
    "kind",
    [intake.CaseMerged, intake.CaseClosed, intake.CaseReopened, dispatch.WorkOrderExtended],
    ids=lambda kind: kind.type,
)
def test_what_concerns_those_behind_a_case_asks_for_them(kind: type[intake.CaseEvent]) -> None:
    assert asks_for_circle(an_event(kind))


def test_what_names_its_reporter_itself_asks_for_nobody() -> None:
    assert not asks_for_circle(an_event(intake.CaseAnswered))
    assert not asks_for_circle(an_event(dispatch.WorkOrderOffered))
