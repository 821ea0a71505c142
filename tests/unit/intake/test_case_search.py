import re
import unicodedata
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chassis.refusal import Invalid
from services.intake.case import search
from services.intake.case.case import Case
from services.intake.case.lifecycle import State
from services.intake.case.tags import stretches, tags_of_time
from tests.unit.intake.builders import NOW, NUMBER, RESIDENT, a_case

TEXTS = st.text(
    st.one_of(
        st.sampled_from("路灯坏了桥头街 8号楼3单元ＡＢab,，。12０３\n\t-_𠮷ﷺİß"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


def a_case_of(text: str, address: str = "") -> Case:
    return a_case(text=text, address=address)


def findable(case: Case) -> search.Findable:
    return search.findable(search.told_of(case))


def alike(one: Case, other: Case) -> bool:
    return search.found_alike(search.told_of(one), search.told_of(other))


def leads_to(case: Case, typed: str) -> bool:
    """What the index does for somebody who may not know the place."""
    return set(search.sought(typed).keys) <= set(findable(case).keys)


@given(text=TEXTS)
@example(text="路灯坏了")
@example(text="编号１４０３０３")
@example(text="İİ")
def test_every_two_characters_that_stand_side_by_side_in_a_text_find_it(text: str) -> None:
    case = a_case_of(text)
    plain = search.plain(text)
    for start in range(len(plain) - 1):
        pair = plain[start : start + 2]
        if " " not in pair:
            assert search.sought(pair).words == (pair,)
            assert leads_to(case, pair)


@given(text=TEXTS, data=st.data())
def test_whatever_is_cut_out_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    plain = search.plain(text)
    assume(len(plain) >= 2)
    start = data.draw(st.integers(0, len(plain) - 2))
    typed = plain[start : data.draw(st.integers(start + 2, start + 40))]
    assume(any(len(word) >= 2 for word in typed.split()))
    assert leads_to(a_case_of(text), typed)
    assert all(word in plain for word in search.sought(typed).words)


@given(text=TEXTS, pair=st.text(st.sampled_from("路灯坏了桥头街号楼ab"), min_size=2, max_size=2))
def test_two_characters_that_stand_nowhere_side_by_side_do_not(text: str, pair: str) -> None:
    assert leads_to(a_case_of(text), pair) == (pair in search.plain(text))


@given(text=TEXTS)
def test_a_plain_text_is_plain_already_and_has_no_upper_case_no_marks_no_blanks_in_a_row(text: str) -> None:
    plain = search.plain(text)
    assert search.plain(plain) == plain
    assert plain == plain.lower() == unicodedata.normalize("NFKC", plain)
    assert re.fullmatch(r"(\w+( \w+)*)?", plain)
    assert "_" not in plain


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("路灯", ("路灯",)),
        ("  路灯\n坏了　三天 ", ("路灯", "坏了", "三天")),
        ("路灯，坏了！", ("路灯", "坏了")),
        ("ＬＥＤ路灯", ("led路灯",)),
        ("140303-20260302-000001", ("140303", "20260302", "000001")),
        ("路灯 路灯", ("路灯",)),
        ("3 号楼", ("3", "号楼")),
    ],
)
def test_several_words_are_all_looked_for_and_punctuation_is_a_blank(
    typed: str, words: tuple[str, ...]
) -> None:
    assert search.sought(typed).words == words


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "no_word"),
        ("，。！ __ 🙂", "no_word"),
        ("灯", "too_short"),
        (" 灯, ", "too_short"),
        ("灯 坏", "too_short"),
        ("灯" * 41, "too_long"),
        ("路灯 " * 14, "too_long"),
        ("ﷺ" * 3, "too_long"),
        ("路" * 100_000, "too_long"),
    ],
)
def test_what_is_no_search_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        search.sought(typed)
    assert refused.value.fields == {"field": "q", "reason": reason}


def test_forty_characters_are_a_search() -> None:
    assert search.sought("路灯" * 20 + "。").words == ("路灯" * 20,)


def test_a_number_is_found_by_three_of_its_digits_in_a_row_and_not_by_two() -> None:
    case = a_case(number=NUMBER, text="街口的路灯不亮了，晚上很黑。")
    for typed in (NUMBER, "000001", "001", "20260302", "0303"):
        assert leads_to(case, typed)
        assert all(map(search.in_numbers, search.sought(typed).words))
    assert not leads_to(case, "00")
    assert not search.in_numbers("00")
    assert not search.in_numbers("12号")


def test_digits_in_a_text_are_found_by_any_two_of_them() -> None:
    case = a_case_of("12345号楼的路灯不亮了，晚上很黑。")
    for typed in ("12", "45", "123", "2345", "5号", "12345号楼", "345号"):
        assert leads_to(case, typed), typed
    assert not leads_to(case, "13")


def test_an_address_is_under_keys_of_its_own() -> None:
    case = a_case_of("街口的路灯不亮了，晚上很黑。", address="桥头街 8 号路灯下")
    keys = set(findable(case).keys)
    assert not leads_to(case, "桥头")
    assert {search.place_key("桥头"), search.place_key("头街")} <= keys
    assert search.place_key("路灯") not in keys


def test_a_case_is_tagged_with_all_that_lists_are_filtered_by_and_no_text_makes_a_tag() -> None:
    case = a_case_of("community:c02 的路灯不亮了，晚上很黑。")
    tags = {key for key in findable(case).keys if ":" in key}
    assert tags == {
        f"month:{2026 * 12 + 2}",
        "year:2026",
        "community:c01",
        "grid:c01-g01",
        "category:0202",
        "lead:CGJ",
        f"reporter_id:{RESIDENT.subject}",
    }
    anonymous = a_case(reporter_id=None, category=None, lead=None)
    bare = {key.partition(":")[0] for key in findable(anonymous).keys if ":" in key}
    assert bare == {"month", "year", "community", "grid"}


@pytest.mark.parametrize("state", list(State))
def test_the_state_is_a_tag_of_what_was_set_aside_alone(state: State) -> None:
    tagged = f"state:{state}" in findable(a_case(state=state)).keys
    assert tagged == (state in (State.MERGED, State.REFUSED, State.CANCELLED))


def test_a_step_that_changes_nothing_decisive_leaves_the_words_alone() -> None:
    case = a_case(state=State.ANSWERED)
    for changed in (
        {"state": State.CHECKED},
        {"version": 9},
        {"due_at": NOW},
        {"score": 5, "closed_at": NOW},
    ):
        assert alike(msgspec.structs.replace(case, **changed), case)
    for changed in (
        {"lead": "ZJJ"},
        {"category": "0301"},
        {"text": "另一处的路灯不亮了。"},
        {"grid": "c01-g02"},
    ):
        assert not alike(msgspec.structs.replace(case, **changed), case)


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("路灯", ("路灯",)),
        ("路灯坏了", ("路灯", "坏了")),
        ("路灯坏", ("路灯", "灯坏")),
        ("20260302", ("202", "603", "302")),
        ("5号楼", ("5号", "号楼")),
        ("a1234b", ("a1", "123", "234", "4b")),
        ("12", ("12",)),
    ],
)
def test_a_word_is_covered_by_few_keys(word: str, keys: tuple[str, ...]) -> None:
    assert search.sought(word).keys == keys


# The parts of a list.

INSTANTS = st.integers(0, 28 * 365 * 24).map(lambda hours: NOW.replace(year=2012) + timedelta(hours=hours))


@given(here=INSTANTS, end=INSTANTS, at=INSTANTS, forth=st.booleans())
@example(
    here=datetime(2026, 1, 15, tzinfo=UTC),
    end=datetime(2021, 3, 1, tzinfo=UTC),
    at=datetime(2025, 12, 31, tzinfo=UTC),
    forth=False,
)
def test_every_case_between_two_places_of_a_list_is_in_exactly_one_part_of_it(
    here: datetime, end: datetime, at: datetime, *, forth: bool
) -> None:
    parts = stretches(here, end, forth=forth)
    holding = [part for part in parts if set(part.tags) & set(tags_of_time(at))]
    assert len(holding) <= 1
    if (here <= at <= end) if forth else (end <= at <= here):
        assert len(holding) == 1


@given(moments=st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted), forth=st.booleans())
def test_what_lies_before_the_end_of_a_part_is_in_it_or_in_one_before(
    moments: list[datetime], *, forth: bool
) -> None:
    first, at, last = moments
    here, end = (first, last) if forth else (last, first)
    parts = stretches(here, end, forth=forth)
    for number, part in enumerate(parts, 1):
        before = at < part.ends if forth else at >= part.ends
        tags = {tag for each in parts[:number] for tag in each.tags}
        assert before == bool(tags & set(tags_of_time(at)))


def test_a_list_has_three_parts_at_most_however_long_it_is() -> None:
    parts = stretches(datetime(2026, 11, 15, tzinfo=UTC), datetime(2012, 6, 1, tzinfo=UTC), forth=False)
    assert [len(part.tags) for part in parts] == [2, 10, 13]
    assert stretches(NOW, NOW, forth=True)[0].tags == ["month:24314", "month:24315"]
