import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from qiaotou_department import Department, LinkLost, Settings, demonstration, steps
from qiaotou_department import department as subscriber
from qiaotou_department.cli import main
from qiaotou_department.sender import ASK_EXTENSION, ASK_SUSPENSION, COMPLETE_PART, RECONCILE, RETURN
from qiaotou_department.texts import TEXTS, language

from tests.unit.department.fake_cell import SETTINGS, FakeBus, FakeCell, a_change, a_refusal


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> FakeCell:
    found = FakeCell()
    department = Department(SETTINGS, api=found, connect=lambda _: FakeBus(found))  # type: ignore[arg-type]
    monkeypatch.setattr(Department, "from_env", lambda: department)
    monkeypatch.setattr(subscriber, "SLICE_S", 0.0)
    monkeypatch.setattr(subscriber, "LOOK_AFTER_S", 0.01)
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def events(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_listen_prints_an_order_as_a_line(cell: FakeCell) -> None:
    order_id = cell.offer()
    result = run("listen", "--count", "1", "--lang", "en")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == "CGJ takes orders (Ctrl-C ends)"
    assert second == (
        "offered 140303-20230710-000123 cycle 1 [lead] category 0202 grid c01-g03 due not set "
        f"order {order_id}"
    )
    assert cell.said == []


def test_listen_speaks_chinese_where_the_terminal_does(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.offer()
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "[主办]" in run("listen", "--count", "1").stdout


def test_listen_prints_answers_to_steps_taken_elsewhere(cell: FakeCell) -> None:
    cell.queue.append(a_refusal(UUID(int=7), UUID(int=8), "illegal_transition"))
    result = run("listen", "--count", "1", "--json")
    assert events(result)[-1] == {
        "event": "refused",
        "in_reply_to": str(UUID(int=7)),
        "order_id": str(UUID(int=8)),
        "code": "illegal_transition",
    }


@pytest.mark.parametrize(
    ("kind", "uploaded"), [("C", "photo"), ("E", "photo"), ("S", "document"), ("D", "document")]
)
def test_listen_auto_completes_an_order_with_the_evidence_its_kind_needs(
    cell: FakeCell, kind: str, uploaded: str
) -> None:
    order_id = cell.offer(kind=kind)
    result = run("listen", "--auto", "--count", "1", "--json")
    assert result.exit_code == 0
    assert [event["event"] for event in events(result)] == ["listening", "offered", "signed", "completed"]
    assert cell.states[order_id] == "completed"
    assert [kind for _, _, kind in cell.uploads.values()] == [uploaded]


def test_listen_auto_leaves_the_work_to_the_lead(cell: FakeCell) -> None:
    cell.offer(part="co_handler")
    run("listen", "--auto", "--count", "1")
    assert cell.said == []


def test_listen_auto_hands_in_the_text_and_the_files_it_was_given(cell: FakeCell, tmp_path: Path) -> None:
    photo = tmp_path / "mine.jpg"
    photo.write_bytes(b"mine")
    cell.offer()
    run("listen", "--auto", "--count", "1", "--text", "As good as new.", "--photo", str(photo))
    (result,) = cell.results.values()
    assert result["text"] == "As good as new."
    assert [content for _, content, _ in cell.uploads.values()] == [b"mine"]


def test_listen_says_when_an_order_comes_again_and_how_far_it_is(cell: FakeCell) -> None:
    cell.offer(again=1, due_at="2023-07-11T09:00:00Z")
    cell.offer(state="signed")
    lines = run("listen", "--count", "2", "--lang", "en").stdout.splitlines()
    assert "offered again 140303-20230710-000123 cycle 1 [lead] now offered due 2023-07-11 17:00" in lines[1]
    assert "now signed due not set" in lines[2]


def test_listen_auto_leaves_a_suspended_order_alone(cell: FakeCell) -> None:
    cell.offer(state="suspended")
    run("listen", "--auto", "--count", "1")
    assert cell.said == []


@pytest.mark.parametrize(("lang", "words"), [("en", "extension granted"), ("zh", "准予延期")])
def test_listen_prints_what_the_district_centre_has_decided(cell: FakeCell, lang: str, words: str) -> None:
    cell.queue.append(a_change(UUID(int=8), "extended"))
    assert f"140303-20230710-000123 {words}" in run("listen", "--count", "1", "--lang", lang).stdout


def test_listen_prints_a_decision_that_it_has_no_words_for(cell: FakeCell) -> None:
    cell.queue.append(a_change(UUID(int=8), "audited"))
    assert "000123 audited, now signed" in run("listen", "--count", "1", "--lang", "en").stdout


def test_a_change_is_whole_for_machines(cell: FakeCell) -> None:
    cell.queue.append(a_change(UUID(int=8), "suspended", due_at=None, review_on="2023-07-20"))
    event = events(run("listen", "--count", "1", "--json"))[-1]
    assert (event["event"], event["change"], event["review_on"]) == ("changed", "suspended", "2023-07-20")


def test_listen_reconciles_first_where_it_is_told_to(cell: FakeCell) -> None:
    cell.offer(state="signed")
    cell.queue.clear()
    result = run("listen", "--reconcile", "--count", "2", "--json")
    assert [event["event"] for event in events(result)] == ["listening", "offered_again", "reconciled"]
    assert events(result)[-1]["open_orders"] == 1


@pytest.mark.parametrize(
    ("arguments", "event", "kind"),
    [
        (("return", "--reason", "It is not our lamp.", "--legal-basis", "List 3.2"), "returned", RETURN),
        (("extend", "--days", "2", "--reason", "The part comes later."), "extension_asked", ASK_EXTENSION),
        (("suspend", "--reason", "season", "--until", "2023-07-20"), "suspension_asked", ASK_SUSPENSION),
        (
            ("suspend", "--reason", "budget", "--until", "2023-07-20", "--text", "Next month's budget."),
            "suspension_asked",
            ASK_SUSPENSION,
        ),
        (("complete-part", "--text", "The cable is mended."), "part_completed", COMPLETE_PART),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_step_is_said_once_and_its_outcome_is_read_off_the_order(
    cell: FakeCell, arguments: tuple[str, ...], event: str, kind: str
) -> None:
    order_id = cell.offer()
    command = (arguments[0], str(order_id), *arguments[1:], "--json")
    first, second = run(*command), run(*command)
    assert (first.exit_code, second.exit_code) == (0, 0), first.stderr
    assert [each["event"] for each in events(first) + events(second)] == [event, "already"]
    assert cell.types_said() == [kind]


def test_a_step_that_changes_nothing_says_so(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.refuse = "never_extended"
    result = run(
        "extend", str(order_id), "--days", "2", "--reason", "The part comes later.", "--timeout", "0"
    )
    assert result.exit_code == 1


def test_an_extension_that_was_granted_before_we_looked_is_taken(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = cell.offer(state="signed")
    hear = cell.hear

    def grant(message: Any) -> None:
        hear(message)
        del cell.asked[order_id]
        cell.due_at = "2023-07-17T10:00:00Z"

    monkeypatch.setattr(cell, "hear", grant)
    result = run("extend", str(order_id), "--days", "2", "--reason", "The part comes later.", "--json")
    assert (result.exit_code, events(result)[0]["event"]) == (0, "extension_asked")


def test_reconcile_is_said_and_nothing_is_taken_from_the_queue(cell: FakeCell) -> None:
    cell.offer()
    result = run("reconcile", "--lang", "en")
    assert result.exit_code == 0
    assert "asked for every open order again" in result.stdout
    assert cell.types_said() == [RECONCILE]
    assert cell.acked == []


def test_a_test_order_is_made_over_http_alone(cell: FakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = cell.offer()

    def make(category: str) -> dict[str, Any]:
        receipt = ("order_id", "number", "state")
        return {**{name: cell.order(order_id)[name] for name in receipt}, "category": category}

    monkeypatch.setattr(cell, "make_sandbox_order", make, raising=False)
    (event,) = events(run("sandbox", "0303", "--json"))
    assert (event["event"], event["order_id"], event["category"]) == ("made", str(order_id), "0303")
    assert "[offered]" in run("sandbox", "0303", "--lang", "en").stdout
    assert cell.connections == 0


def test_sign_publishes_and_reads_the_outcome_off_the_order(cell: FakeCell) -> None:
    order_id = cell.offer()
    offered = cell.queue.popleft()
    result = run("sign", str(order_id), "--json")
    assert result.exit_code == 0
    assert events(result)[0]["state"] == "signed"
    assert offered not in cell.queue
    assert len(cell.queue) == 1, "the answer stays for whoever listens"


def test_sign_says_when_nothing_has_changed(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.refuse = "not_the_lead"
    result = run("sign", str(order_id), "--timeout", "0", "--lang", "en")
    assert result.exit_code == 1
    assert "still offered" in result.stdout


def test_a_second_sign_has_nothing_to_do(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.states[order_id] = "signed"
    result = run("sign", str(order_id), "--lang", "en")
    assert (result.exit_code, cell.said) == (0, [])
    assert "done before: now signed" in result.stdout


def test_complete_hands_in_and_completes(cell: FakeCell, tmp_path: Path) -> None:
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a picture")
    order_id = cell.offer()
    cell.states[order_id] = "signed"
    result = run(
        "complete", str(order_id), "--text", "It shines.", "--photo", str(photo), "--contact-channel", "door"
    )
    assert result.exit_code == 0
    (stored,) = cell.results.values()
    assert (stored["text"], stored["contact"]["channel"]) == ("It shines.", "door")
    assert cell.states[order_id] == "completed"


def test_a_second_complete_hands_nothing_in(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.states[order_id] = "completed"
    result = run("complete", str(order_id), "--text", "It shines.")
    assert (result.exit_code, cell.results) == (0, {})


def test_trouble_is_one_line_and_its_own_exit_status(cell: FakeCell) -> None:
    result = run("sign", str(uuid4()))
    assert result.exit_code == 2
    assert result.stderr == "ApiProblem: 404 unknown_order\n"


def test_a_missing_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QIAOTOU_DEPARTMENT", "QIAOTOU_AMQP_URI", "QIAOTOU_API"):
        monkeypatch.delenv(name, raising=False)
    result = run("orders")
    assert result.exit_code == 2
    assert "please set QIAOTOU_DEPARTMENT, QIAOTOU_AMQP_URI, QIAOTOU_API" in result.stderr


def test_orders_and_show_read_over_http_alone(cell: FakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = cell.offer()

    def orders(*, state: str | None) -> Iterator[dict[str, Any]]:
        assert state == "offered"
        yield cell.order(order_id)

    monkeypatch.setattr(cell, "orders", orders, raising=False)
    listed = run("orders", "--state", "offered", "--lang", "en")
    assert listed.stdout == (
        "140303-20230710-000123 [offered] cycle 1 category 0202 grid c01-g03 due 2023-07-13 18:00 "
        f"order {order_id}\n"
    )
    assert json.loads(run("show", str(order_id)).stdout)["state"] == "offered"
    assert cell.connections == 0


def test_a_single_step_closes_its_connection_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = FakeCell()
    order_id = cell.offer()
    bus = FakeBus(cell)

    def publish(_: object) -> None:
        raise LinkLost("cut")

    monkeypatch.setattr(bus, "publish", publish)
    department = Department(SETTINGS, api=cell, connect=lambda _: bus)  # type: ignore[arg-type]
    with pytest.raises(LinkLost):
        steps.sign(department, order_id, timeout_s=0)
    assert bus.closed


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    assert TEXTS["zh"].keys() == TEXTS["en"].keys()
    for key, text in TEXTS["en"].items():
        fields = {part.partition("}")[0] for part in text.split("{")[1:]}
        assert {part.partition("}")[0] for part in TEXTS["zh"][key].split("{")[1:]} == fields


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({"LC_ALL": "en_GB", "LANG": "zh_CN"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_terminals(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_the_demonstrations_photo_is_a_picture_and_its_paper_a_pdf(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(demonstration.photo(tmp_path).read_bytes())) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (96, 96))
    paper = demonstration.paper(tmp_path).read_bytes()
    assert paper.startswith(b"%PDF-")
    assert paper.endswith(b"%%EOF\n")


def test_what_auto_says_is_long_enough_for_a_result() -> None:
    assert all(len(texts["done"]) >= 10 for texts in TEXTS.values())


def test_the_library_asks_for_nothing_from_the_cells_code() -> None:
    sources = Path(subscriber.__file__).parent.glob("*.py")
    imports = [line for path in sources for line in path.read_text("utf-8").splitlines() if "import" in line]
    ours = ("contracts", "chassis", "services", "gateway", "ops")
    assert not [
        line
        for line in imports
        if line.split()[:1] in (["from"], ["import"]) and line.split()[1].split(".")[0] in ours
    ]
    assert Settings.__module__ == "qiaotou_department.settings"
