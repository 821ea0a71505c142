from datetime import date

from contracts.events.registry import CategoryDefined
from contracts.vocabulary import Kind, Urgency
from services.dispatch.responsibility.matrix import Matrix, assign, assigned_on, assignment, responsible_on


def defined(department: str, valid_from: date) -> CategoryDefined:
    return CategoryDefined(
        code="0202",
        parent="02",
        name_zh="路灯故障",
        name_en="street lamp",
        kind=Kind.COMPONENT,
        department=department,
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=valid_from,
    )


def a_matrix(*events: CategoryDefined) -> Matrix:
    matrix = Matrix()
    for event in events:
        matrix = assign(matrix, assignment(event))
    return matrix


OLD, NEW = defined("ZJJ", date(2012, 1, 1)), defined("CGJ", date(2019, 3, 1))


def test_who_was_responsible_on_a_day_is_still_known_after_the_task_has_moved() -> None:
    matrix = a_matrix(OLD, NEW)
    assert responsible_on(matrix, date(2019, 2, 28)) == "ZJJ"
    assert responsible_on(matrix, date(2019, 3, 1)) == "CGJ"


def test_the_order_in_which_assignments_are_heard_of_does_not_matter() -> None:
    assert a_matrix(NEW, OLD) == a_matrix(OLD, NEW)


def test_an_assignment_of_the_same_day_replaces_that_one_alone() -> None:
    matrix = a_matrix(OLD, NEW, defined("GDS", date(2019, 3, 1)))
    assert [each.department for each in matrix.assignments] == ["ZJJ", "GDS"]


def test_before_the_first_assignment_nobody_held_it_and_the_guidance_centre_takes_it() -> None:
    assert assigned_on(a_matrix(OLD), date(2011, 12, 31)) is None
    assert responsible_on(a_matrix(OLD), date(2011, 12, 31)) == "DDC"
    assert responsible_on(None, date(2026, 1, 1)) == "DDC"
