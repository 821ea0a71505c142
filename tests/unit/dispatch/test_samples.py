"""How much is kept of messages that nobody can use."""

from services.dispatch.work_order.keeping import LONGEST_BYTES, MOST, WITHIN_S, Samples


def test_a_flood_leaves_a_hundred_an_hour_and_each_sender_has_its_own() -> None:
    samples = Samples()
    assert [samples.take("GAF", 100, now=float(n)) for n in range(MOST + 5)] == [True] * MOST + [False] * 5
    assert samples.take("CGJ", 100, now=1.0)
    assert [samples.take("GAF", 100, now=WITHIN_S + n) for n in range(2)] == [True, True]
    assert not samples.take("GAF", 100, now=WITHIN_S + 1.5)


def test_what_is_too_long_is_not_kept_and_counts_for_nothing() -> None:
    samples = Samples()
    for _ in range(MOST + 1):
        assert not samples.take("GAF", LONGEST_BYTES + 1, now=0.0)
    assert samples.take("GAF", LONGEST_BYTES, now=0.0)
