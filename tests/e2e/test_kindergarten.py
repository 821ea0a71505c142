"""The kindergarten of 四矿小区: from a wish to the cases that it leads to, lived through on the cell's clock.

Once in the article's year, when hands were raised by the law of 1990, and once by the law of 2026, with a
ballot: too few take part the first time, and somebody objects to the result.
"""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ops import cell_clock
from tests.e2e.district import Person, eventually
from tests.e2e.neighbours import heads_of, signed_in
from tests.e2e.walking import REASON, WORDS
from tests.support import clock

COMMUNITY, GRID = "c02", "c02-g02"
COMMITTEE, CLERK, WORKER, DISPATCHER = "committee-c02", "clerk-c02", f"worker-{GRID}", "dispatcher"
PRESCHOOL, HOUSING = "1101", "0306"
THE_ARTICLES_TIME = datetime(2012, 9, 3, 1, tzinfo=UTC)
SEATS = 40
WAIT_S = 90
A_PAPER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
ACTIONS = [
    {"grid": GRID, "category": PRESCHOOL, "text": "请教育局三十日内公示并答复办园条件。"},
    {"grid": GRID, "category": HOUSING, "text": "请规划部门三十日内公示并答复锅炉房旧址的用途。"},
]


class Neighbourhood:
    """The community, and what its people do about a kindergarten."""

    def __init__(self, district: Any, residents: list[Person]) -> None:
        self.district = district
        self.residents = residents
        self.committee, self.clerk = district.person(COMMITTEE), district.person(CLERK)

    def pass_days(self, days: float) -> None:
        clock.advance(self.district, timedelta(days=days))

    def at(self, **ahead: float) -> str:
        return (clock.now(self.district) + timedelta(**ahead)).isoformat()

    def raised(self) -> str:
        """A resident wants a kindergarten, neighbours sign, the committee admits it."""
        said = {
            "subject": "public_facility",
            "title": "小区内兴办幼儿园",
            "text": "小区适龄儿童较多, 建议利用闲置的锅炉房旧址兴办一所幼儿园。",
        }
        topic = f"/topics/{made(self.residents[0], '/topics', said)['topic_id']}"
        for each in self.residents:
            made(each, f"{topic}/support", {})
        assert refused(self.residents[0], f"{topic}/support", {}) == "supported_before"
        admitted = made(self.committee, f"{topic}/admission", {"reason": "属居民自治事项, 予以受理。"})
        assert (admitted["supporters"], admitted["hearing_required"]) == (len(self.residents), True)
        return topic

    def called(self, topic: str) -> tuple[str, dict[str, str]]:
        """The hearing is called and people register; return it, and each one's code."""
        said = {"topic_id": topic.rpartition("/")[2], "title": "兴办幼儿园听证会", "seats": SEATS}
        hearing = f"/hearings/{made(self.committee, '/hearings', said)['hearing_id']}"
        notice = {
            "venue": "社区活动室",
            "draw_source": "报名截止次日公布的双色球开奖号码",
            "registration_until": self.at(days=7),
        }
        early = {**notice, "held_at": self.at(days=9)}
        assert refused(self.committee, f"{hearing}/notice", early) == "notice_too_short"
        made(self.committee, f"{hearing}/notice", {**notice, "held_at": self.at(days=11)})
        self.step(hearing, "open_registration")
        codes = {}
        for number in range(SEATS + 4):
            capacity, side = ("interested", "public")[number % 2], ("for", "against")[number % 2]
            body = {"capacity": capacity, "side": side, "name": f"第{number}位居民"}
            who = self.residents[0] if number == 0 else self.clerk
            receipt = made(who, f"{hearing}/registrations", body)
            codes[receipt["registration_id"]] = receipt["code"]
        return hearing, codes

    def heard(self, topic: str) -> str:
        """Forty are drawn, come, speak in turn and sign; every opinion is answered; the report is out."""
        hearing, codes = self.called(topic)
        self.pass_days(8)
        made(self.committee, f"{hearing}/seats", {"public_value": "03 08 17 21 25 32 + 05"})
        panel = self.committee.get(f"{hearing}/draw").json()["panel"]
        assert len(panel) == SEATS
        self.step(hearing, "begin_check_in")
        for one in panel[:-1]:
            made(self.clerk, f"{hearing}/check-ins", {"code": codes[one]})
        assert refused(self.committee, f"{hearing}/steps", {"step": "open"}) == "too_early"
        self.pass_days(4)
        self.step(hearing, "open")
        self._speak(hearing)
        for one in panel[:2]:
            opinion = {"registration_id": one, "text": "赞成兴办, 但须保证居民通行。"}
            made(self.clerk, f"{hearing}/opinions", opinion)
        self.step(hearing, "close")
        made(self.clerk, f"{hearing}/minutes", {"text": "听证会笔录: 到会代表三十九人。"})
        for one in panel[:-2]:
            made(self.clerk, f"{hearing}/signatures", {"registration_id": one, "signs": True})
        refusal = {"registration_id": panel[-2], "signs": False, "reason": "笔录未写明消防通道。"}
        made(self.clerk, f"{hearing}/signatures", refusal)
        self.step(hearing, "complete_minutes")
        assert refused(self.committee, f"{hearing}/report", {"text": "报告"}) == "opinions_unanswered"
        for opinion in self.committee.get(hearing).json()["opinions"]:
            answer = {"answer": "partly", "reason": "接送时段另行安排通行。"}
            made(self.committee, f"{hearing}/opinions/{opinion['opinion_id']}/answer", answer)
        made(self.committee, f"{hearing}/report", {"text": "听证报告: 多数代表赞成兴办幼儿园。"})
        self.step(hearing, "to_assembly", "提交居民会议讨论决定。")
        return hearing

    def _speak(self, hearing: str) -> None:
        """Two for it have asked before one against it: the one against it comes between them."""
        people = self.clerk.get(f"{hearing}/registrations").json()["items"]
        here = [each for each in people if each["present"]]
        one, two = [each for each in here if each["side"] == "for"][:2]
        other = next(each for each in here if each["side"] == "against")
        for each in (one, two, other):
            made(self.clerk, f"{hearing}/floor/requests", _whose(each))
        made(self.committee, f"{hearing}/floor", _whose(one))
        self.step(hearing, "end_speech")
        assert refused(self.committee, f"{hearing}/floor", _whose(two)) == "other_side_waits"
        for each in (other, two):
            made(self.committee, f"{hearing}/floor", _whose(each))
            self.step(hearing, "end_speech")

    def step(self, path: str, step: str, reason: str = "") -> dict[str, Any]:
        return made(self.committee, f"{path}/steps", {"step": step, "reason": reason})

    def work_of(self, origin_id: str) -> list[dict[str, Any]]:
        """What everybody sees of the work that a decision has led to, once intake has told of each case."""

        def listed() -> list[dict[str, Any]]:
            items = self.committee.get("/decided-work", community=COMMUNITY).json()["items"]
            return [each for each in items if each["origin_id"] == origin_id]

        def told(found: list[dict[str, Any]]) -> bool:
            return len(found) == len(ACTIONS) and all(each["number"] for each in found)

        return list(eventually(listed, told, WAIT_S))

    def done(self, case_id: str) -> None:
        """A department signs and answers, the grid worker checks, the committee is asked and is satisfied."""
        order = self._order(case_id)
        officer = self.district.person(f"officer-{order['department'].lower()}")
        own = f"/department/orders/{order['order_id']}"
        made(officer, f"{own}/signature", {})
        paper = officer.upload(A_PAPER, "answer.pdf")
        assert paper.status_code == 201, paper.text
        contact = {"at": self.at(seconds=-1), "channel": "phone", "note": ""}
        result = {"text": WORDS, "contact": contact, "evidence": [paper.json()["media_id"]]}
        made(officer, f"{own}/completion", result)
        worker = self.district.person(WORKER)
        worker.case_when(case_id, "answered", within_s=WAIT_S)
        made(worker, f"/cases/{case_id}/checks", {"evidence": [worker.photo()]})
        visit = {"resolved": True, "score": 5, "channel": "door"}
        made(self.committee, f"/cases/{case_id}/visits/satisfied", visit)

    def _order(self, case_id: str) -> dict[str, Any]:
        def offered() -> list[dict[str, Any]]:
            found = self.district.person(DISPATCHER).get(f"/cases/{case_id}/orders").json()
            return [each for each in found.get("items", ()) if each["state"] == "offered"]

        (order,) = eventually(offered, bool, WAIT_S)
        return dict(order)

    def planned_elsewhere(self, case_id: str) -> None:
        """Housing gives the order back: planning is for natural resources, and the centre sends it there."""
        order = self._order(case_id)
        officer = self.district.person(f"officer-{order['department'].lower()}")
        reason = {"text": REASON, "legal_basis": "规划管理职责", "suggested": "ZRZ"}
        made(officer, f"/department/orders/{order['order_id']}/return", reason)
        centre = self.district.person(DISPATCHER)
        made(centre, f"/orders/{order['order_id']}/redirection", {"department": "ZRZ"})

    def followed(self, hearing: str, origin_id: str) -> None:
        """Education and planning answer, thirty days of public notice pass, and everybody sees it is done."""
        case_of = {each["category"]: str(each["case_id"]) for each in self.work_of(origin_id)}
        education, planning = case_of[PRESCHOOL], case_of[HOUSING]
        self.step(hearing, "begin_follow_up")
        self.planned_elsewhere(planning)
        self.done(education)
        self.done(planning)
        self.pass_days(30)
        note = {"text": "教育、规划部门已答复, 公示三十日期满无异议, 幼儿园如期开园。"}
        made(self.committee, f"{hearing}/follow-up", note)
        finished = eventually(
            lambda: self.work_of(origin_id), lambda found: all(each["done"] for each in found), WAIT_S
        )
        assert {each["case_state"] for each in finished} <= {"closed", "archived"}
        assert self.step(hearing, "archive")["state"] == "archived"


def made(who: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = who.post(path, body)
    assert answer.ok, f"{path}: {answer.text}"
    return dict(answer.json())


def refused(who: Person, path: str, body: dict[str, Any]) -> str:
    answer = who.post(path, body)
    assert not answer.ok, answer.text
    return str(answer.json()["code"])


def _whose(registration: dict[str, Any]) -> dict[str, Any]:
    return {"registration_id": registration["registration_id"]}


@pytest.fixture
def neighbourhood(district: Any) -> Iterator[Neighbourhood]:
    """The community's people; the cell is on real time again afterwards."""
    yield Neighbourhood(district, [signed_in(district, phone) for phone in heads_of(GRID, at_most=30)])
    clock.put_back(district)


def test_residents_raise_their_hands_for_a_kindergarten_in_the_articles_year(
    neighbourhood: Neighbourhood,
) -> None:
    people = neighbourhood
    cell_clock.of(people.district.cell).set(THE_ARTICLES_TIME, backwards=True)
    topic = people.raised()
    called = {
        "rule": "CN-1990.residents",
        "title": "四矿小区居民会议",
        "venue": "社区活动室",
        "held_at": people.at(days=13),
        "counts": {"n": 280},
        "agenda": [{"question": "是否同意兴办幼儿园?", "topic_id": topic.rpartition("/")[2]}],
    }
    assert refused(people.committee, "/assemblies", called) == "hearing_required"
    hearing = people.heard(topic)
    called["held_at"] = people.at(days=1)
    assembly = f"/assemblies/{made(people.committee, '/assemblies', called)['assembly_id']}"
    people.pass_days(1)
    made(people.clerk, f"{assembly}/attendance", {"present": 187})
    people.step(assembly, "open")
    (point,) = people.committee.get(assembly).json()["agenda"]
    hands = {"yes": 161, "no": 20, "abstain": 6, "text": "同意在锅炉房旧址兴办幼儿园。"}
    owned = {"owner": "社区居委会", "due_on": people.at(days=90)[:10]}
    made(people.committee, f"{assembly}/agenda/{point['point_id']}/hands", {**hands, **owned})
    people.step(assembly, "close")
    people.step(assembly, "publish")
    assert refused(people.committee, f"{assembly}/steps", {"step": "certify"}) == "too_early"
    people.pass_days(15)
    people.step(assembly, "certify")
    made(people.committee, f"{assembly}/agenda/{point['point_id']}/dispatch", {"actions": ACTIONS})
    seen = people.residents[0].get(assembly).json()
    assert (seen["rule"], seen["agenda"][0]["decided_by"]) == ("CN-1990.residents", "2y > p: 322 > 187")
    assert people.residents[0].get(topic).json()["state"] == "decided"
    people.followed(hearing, point["point_id"])


def test_households_vote_on_a_kindergarten_by_the_law_of_2026(neighbourhood: Neighbourhood) -> None:
    people = neighbourhood
    topic = people.raised()
    early = drafted(people, topic)
    made(people.committee, f"{early}/study", {"studied_on": people.at()[:10], "text": "同意提交表决。"})
    assert refused(people.committee, f"{early}/rule", {"rule": "CN-2026.residents"}) == "hearing_required"
    made(people.committee, f"{early}/voiding", {"reason": "须先举行听证会。"})
    hearing = people.heard(topic)

    first = noticed(people, drafted(people, topic))
    cast(people, first, people.residents[:1], "no")
    assert counted(people, first) == "failed_quorum"

    second = noticed(people, drafted(people, topic, repeats=first.rpartition("/")[2]))
    electors = people.committee.get(second).json()["roll"]["count"]
    enough = electors // 2 + 1
    assert enough <= len(people.residents)
    cast(people, second, people.residents[:enough], "yes")
    assert counted(people, second) == "preliminary"
    made(people.committee, f"{second}/publication", {})
    objection = made(people.residents[0], f"{second}/objections", {"text": "计票人数有误, 请重新计票。"})
    people.pass_days(15)
    certification = {"items": ACTIONS}
    assert refused(people.committee, f"{second}/certification", certification) == "objections_open"
    answer = {"upheld": False, "reason": "经核对选票与名册, 计票无误。"}
    made(people.committee, f"{second}/objections/{objection['objection_id']}/answer", answer)
    certified = made(people.committee, f"{second}/certification", certification)
    assert (certified["state"], len(certified["cases"])) == ("certified", 2)
    seen = people.residents[0].get(second).json()
    assert seen["outcome"]["decided_by"] == f"2y > p: {2 * enough} > {enough}"
    people.followed(hearing, second.rpartition("/")[2])


def drafted(people: Neighbourhood, topic: str, **more: Any) -> str:
    """A vote of the grid's households, secret, on an important matter."""
    said = {
        "place": GRID,
        "roll_kind": "households",
        "mode": "secret",
        "title": "小区内兴办幼儿园",
        "text": "是否同意利用闲置的锅炉房旧址兴办一所幼儿园?",
        "important": True,
        "topic_id": topic.rpartition("/")[2],
        **more,
    }
    return f"/votes/{made(people.committee, '/votes', said)['vote_id']}"


def noticed(people: Neighbourhood, vote: str) -> str:
    """It is studied and bound to its rule, its roll is made and frozen, it is announced, and it opens."""
    today = people.at()[:10]
    made(people.committee, f"{vote}/study", {"studied_on": today, "text": "经社区党委研究, 同意提交表决。"})
    made(people.committee, f"{vote}/rule", {"rule": "CN-2026.residents"})
    made(people.committee, f"{vote}/roll", {"as_of": today})
    state_when(people, vote, "roll_published")
    made(people.committee, f"{vote}/roll/freeze", {})
    opens = {"opens_at": people.at(days=10, minutes=10), "closes_at": people.at(days=11)}
    made(people.committee, f"{vote}/notice", opens)
    people.pass_days(10.01)
    state_when(people, vote, "open")
    return vote


def cast(people: Neighbourhood, vote: str, who: list[Person], choice: str) -> None:
    for each in who:
        (entitlement,) = each.get(f"{vote}/entitlements").json()["items"]
        ballot = {
            "entitlement_id": entitlement["entitlement_id"],
            "ballot_id": str(uuid4()),
            "choice": [choice],
            "nonce": secrets.token_hex(32),
        }
        made(each, f"{vote}/ballots", ballot)
    assert refused(who[0], f"{vote}/ballots", {**ballot, "ballot_id": str(uuid4())}) in (
        "participated",
        "not_on_roll",
    )
    assert people.committee.get(vote).json()["totals"] is None


def counted(people: Neighbourhood, vote: str) -> str:
    """The end passes and the ballots are counted; return what the rule makes of it."""
    people.pass_days(1.1)
    state_when(people, vote, "closed")
    made(people.committee, f"{vote}/count", {})
    return str(made(people.committee, f"{vote}/count/end", {})["state"])


def state_when(people: Neighbourhood, vote: str, state: str) -> None:
    eventually(lambda: people.committee.get(vote).json()["state"], lambda seen: seen == state, WAIT_S)
