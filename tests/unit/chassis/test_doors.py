"""Of those who ask a silent service one tries, and the others are told at once."""

from chassis.bus.doors import QUIET_S, Doors, Visit


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_silent_one() -> Doors:
    doors = Doors()
    doors.leave("intake", entered(doors), answered=False)
    return doors


def entered(doors: Doors, service: str = "intake") -> Visit:
    visit = doors.enter(service)
    assert visit is not None
    return visit


def test_many_may_ask_a_service_that_answers() -> None:
    doors = Doors()
    assert not any(entered(doors).is_trial for _ in range(3))


def test_one_at_a_time_tries_a_silent_service() -> None:
    doors = a_silent_one()
    trial = entered(doors)
    assert trial.is_trial
    assert doors.enter("intake") is None
    doors.leave("intake", trial, answered=False)
    assert entered(doors).is_trial


def test_another_service_is_asked_as_before() -> None:
    assert not entered(a_silent_one(), "dispatch").is_trial


def test_a_trial_that_is_answered_opens_the_door() -> None:
    doors = a_silent_one()
    doors.leave("intake", entered(doors), answered=True)
    assert not any(entered(doors).is_trial for _ in range(3))


def test_an_answer_that_came_too_late_opens_every_door() -> None:
    doors = a_silent_one()
    doors.heard()
    assert not entered(doors).is_trial


def test_one_slow_call_among_others_that_are_answered_closes_no_door() -> None:
    doors = Doors()
    slow, quick = entered(doors), entered(doors)
    doors.leave("intake", quick, answered=True)
    doors.leave("intake", slow, answered=False)
    assert not entered(doors).is_trial


def test_an_answer_long_before_a_call_was_given_up_opens_no_door() -> None:
    """Calls that were under way when a service fell silent: the last answers came after they had begun."""
    clock = Clock()
    doors = Doors(clock)
    last, vain = entered(doors), entered(doors)
    doors.leave("intake", last, answered=True)
    clock.now += QUIET_S + 0.1
    doors.leave("intake", vain, answered=False)
    assert entered(doors).is_trial
