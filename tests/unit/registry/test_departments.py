import pytest

from services.registry.organisation.department import Department, check_departments
from services.registry.organisation.errors import UnfitDepartmentError


def a_department(**changes: str) -> Department:
    return Department(**{"code": "LYJ", "name_zh": "林业局", "name_en": "Forestry", **changes})


@pytest.mark.parametrize("code", ["LYJ", "ABCDEFGH"])
def test_a_code_is_three_to_eight_capital_letters(code: str) -> None:
    check_departments([a_department(code=code)])


@pytest.mark.parametrize(
    "code", ["", "LY", "ABCDEFGHI", "lyj", "LYJ2", "L.J", "LYJ\n", "林业局", "ＬＹＪ", "*#."]
)
def test_nothing_else_is_a_code(code: str) -> None:
    """It becomes a queue, a broker user, a routing key and part of regular expressions."""
    with pytest.raises(UnfitDepartmentError, match="no code"):
        check_departments([a_department(code=code)])


@pytest.mark.parametrize("name", ["", " ", "a\nb", " 林业局", "林" * 61])
@pytest.mark.parametrize("language", ["name_zh", "name_en"])
def test_a_name_is_one_line_that_can_be_shown(language: str, name: str) -> None:
    with pytest.raises(UnfitDepartmentError, match="names"):
        check_departments([a_department(**{language: name})])


def test_a_code_is_taken_once() -> None:
    with pytest.raises(UnfitDepartmentError, match="already"):
        check_departments([a_department(), a_department(name_en="Forests")])
    with pytest.raises(UnfitDepartmentError, match="already"):
        check_departments([a_department()], known={"LYJ"})
