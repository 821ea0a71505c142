"""A department floods, knocks, sends what is huge, never acknowledges: what the others feel of it.

Seen failing: with one reply queue for all (`topology.bindings`: every reply to one queue), where nobody was
answered within two minutes of a flood; each attack's own protection stands with it below.
"""

import time
from collections.abc import Iterator

import pytest

from contracts import naming, topology
from services.dispatch.work_order.keeping import MOST
from tests.support.departments import WILD, Desk
from tests.support.messages import rows
from tests.support.toy.process import eventually

OWN, SAID = naming.department_queue(WILD), naming.reply_queue(WILD)
# Measured on two cores: at most 0.6 s and 0.1 s. Whoever stood behind the flood would wait for minutes.
SIGNED_WITHIN_S, ASKED_WITHIN_S = 6.0, 3.0
# 4.5 s: dispatch reads 16 messages of 8 MiB before it comes to another department's.
BEHIND_HUGE_ONES_S = 45.0
ATTACKS = (
    "flood",
    "flood_without_a_name",
    "flood_of_garbage",
    "huge_messages",
    "connections",
    "channels",
    "never_acks",
)


@pytest.fixture(autouse=True)
def _quiet(desk: Desk) -> Iterator[None]:
    yield
    desk.empty(OWN, SAID)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_others_are_served_while_a_department_runs_wild(
    desk: Desk, attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other attacks need no protection but the limits.

    Seen failing: with one reply queue for all departments, where nobody was answered within two minutes.
    """
    for _ in range(20):
        desk.offer(WILD)
    calm = desk.pace()
    with desk.beside(attack):
        wild = desk.pace(rounds=8)
    ratio = wild.signed / calm.signed
    with capsys.disabled():
        print(f"\n{attack}: {wild}; in calm {calm}; {ratio:.1f} times as long")
    assert wild.slowest < (BEHIND_HUGE_ONES_S if attack == "huge_messages" else SIGNED_WITHIN_S)
    assert wild.asked < ASKED_WITHIN_S


def test_a_flood_is_refused_by_the_broker_once_enough_of_it_waits(desk: Desk) -> None:
    """Seen failing without `x-max-length` on the reply queue, which held 1.7 million in eight minutes."""
    with desk.beside("flood", head_start_s=12.0):
        assert desk.depth(SAID) <= 1.5 * topology.REPLIES_HELD


def test_what_nobody_can_use_is_kept_as_a_sample(desk: Desk) -> None:
    """Seen failing without `Samples` in the processor of replies: each of thousands was parked."""
    with desk.beside("flood_of_garbage"):
        time.sleep(2)
    lying = desk.depth(SAID)
    eventually(lambda: desk.depth(SAID) <= max(0, lying - 4 * MOST), within_s=120)
    ((kept,),) = rows(desk.database, "SELECT count(*) FROM inbox_parked WHERE routing_key = :code", code=WILD)
    assert 0 < kept <= 2 * MOST


def test_a_department_that_comes_back_from_a_flood_is_served_again(desk: Desk) -> None:
    with desk.beside("flood", head_start_s=1.0):
        pass
    eventually(lambda: desk.depth(SAID) == 0, within_s=120)
    assert desk.pace(rounds=3).slowest < SIGNED_WITHIN_S
