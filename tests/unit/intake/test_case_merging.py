from datetime import timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.refusal import Forbidden, StaleVersion
from contracts.events.intake import CaseMerged
from services.intake.case import merging
from services.intake.case.case import Case
from services.intake.case.errors import IllegalTransition, MasterNotOpen, SameCase
from services.intake.case.lifecycle import SIX_STEPS, STILL_OPEN, State
from services.intake.case.merging import Merging, Side, Supporter, Supporters
from tests.unit.intake.asked import a_merging
from tests.unit.intake.builders import (
    CLERK,
    DISPATCHER,
    NOW,
    RESIDENT,
    WORKER,
    a_case,
    an_id,
    reported,
)

LATER = NOW + timedelta(hours=2)
MASTER = a_case(case_id=an_id("master"), number="140303-20260301-000007", reporter_id=an_id("neighbour"))


def merge(
    case: Case,
    master: Case | None = MASTER,
    by: Principal = DISPATCHER,
    *,
    along: Supporters = (),
    there: Supporters = (),
    **fields: Any,
) -> Merging:
    side = None if master is None else Side(master, there)
    return merging.merge(Side(case, along), side, a_merging(**fields), by, now=LATER)


def a_supporter(name: str, case: str = "an older case") -> Supporter:
    return Supporter(account_id=an_id(name), since=NOW, from_case=an_id(case))


@pytest.mark.parametrize("case", [reported(category=None).case, a_case()])
def test_a_case_goes_on_as_its_master(case: Case) -> None:
    decided, _ = merge(case)
    after = decided.case
    assert (after.state, after.master_id, after.aside_at) == (State.MERGED, an_id("master"), LATER)
    (event,) = decided.events
    assert isinstance(event, CaseMerged)
    assert event.master_id == an_id("master")
    assert decided.entries[0].detail == {"master_id": str(an_id("master")), "master": MASTER.number}


def test_the_reporter_becomes_a_supporter_and_supporters_come_along() -> None:
    decided, supporters = merge(a_case(), along=(a_supporter("third"),), there=(a_supporter("second"),))
    assert [(each.account_id, each.from_case) for each in supporters] == [
        (an_id("second"), an_id("an older case")),
        (an_id("resident"), decided.case.case_id),
        (an_id("third"), an_id("an older case")),
    ]
    assert [each.since for each in supporters] == [NOW, LATER, LATER]


def test_an_anonymous_case_brings_nobody() -> None:
    assert merge(a_case(reporter_id=None)).supporters == ()


def test_whoever_supports_the_master_or_reported_it_does_not_become_its_supporter_again() -> None:
    there = (a_supporter("resident"),)
    assert merge(a_case(), there=there).supporters == there
    assert merge(a_case(reporter_id=MASTER.reporter_id)).supporters == ()
    assert merge(a_case(reporter_id=None), along=(a_supporter("neighbour"),)).supporters == ()


def test_a_case_cannot_be_merged_into_itself() -> None:
    with pytest.raises(SameCase):
        merge(a_case(), a_case(), master_id=an_id("case"))


@pytest.mark.parametrize("state", [*State, None])
def test_the_master_is_open(state: State | None) -> None:
    master = None if state is None else a_case(case_id=an_id("master"), state=state)
    if state in STILL_OPEN:
        assert merge(a_case(), master).decided.case.state is State.MERGED
    else:
        with pytest.raises(MasterNotOpen):
            merge(a_case(), master)


def test_open_is_what_is_neither_closed_nor_set_aside() -> None:
    assert {state for state, step in SIX_STEPS.items() if step in {1, 2, 3, 4}} == STILL_OPEN


def test_what_a_department_has_signed_is_not_merged() -> None:
    with pytest.raises(IllegalTransition):
        merge(a_case(state=State.IN_PROGRESS))


def test_only_the_dispatcher_merges_and_only_what_has_been_seen() -> None:
    for by in (RESIDENT, WORKER, CLERK):
        with pytest.raises(Forbidden):
            merge(a_case(), by=by)
    with pytest.raises(StaleVersion):
        merge(a_case(), expected_version=1)
