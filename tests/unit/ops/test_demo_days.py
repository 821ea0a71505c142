from datetime import date, time

from chassis.working_calendar import Calendar
from ops.demo.days import BEGIN, END, Slots
from services.registry.calendar.published import known_years

CALENDAR = Calendar.of(known_years())
SLOTS = Slots.of(CALENDAR)


def on(day: date) -> list[time]:
    return [slot.at.time() for slot in SLOTS if slot.day == day]


def test_every_day_of_the_half_year_has_its_slots_in_order() -> None:
    assert [slot.number for slot in SLOTS] == list(range(309))
    assert [slot.at for slot in SLOTS] == sorted(slot.at for slot in SLOTS)
    assert len({slot.day for slot in SLOTS}) == (END - BEGIN).days == 183
    assert len({slot.day for slot in SLOTS if slot.works}) == 126


def test_a_saturday_that_is_worked_instead_is_a_working_day_and_a_holiday_is_none() -> None:
    assert on(date(2012, 9, 29)) == [time(8, 40), time(14, 30)]  # instead of a day of the national holiday
    assert on(date(2012, 10, 3)) == [time(10, 0)]
    assert on(date(2012, 6, 22)) == [time(10, 0)]  # 端午


def test_offices_are_found_behind_the_weekend() -> None:
    friday = SLOTS.within(date(2012, 6, 15), date(2012, 6, 16))
    monday = SLOTS.within(date(2012, 6, 18), date(2012, 6, 19))
    assert SLOTS.office_after(friday[1]) == monday[0]
    assert SLOTS.office_after(friday[1] + 1) == monday[0]
    assert SLOTS.office_after(friday[0], 2) == monday[0]
    assert SLOTS.after(friday[1]) == friday[1] + 1


def test_behind_the_last_slot_there_is_none() -> None:
    last = len(SLOTS) - 1
    assert SLOTS.after(last) == SLOTS.office_after(last) == len(SLOTS)
    assert SLOTS.office_after(len(SLOTS), 3) == len(SLOTS)
    assert not SLOTS.within(date(2012, 12, 1), date(2012, 12, 2))


def test_a_moment_is_followed_by_the_slot_at_it_or_after_it() -> None:
    at = SLOTS[100].at
    assert SLOTS.first_from(at) == 100
    assert SLOTS.first_from(at.replace(minute=at.minute + 1)) == 101


def test_one_day_has_a_slot_every_ten_minutes() -> None:
    slots = Slots.of_day(CALENDAR, date(2012, 6, 18))
    assert (slots[0].at.time(), slots[-1].at.time(), len(slots)) == (time(8, 30), time(17, 50), 57)
