from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, Refusal
from contracts.commands.intake import ClassifyCase
from contracts.events.intake import (
    CaseClassified,
    CaseReported,
    Classifier,
)
from contracts.vocabulary import Evidence, Kind, MediaKind, Point, Urgency
from services.intake.case import reporting, sorting
from services.intake.case.case import Case, Decided
from services.intake.case.errors import (
    EvidenceMissing,
    ForeignGrid,
    IllegalTransition,
    OccurredInFuture,
    TextTooLong,
    TextTooShort,
    UnknownCategory,
    UnknownDepartment,
    UnknownGrid,
)
from services.intake.case.lifecycle import State
from services.intake.case.reporting import Named
from services.intake.reference.values import SHANGHAI, Category
from tests.unit.intake.builders import (
    CLERK,
    DISPATCHER,
    FOREIGN_CLERK,
    FOREIGN_WORKER,
    GRID,
    HOTLINE,
    LAMP,
    LAMP_POST,
    NOW,
    OFFICER,
    RESIDENT,
    SYSTEM,
    WORKER,
    a_photo,
    a_report,
    an_id,
    reported,
    somebody,
)

LATER = NOW + timedelta(hours=2)


def report(by: Principal = RESIDENT, named: Named | None = None, **fields: Any) -> Decided:
    known = Named("n", GRID) if named is None else named
    return reporting.report(a_report(**fields), by, known, now=NOW)


def classify(
    case: Case,
    by: Principal = DISPATCHER,
    category: Category | None = LAMP,
    unknown: tuple[str, ...] = (),
    now: datetime = LATER,
    **fields: Any,
) -> Decided:
    given = {"command_id": an_id("classify"), "case_id": case.case_id, "category": "0202"}
    asked = ClassifyCase(**(given | fields))
    return sorting.classify(case, asked, by, category, unknown_departments=unknown, now=now)


# 上报


def test_a_report_with_a_category_is_classified_by_rule_in_the_same_breath() -> None:
    decided = reported()
    first, second = decided.events
    assert isinstance(first, CaseReported)
    assert isinstance(second, CaseClassified)
    assert (second.lead, second.designated, second.by) == ("CGJ", False, Classifier.RULE)
    assert decided.case.state is State.CLASSIFIED
    assert (decided.case.version, decided.case.emitted) == (2, 2)
    assert [entry.position for entry in decided.entries] == [1, 2]
    assert [entry.role for entry in decided.entries] == ["resident", "rule"]


def test_a_report_without_a_category_waits_for_the_dispatcher() -> None:
    decided = reported(category=None)
    assert decided.case.state is State.REPORTED
    (event,) = decided.events
    assert isinstance(event, CaseReported)
    assert (event.category, event.kind, event.urgency) == (None, None, None)


def test_an_anonymous_report_keeps_no_link_to_the_account() -> None:
    decided = reported(anonymous=True)
    assert str(an_id("resident")) not in repr(decided)


def test_no_event_says_what_the_reporter_wrote_or_where_exactly() -> None:
    decided = reported(address="桥头街 8 号", point=LAMP_POST)
    for event in decided.events:
        assert "桥头街" not in repr(event)
        assert "路灯" not in repr(event)
        assert "113.58" not in repr(event)


@pytest.mark.parametrize(
    ("by", "role"), [(RESIDENT, "resident"), (WORKER, "grid_worker"), (CLERK, "clerk"), (HOTLINE, "hotline")]
)
def test_those_who_may_report_do(by: Principal, role: str) -> None:
    assert reported(by=by, evidence=(a_photo(),)).case.reported_by == role


@pytest.mark.parametrize("by", [FOREIGN_WORKER, FOREIGN_CLERK])
def test_a_grid_worker_and_a_clerk_report_at_home_alone(by: Principal) -> None:
    with pytest.raises(ForeignGrid):
        report(by)


def test_a_grid_worker_who_is_also_a_resident_may_report_elsewhere_as_one() -> None:
    both = somebody("worker 2", "resident", "grid_worker", community="c01", grid="c01-g02")
    assert report(both).case.reported_by == "resident"


@pytest.mark.parametrize("by", [DISPATCHER, OFFICER, SYSTEM])
def test_nobody_else_reports(by: Principal) -> None:
    with pytest.raises(Forbidden):
        report(by)


def test_only_an_account_reports_by_name() -> None:
    nameless = Principal(subject="somebody", roles=frozenset({"resident"}))
    with pytest.raises(Forbidden):
        report(nameless)
    assert report(nameless, anonymous=True).case.anonymous


def test_a_grid_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownGrid):
        report(named=Named())


def test_a_category_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownCategory):
        report(category="9999")


def test_what_is_reported_happened_before_now_or_now() -> None:
    assert report(occurred_at=NOW).case.occurred_at == NOW
    with pytest.raises(OccurredInFuture):
        report(occurred_at=NOW + timedelta(microseconds=1))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        report(occurred_at=datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001 - that is the point


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    assert report(occurred_at=NOW.astimezone(SHANGHAI)).case.occurred_at == NOW
    with pytest.raises(OccurredInFuture):
        report(occurred_at=(NOW + timedelta(seconds=1)).astimezone(SHANGHAI))


@pytest.mark.parametrize(("length", "refusal"), [(9, TextTooShort), (2001, TextTooLong)])
def test_a_text_has_10_to_2000_characters(length: int, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        report(text="灯" * length)


@pytest.mark.parametrize("length", [10, 2000])
def test_a_text_may_be_as_short_and_as_long_as_said(length: int) -> None:
    assert len(report(text="灯" * length).case.text) == length


def test_blanks_do_not_make_a_text() -> None:
    with pytest.raises(TextTooShort):
        report(text=" " * 50 + "灯不亮" + "\n" * 50)


@pytest.mark.parametrize("field", ["text", "address"])
def test_a_nul_is_refused_before_the_database_sees_it(field: str) -> None:
    with pytest.raises(Invalid):
        report(**{field: "街口的路灯不亮了\0请来看看"})


def test_an_address_of_more_than_200_characters_is_refused() -> None:
    assert report(address="街" * 200).case.address == "街" * 200
    with pytest.raises(Invalid):
        report(address="街" * 201)


@pytest.mark.parametrize("point", [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_point_lies_on_earth(point: tuple[float, float]) -> None:
    with pytest.raises(Invalid):
        report(point=Point(longitude_deg=point[0], latitude_deg=point[1]))


@pytest.mark.parametrize("kind", [Kind.EVENT, Kind.COMPONENT])
def test_a_grid_worker_shows_what_is_not_urgent_and_can_be_seen(kind: Kind) -> None:
    seen = Named(grid=GRID, category=a_category(kind=kind))
    with pytest.raises(EvidenceMissing):
        report(WORKER, seen, category="0202")
    with pytest.raises(EvidenceMissing):
        report(WORKER, seen, category="0202", evidence=(a_photo(kind=MediaKind.DOCUMENT),))
    for media in (MediaKind.PHOTO, MediaKind.VIDEO):
        assert report(WORKER, seen, category="0202", evidence=(a_photo(kind=media),)).case.documents


@pytest.mark.parametrize(
    ("kind", "urgency"),
    [(Kind.COMPONENT, Urgency.URGENT), (Kind.SERVICE, Urgency.NORMAL), (Kind.DISPUTE, Urgency.NORMAL)],
)
def test_a_grid_worker_need_not_show_what_is_urgent_or_cannot_be_seen(kind: Kind, urgency: Urgency) -> None:
    known = Named(grid=GRID, category=a_category(kind=kind, urgency=urgency))
    assert report(WORKER, known, category="0202").case.documents == ()


def test_a_resident_need_not_show_anything() -> None:
    assert reported().case.documents == ()


def test_the_same_file_twice_or_a_hash_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid):
        report(evidence=(a_photo(), a_photo()))
    with pytest.raises(Invalid):
        report(evidence=(Evidence(media_id=an_id("x"), sha256="AB", kind=MediaKind.PHOTO),))
    with pytest.raises(Invalid):
        report(evidence=tuple(a_photo(str(number)) for number in range(21)))


def a_category(kind: Kind = Kind.COMPONENT, urgency: Urgency = Urgency.NORMAL) -> Category:
    return Category(code=LAMP.code, kind=kind, department="CGJ", urgency=urgency, valid_from=LAMP.valid_from)


# 分类

REPORTED = reported(category=None).case


def test_the_dispatcher_classifies_and_may_designate_the_lead() -> None:
    decided = classify(REPORTED, lead="ZJJ", co_handlers=("CGJ",))
    (event,) = decided.events
    assert isinstance(event, CaseClassified)
    assert (event.lead, event.co_handlers, event.designated) == ("ZJJ", ("CGJ",), True)
    assert event.by is Classifier.DISPATCHER
    assert (decided.case.lead, decided.case.kind) == ("ZJJ", Kind.COMPONENT)
    assert decided.waited_s == timedelta(hours=2).total_seconds()


def test_without_a_designated_lead_the_category_names_it() -> None:
    decided = classify(REPORTED)
    assert decided.case.lead == "CGJ"
    assert isinstance(decided.events[0], CaseClassified)
    assert not decided.events[0].designated


def test_a_classification_names_what_is_known() -> None:
    with pytest.raises(UnknownCategory):
        classify(REPORTED, category=None)
    with pytest.raises(UnknownDepartment):
        classify(REPORTED, unknown=("XXX",), lead="XXX")


@pytest.mark.parametrize("co_handlers", [("CGJ",), ("ZJJ", "ZJJ")])
def test_the_lead_is_no_co_handler_and_nobody_is_named_twice(co_handlers: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        classify(REPORTED, co_handlers=co_handlers)


def test_a_case_is_classified_once() -> None:
    with pytest.raises(IllegalTransition):
        classify(reported().case)


def test_only_the_dispatcher_classifies() -> None:
    for by in (RESIDENT, WORKER, CLERK, OFFICER):
        with pytest.raises(Forbidden):
            classify(REPORTED, by)
