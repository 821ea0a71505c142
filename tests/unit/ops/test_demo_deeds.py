"""What the plan has people say is what the API takes; what departments say is what the bus takes."""

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
from PIL import Image

from contracts import department as bus
from gateway.schemas import cases, conference, department, orders
from gateway.schemas.fields import Nothing
from ops.demo.acts import BY_DEPARTMENT, Act, Deed, PlannedCase
from ops.demo.deeds import Doer
from ops.demo.pictures import PAPER, SIZE, content_of
from ops.demo.plan import Plan, half_year
from services.registry import reference_data

SPACE = UUID("6f1b6a52-0c3f-5c1e-9a53-2f5f9f1d7a10")
PLAN = half_year(2, 0.3, reference_data.read())
SCHEMAS = {
    Deed.REPORT: cases.Report,
    Deed.SPOT: cases.OnTheSpot,
    Deed.WITHDRAW: Nothing,
    Deed.ASK: cases.Question,
    Deed.ANSWER: cases.ReporterAnswer,
    Deed.CLASSIFY: cases.Classification,
    Deed.REFUSE: cases.CaseRefusal,
    Deed.MERGE: cases.Merger,
    Deed.RECALL: orders.WithReason,
    Deed.REDIRECT: orders.Redirection,
    Deed.GRANT_EXTENSION: Nothing,
    Deed.DENY_EXTENSION: orders.WithReason,
    Deed.GRANT_SUSPENSION: orders.UntilReview,
    Deed.DENY_SUSPENSION: orders.WithReason,
    Deed.RESUME: Nothing,
    Deed.EXCUSE_PART: orders.WithReason,
    Deed.PASS_CHECK: cases.Check,
    Deed.FAIL_CHECK: cases.FailedCheck,
    Deed.ATTEMPT: cases.Attempt,
    Deed.UNREACHABLE: Nothing,
    Deed.SATISFIED: cases.Satisfied,
    Deed.DISSATISFIED: cases.Dissatisfied,
    Deed.ADOPT: conference.Adoption,
    Deed.DECLINE: conference.Declination,
    Deed.REOPEN: cases.Reopening,
    Deed.ARCHIVE: Nothing,
    Deed.RETURN: department.Statement,
    Deed.ASK_EXTENSION: department.Statement,
    Deed.COMPLETE: department.Result,
    Deed.COMPLETE_PART: department.Result,
}
MESSAGES = {each.type: each for each in bus.FROM_DEPARTMENT}


class World:
    """People with a client, and departments with orders: they note what is asked and said."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str, str]] = []
        self.said: list[tuple[str, str, dict[str, Any]]] = []
        self.client = self

    def post(self, path: str, body: dict[str, Any], *, token: str, key: str) -> dict[str, Any]:
        self.asked.append((path, body, token, key))
        made = str(uuid5(SPACE, key))
        return {
            "case_id": made,
            "result_id": made,
            "statement_id": made,
            "sha256": "0" * 64,
            "meeting_id": made,
        }

    def get(self, _path: str, *, token: str) -> dict[str, Any]:
        assert token == "dispatcher"
        items = [{"case_id": each, "item_id": each, "outcome": None} for each in self._cases()]
        return {"waiting": [], "meetings": [{"meeting_id": "the-meeting", "items": items}]}

    def token(self, who: str) -> str:
        return who

    def picture(self, who: str, name: str) -> str:
        return str(uuid5(SPACE, f"{who} {name}"))

    def order(self, code: str, case_id: str, cycle: int, **_: float) -> str:
        return str(uuid5(UUID(case_id), f"{code} {cycle}"))

    def say(self, code: str, kind: str, _order_id: str, data: dict[str, Any]) -> None:
        self.said.append((code, kind, data))

    def _cases(self) -> Iterator[str]:
        return (str(uuid5(SPACE, key)) for path, _, _, key in self.asked if path.endswith("/cases"))


@pytest.fixture(scope="module")
def done() -> list[tuple[PlannedCase, Act, World]]:
    return list(_done(PLAN))


def _done(plan: Plan) -> Iterator[tuple[PlannedCase, Act, World]]:
    world = World()
    doer = Doer(world, world, run="test", patience_s=0.0)  # type: ignore[arg-type]
    for case in plan.cases:
        for number, act in enumerate(case.acts):
            before = len(world.asked), len(world.said)
            doer.do(case, number, plan.slots[act.slot])
            step = World()
            step.asked, step.said = world.asked[before[0] :], world.said[before[1] :]
            yield case, act, step


def test_every_deed_of_the_plan_is_asked_in_words_that_the_api_takes(
    done: list[tuple[PlannedCase, Act, World]],
) -> None:
    assert {act.deed for _, act, _ in done} >= set(Deed) - {Deed.EXCUSE_PART}
    for case, act, step in done:
        for path, body, token, _ in step.asked[-1:]:
            SCHEMAS[act.deed]().load(body)
            assert (token, path.startswith("/api/v1/")) == (act.by, True), case.key


def test_departments_say_what_the_bus_takes_and_nothing_else_is_said(
    done: list[tuple[PlannedCase, Act, World]],
) -> None:
    for _, act, step in done:
        assert len(step.said) == (act.deed in BY_DEPARTMENT)
        for code, kind, data in step.said:
            assert code == act.by
            msgspec.convert(data, MESSAGES[kind])


def test_each_deed_has_a_key_of_its_own(done: list[tuple[PlannedCase, Act, World]]) -> None:
    keys = [(token, key) for _, _, step in done for _, _, token, key in step.asked]
    assert len(set(keys)) == len(keys)


def test_what_is_shown_is_of_the_kind_that_the_category_needs() -> None:
    names = {name for case in PLAN.cases for act in case.acts for name in (*act.shown, *act.before)}
    assert PAPER in names
    contents = {name: content_of(name) for name in names}
    assert len(set(contents.values())) == len(names)
    assert contents.pop(PAPER).startswith(b"%PDF")
    for content in contents.values():
        assert Image.open(io.BytesIO(content)).size == SIZE
        assert len(content) < 20_000


def test_a_case_is_never_shown_the_same_picture_twice_by_the_same_hand() -> None:
    for case in PLAN.cases:
        shown = [(act.by, name) for act in case.acts if act.deed not in BY_DEPARTMENT for name in act.shown]
        assert len(set(shown)) == len(shown), case.key
