"""The faults of a run are drawn by a seed, and none of the matrix is left out."""

from itertools import pairwise
from random import Random

import pytest

from fault.faults import LEAST, plan
from fault.faults.fault import Fault
from fault.faults.links import LinkBroken
from ops.cell import OBSERVED

COMPONENTS = {"gateway", "service", "relay", "broker", "link", "postgres", "message", "department"}
SEEDS = range(5)
LONGEST_S = 560.0


def kinds(faults: list[Fault]) -> set[tuple[str, str]]:
    """Return what is told apart: of links the way and the server, whichever process is drawn."""
    return {
        (fault.way.name, fault.server) if isinstance(fault, LinkBroken) else (fault.component, fault.name)
        for fault in faults
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_has_every_kind_of_fault_whatever_the_seed(seed: int) -> None:
    faults = plan(Random(seed), short=False)
    assert len(faults) >= LEAST
    assert kinds(faults) == kinds(plan(Random(99), short=False))
    linked = {fault.process for fault in faults if isinstance(fault, LinkBroken)}
    assert linked == set(OBSERVED)
    assert {fault.component for fault in faults} == COMPONENTS
    assert sum(fault.stands_s >= 60 for fault in faults) == 1
    assert sum(fault.stands_s for fault in faults) < LONGEST_S


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_run_strikes_each_component_once(seed: int) -> None:
    faults = plan(Random(seed), short=True)
    assert sorted(fault.component for fault in faults) == sorted(COMPONENTS)
    assert max(fault.stands_s for fault in faults) <= 20


def test_the_same_seed_draws_the_same_faults_and_another_one_others() -> None:
    def names(seed: int) -> list[str]:
        return [fault.name for fault in plan(Random(seed), short=False)]

    assert names(1) == names(1)
    assert names(1) != names(2)


def test_the_components_are_struck_in_no_order() -> None:
    struck = [fault.component for fault in plan(Random(4), short=False)]
    changes = sum(one != other for one, other in pairwise(struck))
    assert changes > len(COMPONENTS) * 3


def test_no_fault_is_planned_twice_as_the_same_object() -> None:
    faults = plan(Random(3), short=False)
    assert len({id(fault) for fault in faults}) == len(faults)
