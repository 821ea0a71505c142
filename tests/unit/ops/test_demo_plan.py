"""The plan of the half-year: exact totals, the article's ranks, and nothing that the tables do not allow."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

import pytest

from ops.demo.acts import Act, Deed, PlannedCase
from ops.demo.days import BEGIN, END
from ops.demo.plan import Plan, half_year
from ops.demo.volumes import REFORMED, scaled, shares
from tests.unit.ops.plans import DATA, SCALES, SEEDS, planned

pytestmark = pytest.mark.whole
# Their reasons are values of closed lists.
BY_A_CODE = {Deed.REFUSE, Deed.ASK_SUSPENSION}


@pytest.fixture(params=SEEDS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return planned(request.param)


def test_the_five_communities_come_to_the_figures_of_the_article(plan: Plan) -> None:
    totals = plan.totals(REFORMED)
    assert (totals.reported, totals.closed, totals.open) == (1151, 1116, 35)
    assert (totals.disputes, totals.disputes_closed) == (205, 203)
    assert (totals.petitions, totals.petitions_closed) == (9, 8)
    assert round(100 * totals.closed / totals.reported) == 97


def test_there_are_five_reformed_communities_with_fifty_grids_among_38(plan: Plan) -> None:
    assert len({case.community for case in plan.cases}) == 38
    grids = {case.grid for case in plan.cases if case.community in REFORMED}
    assert len(grids) == 50


@pytest.mark.parametrize("rate", ["completion", "reporting"])
def test_all_five_are_among_the_first_ten_of_38_but_not_the_first_five(plan: Plan, rate: str) -> None:
    rates = {
        community: _rates(plan, community)[rate] for community in {case.community for case in plan.cases}
    }
    ranks = {community: 1 + sum(other > own for other in rates.values()) for community, own in rates.items()}
    assert max(ranks[each] for each in REFORMED) <= 10
    assert max(ranks[each] for each in REFORMED) > 5


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    again = half_year(7, 0.05, DATA)
    assert again.cases == planned(7, 0.05).cases
    assert again.cases != planned(8, 0.05).cases


@pytest.mark.parametrize("scale", SCALES)
def test_another_scale_has_other_volumes_in_the_same_measure(scale: float) -> None:
    totals = planned(7, scale).totals(REFORMED)
    assert totals.reported == scaled(1151, scale)
    assert totals.open == scaled(35, scale)
    assert totals.disputes == scaled(205, scale)
    assert totals.petitions == scaled(9, scale)


def test_every_course_is_lived_and_every_deed_is_done(plan: Plan) -> None:
    courses = Counter(case.course for case in plan.cases)
    assert {"adopted", "declined", "unreachable", "merged", "refused", "given up"} <= courses.keys()
    assert {act.deed for case in plan.cases for act in case.acts} == set(Deed)


def test_keys_are_unique_and_everything_happens_within_the_half_year(plan: Plan) -> None:
    assert len({case.key for case in plan.cases}) == len(plan.cases)
    days = {plan.slots[act.slot].day for case in plan.cases for act in case.acts}
    assert (min(days), max(days) + timedelta(days=1)) == (BEGIN, END)


def test_departments_work_on_working_days_but_for_what_is_urgent(plan: Plan) -> None:
    urgent = {each.code for each in DATA.categories if each.urgency == "U"}
    for case, act in _acts(plan.cases):
        if act.deed in {Deed.SIGN, Deed.COMPLETE} and case.category not in urgent:
            assert plan.slots[act.slot].works, (case.key, act.deed)


def test_texts_are_long_enough_and_name_nobody(plan: Plan) -> None:
    for case, act in _acts(plan.cases):
        for field in ("text", "reason", "question"):
            if field in act.said and act.deed not in BY_A_CODE:
                assert len(act.said[field]) >= 10, (case.key, act.deed, act.said[field])


def test_a_duplicate_is_merged_while_its_master_is_open(plan: Plan) -> None:
    by_key = {case.key: case for case in plan.cases}
    merged = [(case, act) for case, act in _acts(plan.cases) if act.deed is Deed.MERGE]
    assert merged
    for case, act in merged:
        master = by_key[str(act.case)]
        done = next(each.slot for each in master.acts if each.deed is Deed.COMPLETE)
        assert master.reported_in < case.reported_in < act.slot < done
        assert (master.grid, master.category) == (case.grid, case.category)


def test_shares_add_up_and_follow_the_weights() -> None:
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(7, [5, 2]) == [5, 2]
    assert sum(shares(1151, [0.93, 1.07, 1.0, 0.99, 1.01])) == 1151


def _acts(cases: Iterable[PlannedCase]) -> Iterable[tuple[PlannedCase, Act]]:
    return ((case, act) for case in cases for act in case.acts)


def _rates(plan: Plan, community: str) -> dict[str, Fraction]:
    totals = plan.totals({community})
    return {
        "completion": Fraction(totals.closed, totals.reported),
        "reporting": Fraction(totals.reported, totals.reported + totals.others),
    }
