from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.governance.meeting.errors import (
    AlreadyResolved,
    DueBeforeMeeting,
    IllegalTransition,
    TextTooLong,
    TextTooShort,
    UnknownItem,
)
from services.governance.meeting.lifecycle import State
from services.governance.meeting.meeting import (
    adopt,
    convene,
    decline,
    item_id_of,
    on_agenda_of,
    put_on_agenda,
)
from tests.unit.governance.builders import (
    DUE_ON,
    HELD_ON,
    NOW,
    REASON,
    TEXT,
    a_meeting,
    adopting,
    an_id,
    an_item,
    convening,
    declining,
)

BY = "dispatcher"


def test_an_item_has_the_same_id_however_often_it_is_heard_of_and_another_for_each_conference() -> None:
    assert an_item().id == an_item().id == item_id_of(an_id("case"), 1)
    assert an_item(conference=2).id == item_id_of(an_id("case"), 2) != an_item().id


def test_a_meeting_takes_a_waiting_item_on_its_agenda() -> None:
    item = put_on_agenda(an_item(), a_meeting())
    assert (item.state, item.meeting_id, item.version) == (State.ON_AGENDA, an_id("meeting"), 2)


@pytest.mark.parametrize("state", [State.ON_AGENDA, State.ADOPTED, State.DECLINED])
def test_an_item_comes_on_one_agenda_alone(state: State) -> None:
    with pytest.raises((IllegalTransition, AlreadyResolved)):
        put_on_agenda(an_item(state), a_meeting())


def test_an_adopted_resolution_names_a_lead_and_a_date_and_tells_no_word_of_its_text() -> None:
    item = an_item(State.ON_AGENDA)
    recorded = adopt(item, a_meeting(), adopting(item), by=BY, now=NOW)
    assert (recorded.item.state, recorded.item.emitted) == (State.ADOPTED, 1)
    assert (recorded.resolution.lead, recorded.resolution.due_on) == ("CGJ", DUE_ON)
    told = msgspec.to_builtins(recorded.event)
    assert told == {
        "resolution_id": str(an_id("resolution")),
        "item_id": str(item.id),
        "meeting_id": str(an_id("meeting")),
        "case_id": str(an_id("case")),
        "lead": "CGJ",
        "due_on": "2026-03-20",
        "at": "2026-03-02T01:30:00Z",
    }
    assert recorded.resolution.text == TEXT


def test_a_declined_item_keeps_its_reason_and_tells_no_word_of_it() -> None:
    item = an_item(State.ON_AGENDA)
    recorded = decline(item, a_meeting(), declining(item), by=BY, now=NOW)
    assert (recorded.item.state, recorded.resolution.text) == (State.DECLINED, REASON)
    assert (recorded.resolution.lead, recorded.resolution.due_on) == (None, None)
    assert REASON not in msgspec.json.encode(recorded.event).decode()


def test_the_date_may_be_the_meetings_day_but_not_the_day_before() -> None:
    item = an_item(State.ON_AGENDA)
    adopt(item, a_meeting(), adopting(item, due_on=HELD_ON), by=BY, now=NOW)
    early = adopting(item, due_on=HELD_ON - timedelta(days=1))
    with pytest.raises(DueBeforeMeeting):
        adopt(item, a_meeting(), early, by=BY, now=NOW)


@pytest.mark.parametrize("state", [State.ADOPTED, State.DECLINED])
def test_an_item_has_one_resolution(state: State) -> None:
    item = an_item(state)
    with pytest.raises(AlreadyResolved):
        adopt(item, a_meeting(), adopting(item), by=BY, now=NOW)
    with pytest.raises(AlreadyResolved):
        decline(item, a_meeting(), declining(item), by=BY, now=NOW)


def test_what_is_not_on_this_meetings_agenda_is_unknown_to_it() -> None:
    another = a_meeting(meeting_id=an_id("another"))
    for item, meeting in [
        (None, a_meeting()),
        (an_item(State.ON_AGENDA), None),
        (an_item(), a_meeting()),
        (an_item(State.ON_AGENDA), another),
    ]:
        with pytest.raises(UnknownItem):
            on_agenda_of(item, meeting)


@pytest.mark.parametrize(
    ("text", "error"), [(" 好 ", TextTooShort), ("", TextTooShort), ("好" * 5_001, TextTooLong)]
)
def test_a_resolution_is_neither_empty_nor_endless(text: str, error: type[Exception]) -> None:
    item = an_item(State.ON_AGENDA)
    with pytest.raises(error):
        adopt(item, a_meeting(), adopting(item, text=text), by=BY, now=NOW)
    with pytest.raises(error):
        decline(item, a_meeting(), declining(item, reason=text), by=BY, now=NOW)


@pytest.mark.parametrize(
    ("change", "error"), [({"title": " "}, TextTooShort), ({"title": "好" * 201}, TextTooLong)]
)
def test_a_meeting_has_a_title(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        convene(convening(**change), by=BY, now=NOW)
