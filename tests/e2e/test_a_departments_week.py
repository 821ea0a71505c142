"""A week of Urban management 城管局 in September 2012, and what the National Day holiday did to it.

Monday is the 24th. Saturday the 29th is worked to make up for the holiday; from the 30th to the
7th of October nobody works. The cell's clock goes through all of it; nobody backdates anything.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from qiaotou_department import Offer

from ops import cell_clock
from tests.e2e.bureau import Bureau
from tests.e2e.district import CLERK, WORKER, Person, a_report, eventually
from tests.support import clock

BEIJING = timezone(timedelta(hours=8))
LAMP, BENCHES, LAWN = "0202", "0206", "0106"  # three, five and three working days
ON_MONDAY_MORNING = "09-24 09:00"
CARDS = ("order.due_soon", "order.overdue")  # yellow, red
HOLIDAY_IS_OVER = date(2012, 10, 8)


def beijing(text: str) -> datetime:
    return datetime.strptime(f"2012-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


class Week:
    """The cell's clock, two departments, and everybody else who has to do with them."""

    def __init__(self, district: Any, *, urban: Bureau, power: Bureau) -> None:
        self._district = district
        self.urban, self.power = urban, power
        self.worker, self.clerk = district.person(WORKER), district.person(CLERK)
        self.dispatcher, self.archivist = district.person("dispatcher"), district.person("archivist")
        self.officer = district.person("officer-cgj")
        self.benches: Offer
        self.lawn: Offer

    def it_is(self, when: str, *, backwards: bool = False) -> None:
        """Let the cell's clock show a time of 2012, in Beijing."""
        cell_clock.of(self._district.cell).set(beijing(when), backwards=backwards)

    # The grid worker, the clerk and the dispatcher do their part.

    def reports(self, category: str, text: str) -> str:
        now = clock.now(self._district).isoformat()
        report = a_report(category=category, text=text, occurred_at=now, evidence=[self.worker.photo()])
        return str(_taken(self.worker.post("/cases", report))["case_id"])

    def check_passes(self, case_id: object) -> None:
        self.worker.case_when(str(case_id), "answered")
        _taken(self.worker.post(f"/cases/{case_id}/checks", {"evidence": [self.worker.photo()]}))

    def check_fails(self, case_id: object, reason: str) -> None:
        self.worker.case_when(str(case_id), "answered")
        seen = {"reason": reason, "evidence": [self.worker.photo()]}
        _taken(self.worker.post(f"/cases/{case_id}/checks/failed", seen))

    def reporter_is_satisfied(self, case_id: object) -> None:
        said = {"resolved": True, "score": 5, "channel": "phone"}
        _taken(self.clerk.post(f"/cases/{case_id}/visits/satisfied", said))

    def reporter_is_dissatisfied(self, case_id: object, reason: str) -> str:
        said = {"reason": reason, "channel": "phone"}
        return str(_taken(self.clerk.post(f"/cases/{case_id}/visits/dissatisfied", said))["state"])

    def officer_was_told(self, order: Offer) -> list[tuple[str, datetime]]:
        """Return the cards of an order that its officer was told of, with the cell's time."""
        cards = [
            (each["template"], datetime.fromisoformat(each["at"]))
            for each in _messages_of(self.officer)
            if each["case_id"] == str(order.case_id) and each["template"] in CARDS
        ]
        return sorted(cards, key=lambda card: card[1])

    def dispatcher_decides(self, order: Offer, decision: str, body: dict[str, Any] | None = None) -> None:
        _taken(self.dispatcher.post(f"/orders/{order.order_id}/{decision}", body or {}))

    def conference_names(self, lead: str, case_id: object, *, held_on: str, due_on: str) -> None:
        """The joint conference is convened, hears the case and adopts a resolution."""
        agenda = eventually(
            lambda: self.dispatcher.get("/conference/agenda").json()["waiting"],
            lambda waiting: any(item["case_id"] == str(case_id) for item in waiting),
        )
        (item,) = [each["item_id"] for each in agenda if each["case_id"] == str(case_id)]
        meeting = {"held_on": held_on, "title": "社区工作联席会议"}
        meeting_id = _taken(self.dispatcher.post("/conference/meetings", meeting))["meeting_id"]
        resolution = {"lead": lead, "due_on": due_on, "text": "由城管局牵头, 连同物业重新整治绿地。"}
        path = f"/conference/meetings/{meeting_id}/items/{item}/adopt"
        _taken(self.dispatcher.post(path, resolution))


def _taken(answer: Any) -> dict[str, Any]:
    assert answer.ok, answer.text
    return dict(answer.json())


def _messages_of(person: Person) -> Iterator[dict[str, Any]]:
    page = {"next_cursor": None}
    while True:
        page = person.get("/messages", cursor=page["next_cursor"]).json()
        yield from page["items"]
        if page["next_cursor"] is None:
            return


@pytest.fixture
def week(district: Any, tmp_path: Path) -> Iterator[Week]:
    with ExitStack() as stack:
        urban, power = (stack.enter_context(Bureau(district, code, tmp_path)) for code in ("CGJ", "GDS"))
        lived = Week(district, urban=urban, power=power)
        stack.callback(clock.put_back, district)
        lived.it_is(ON_MONDAY_MORNING, backwards=True)
        yield lived


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_week_of_urban_management(week: Week) -> None:
    on_monday_a_lamp_is_returned_and_goes_to_the_power_utility(week)
    on_monday_two_matters_are_taken_on(week)
    on_tuesday_the_benches_get_two_more_days(week)
    on_tuesday_the_lawn_fails_the_check_and_has_half_its_limit_again(week)
    on_thursday_the_lawn_is_shown_a_yellow_card_and_then_a_red_one(week)
    on_friday_the_lawn_comes_late_and_the_reporter_is_not_content(week)
    on_friday_the_benches_are_suspended_over_the_holiday(week)
    on_the_saturday_that_is_worked_the_reporter_is_dissatisfied_a_third_time(week)
    after_the_holiday_the_clock_of_the_benches_goes_on(week)
    after_the_holiday_the_conference_has_its_word_obeyed(week)


def on_monday_a_lamp_is_returned_and_goes_to_the_power_utility(week: Week) -> None:
    lamp = week.reports(LAMP, "小区门口路灯不亮, 夜间行走不便。")
    order = week.urban.is_offered(lamp)
    assert order.due_at == beijing("09-27 18:00")
    week.urban.returns(
        order,
        reason="该路灯由供电公司维护, 不属我局职责。",
        legal_basis="部门职责清单第三条",
        suggested="GDS",
    )

    week.it_is("09-24 14:00")
    week.dispatcher_decides(order, "redirection", {"department": "GDS"})
    redirected = week.power.is_offered(lamp)
    assert redirected.order_id != order.order_id
    assert (redirected.due_at, redirected.designated) == (beijing("09-27 18:00"), False)
    week.power.does(redirected, text="更换灯泡和镇流器, 路灯恢复照明。")
    week.check_passes(lamp)
    week.reporter_is_satisfied(lamp)


def on_monday_two_matters_are_taken_on(week: Week) -> None:
    benches = week.reports(BENCHES, "小广场三张长椅断裂, 老人无处可坐。")
    lawn = week.reports(LAWN, "楼前绿地被人开垦种菜, 请予恢复。")
    week.benches, week.lawn = week.urban.is_offered(benches), week.urban.is_offered(lawn)
    assert week.benches.due_at == beijing("09-29 18:00")  # the Saturday counts: it is worked
    assert week.lawn.due_at == beijing("09-27 18:00")
    week.urban.signs(week.benches)
    week.urban.signs(week.lawn)


def on_tuesday_the_benches_get_two_more_days(week: Week) -> None:
    week.it_is("09-25 09:00")
    week.urban.asks_for(week.benches, days=2, reason="厂家须定制椅面, 申请延期两个工作日。")
    week.dispatcher_decides(week.benches, "extension/grant")
    extended = week.urban.hears("extended", week.benches)
    # Two working days after the 29th of September: the 8th and the 9th of October.
    assert extended.due_at == beijing("10-09 18:00")


def on_tuesday_the_lawn_fails_the_check_and_has_half_its_limit_again(week: Week) -> None:
    week.it_is("09-25 10:00")
    week.urban.completes(week.lawn, text="菜地已清除, 补种草皮。")
    week.check_fails(week.lawn.case_id, "只清了一半, 西侧仍种着菜。")
    week.lawn = week.urban.is_offered(str(week.lawn.case_id), cycle=2)
    assert week.lawn.due_at == beijing("09-27 18:00")  # half of three working days is two
    week.urban.signs(week.lawn)


def on_thursday_the_lawn_is_shown_a_yellow_card_and_then_a_red_one(week: Week) -> None:
    # It has 21 working hours from Tuesday at ten: a quarter of them is left from 10:45 on.
    week.it_is("09-27 10:40")
    assert week.urban.sees(week.lawn)["card"] is None
    week.it_is("09-27 10:50")
    week.urban.is_shown("yellow", week.lawn)
    week.it_is("09-27 17:55")
    assert week.urban.sees(week.lawn)["card"] == "yellow"
    week.it_is("09-27 18:01")
    week.urban.is_shown("red", week.lawn)
    yellow, red = eventually(lambda: week.officer_was_told(week.lawn), lambda told: len(told) == 2)
    assert ("order.due_soon", beijing("09-27 10:50")) <= yellow < ("order.due_soon", beijing("09-27 10:51"))
    assert ("order.overdue", beijing("09-27 18:01")) <= red < ("order.overdue", beijing("09-27 18:02"))


def on_friday_the_lawn_comes_late_and_the_reporter_is_not_content(week: Week) -> None:
    week.it_is("09-28 09:00")
    week.urban.completes(week.lawn, text="西侧菜地已清除, 草皮补种完毕。")
    week.check_passes(week.lawn.case_id)
    state = week.reporter_is_dissatisfied(week.lawn.case_id, "草皮是枯的, 隔天又有人种菜。")
    assert state == "classified"
    week.lawn = week.urban.is_offered(str(week.lawn.case_id), cycle=3)
    # The whole limit again, which the holiday makes long: the 29th, then the 8th and the 9th.
    assert week.lawn.due_at == beijing("10-09 18:00")
    week.urban.does(week.lawn, text="更换草皮, 设置护栏。")
    week.check_passes(week.lawn.case_id)
    assert week.reporter_is_dissatisfied(week.lawn.case_id, "护栏被推倒, 菜又种上了。") == "classified"


def on_friday_the_benches_are_suspended_over_the_holiday(week: Week) -> None:
    week.it_is("09-28 16:00")
    week.urban.asks_to_suspend(
        week.benches, reason="third_party", until=HOLIDAY_IS_OVER, text="厂家国庆放假, 节后发货。"
    )
    week.dispatcher_decides(week.benches, "suspension/grant", {"review_on": HOLIDAY_IS_OVER.isoformat()})
    suspended = week.urban.hears("suspended", week.benches)
    assert (suspended.state, suspended.review_on) == ("suspended", HOLIDAY_IS_OVER)
    assert week.urban.sees(week.benches)["due_at"] is None  # the clock stands
    week.worker.case_when(str(week.benches.case_id), "suspended")


def on_the_saturday_that_is_worked_the_reporter_is_dissatisfied_a_third_time(week: Week) -> None:
    week.it_is("09-29 09:00")
    week.lawn = week.urban.is_offered(str(week.lawn.case_id), cycle=4)
    week.urban.does(week.lawn, text="护栏加固, 与住户逐一谈话。")
    week.check_passes(week.lawn.case_id)
    state = week.reporter_is_dissatisfied(week.lawn.case_id, "还是老样子, 请上级来管。")
    assert state == "awaiting_conference"


def after_the_holiday_the_clock_of_the_benches_goes_on(week: Week) -> None:
    week.it_is("10-08 08:29")
    assert week.urban.sees(week.benches)["state"] == "suspended"
    week.it_is("10-08 08:31")
    resumed = week.urban.hears("resumed", week.benches)
    # Three working days were left on the 28th of September: the 9th, the 10th and the 11th.
    assert resumed.due_at == beijing("10-11 18:00")
    week.it_is("10-09 15:00")
    week.urban.completes(week.benches, text="三张长椅椅面更换完毕。")
    assert week.urban.sees(week.benches)["card"] is None
    week.check_passes(week.benches.case_id)
    week.reporter_is_satisfied(week.benches.case_id)


def after_the_holiday_the_conference_has_its_word_obeyed(week: Week) -> None:
    week.conference_names("CGJ", week.lawn.case_id, held_on="2012-10-09", due_on="2012-10-12")
    week.lawn = week.urban.is_offered(str(week.lawn.case_id), cycle=5)
    assert week.lawn.due_at == beijing("10-12 18:00")
    week.it_is("10-12 10:00")
    week.urban.does(week.lawn, text="联合物业整治完毕, 改建为小花园。")
    week.check_passes(week.lawn.case_id)
    week.reporter_is_satisfied(week.lawn.case_id)
    sealed = _taken(week.archivist.post(f"/cases/{week.lawn.case_id}/archive", {}))
    assert sealed["state"] == "archived"
