from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from services.governance.meeting.certifying import case_id_of, certify
from services.governance.meeting.errors import (
    DueBeforeMeeting,
    TextTooLong,
    TextTooShort,
    TextUnfit,
    UnknownMeeting,
)
from services.governance.reference.repository import Category, Grid
from tests.unit.governance.builders import ACTION, DISPATCHER, HELD_ON, NOW, a_meeting, an_id, certifying

BY = UUID(DISPATCHER.subject)


def test_a_certified_resolution_tells_where_and_what_and_no_word_of_its_text() -> None:
    certified = certify(a_meeting(), certifying(), by=BY, now=NOW)
    assert msgspec.to_builtins(certified.event) == {
        "resolution_id": str(an_id("certified resolution")),
        "meeting_id": str(an_id("meeting")),
        "case_id": str(case_id_of(an_id("certified resolution"))),
        "grid": "c01-g01",
        "category": "0202",
        "owner_id": DISPATCHER.subject,
        "at": "2026-03-02T01:30:00Z",
    }
    assert certified.certification.text == ACTION
    assert certified.certification.recorded_by == BY


def test_a_resolution_becomes_the_same_case_however_often_it_is_asked() -> None:
    assert case_id_of(an_id("one")) == case_id_of(an_id("one")) != case_id_of(an_id("another"))
    assert case_id_of(an_id("one")) != an_id("one")


def test_an_agreed_date_is_no_earlier_than_the_meeting() -> None:
    kept = certify(a_meeting(), certifying(due_on=HELD_ON), by=BY, now=NOW).certification
    assert kept.due_on == HELD_ON
    with pytest.raises(DueBeforeMeeting):
        certify(a_meeting(), certifying(due_on=date(2026, 3, 5)), by=BY, now=NOW)


def test_only_a_meeting_that_was_called_certifies() -> None:
    with pytest.raises(UnknownMeeting) as refused:
        certify(None, certifying(), by=BY, now=NOW)
    assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    ("text", "refusal"), [(" 修 ", TextTooShort), ("修" * 5001, TextTooLong), ("修理\0", TextUnfit)]
)
def test_its_text_can_be_published(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        certify(a_meeting(), certifying(text=text), by=BY, now=NOW)


def test_a_grid_exists_from_its_first_day_in_shanghai_and_no_more_on_its_last() -> None:
    grid = Grid("c01-g01", date(2026, 3, 2), date(2026, 3, 3))
    days = [datetime(2026, 3, 1, 15, 59, tzinfo=UTC), NOW, datetime(2026, 3, 2, 16, 0, tzinfo=UTC)]
    assert [grid.exists(at) for at in days] == [False, True, False]
    assert Grid("c01-g01", date(2012, 1, 1), None).exists(NOW)


def test_a_category_is_in_force_from_its_first_day() -> None:
    assert Category("0202", date(2026, 3, 2)).in_force(NOW)
    assert not Category("0202", date(2026, 3, 3)).in_force(NOW)
