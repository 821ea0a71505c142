"""Which departments a cell has, whatever was done to them."""

from pathlib import Path

import pytest

from ops.cell import Cell
from ops.definitions import department_codes
from ops.errors import Unready
from ops.roster import Roster


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster(Cell(tmp_path / "cell"))


def test_a_fresh_cell_has_the_departments_of_the_repository(roster: Roster) -> None:
    assert roster.codes() == department_codes()


def test_what_was_added_and_removed_is_remembered(roster: Roster, tmp_path: Path) -> None:
    roster.admit("LYJ", zh="林业局", en="Forestry")
    roster.dismiss("TYJ")
    again = Roster(Cell(tmp_path / "cell"))
    assert set(again.codes()) == {*department_codes(), "LYJ"} - {"TYJ"}
    assert [each.name_zh for each in again.amendments().added] == ["林业局"]


def test_a_removed_department_comes_back_under_its_names(roster: Roster) -> None:
    roster.admit("LYJ", zh="林业局", en="Forestry")
    for code in ("LYJ", "CGJ"):
        roster.dismiss(code)
        roster.dismiss(code)
        assert code not in roster.codes()
        roster.admit(code)
        assert code in roster.codes()
    (added,) = roster.amendments().added
    assert (added.name_zh, added.name_en) == ("林业局", "Forestry")


def test_a_department_can_be_named_anew(roster: Roster) -> None:
    roster.admit("LYJ", zh="林业局", en="Forestry")
    roster.admit("LYJ", zh="林业和草原局")
    (added,) = roster.amendments().added
    assert (added.name_zh, added.name_en) == ("林业和草原局", "Forestry")


@pytest.mark.parametrize(
    ("code", "zh", "en", "said"),
    [
        ("lyj", "林业局", "Forestry", "three to eight"),
        ("LYJ", "林业局", None, "needs its names"),
        ("LYJ", None, "Forestry", "needs its names"),
        ("LYJ", "", "Forestry", "printable"),
        ("CGJ", "城管", "City", "district's own"),
    ],
)
def test_what_makes_no_sense_leaves_the_list_as_it_was(
    roster: Roster, code: str, zh: str | None, en: str | None, said: str
) -> None:
    with pytest.raises(Unready, match=said):
        roster.admit(code, zh=zh, en=en)
    assert roster.codes() == department_codes()


def test_nobody_is_removed_who_was_never_there(roster: Roster) -> None:
    with pytest.raises(Unready, match="There is no department"):
        roster.dismiss("LYJ")
