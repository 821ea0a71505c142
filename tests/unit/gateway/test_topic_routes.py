"""Topics and decided work over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.commands.assemblies import WorkPage
from contracts.commands.topics import TopicPage, TopicReceipt, TopicState
from tests.contract.samples.answers import ANSWERS
from tests.unit.gateway.cell import Cell, code_of

(TOPIC,) = next(each.items for each in ANSWERS["governance"] if isinstance(each, TopicPage))
(WORK,) = next(each.items for each in ANSWERS["governance"] if isinstance(each, WorkPage))
RAISED: dict[str, Any] = {
    "subject": "public_facility",
    "title": "小区内兴办幼儿园",
    "text": "兴办一所幼儿园。",
}


def a_receipt(topic_id: UUID) -> TopicReceipt:
    return TopicReceipt(
        topic_id=topic_id, state=TopicState.RAISED, supporters=0, hearing_required=True, version=1
    )


def test_a_topic_is_raised_once_a_key(cell: Cell) -> None:
    cell.rpc.tell("governance", "raise_topic", lambda asked: a_receipt(asked.command.topic_id))
    token = cell.token("resident", community="c01")
    made = [cell.post("/topics", RAISED, token=token, key="k") for _ in range(2)]
    assert [response.status_code for response in made] == [201, 201]
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert {response.headers["Location"] for response in made} == {f"/api/v1/topics/{first.topic_id}"}


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("support", "support_topic", {}),
        ("support/retraction", "retract_support", {}),
        ("withdrawal", "withdraw_topic", {}),
        ("admission", "admit_topic", {"reason": "予以受理", "subject": "fee"}),
        ("decline", "decline_topic", {"reason": "不属自治事项"}),
    ],
)
def test_a_step_of_a_topic_is_asked_for_as_it_was_said(
    cell: Cell, path: str, method: str, body: dict[str, Any]
) -> None:
    topic_id = uuid4()
    cell.rpc.tell("governance", method, a_receipt(topic_id))
    role = "committee" if path in ("admission", "decline") else "resident"
    token = cell.token(role, community="c01")
    assert cell.post(f"/topics/{topic_id}/{path}", body, token=token).status_code == 200
    said = msgspec.to_builtins(cell.rpc.last().command)
    assert {"topic_id": str(topic_id), **body}.items() <= said.items()


def test_the_list_is_everybodys_and_can_be_taken_away_as_a_table(cell: Cell) -> None:
    dangerous = msgspec.structs.replace(TOPIC, title="=1+1")
    cell.rpc.tell("governance", "topics", TopicPage(items=(dangerous,), next_cursor=None))
    assert cell.get("/topics?community=c01&limit=5").get_json()["items"][0]["title"] == "=1+1"
    assert cell.rpc.last().said == {"community": "c01", "limit": 5}
    file = cell.get("/topics/csv?community=c01")
    assert file.content_type == "text/csv; charset=utf-8; header=present"
    head, row = file.data.decode("utf-8-sig").splitlines()
    assert head.startswith("topic_id,community,subject,title,state")
    assert row.split(",")[3:5] == ["'=1+1", "admitted"]


def test_a_table_goes_through_the_pages_and_ends_somewhere(cell: Cell) -> None:
    cell.rpc.tell("governance", "decided_work", WorkPage(items=(WORK,) * 100, next_cursor="MQ"))
    lines = cell.get("/decided-work/csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2_000
    assert [asked.said.get("cursor") for asked in cell.rpc.asked[:2]] == [None, "MQ"]


def test_what_nobody_has_admitted_is_not_asked_for_without_a_session(cell: Cell) -> None:
    assert code_of(cell.get("/topics/raised?community=c01")) == "unauthenticated"
