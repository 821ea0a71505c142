from itertools import product
from typing import Any

import pytest

from contracts.commands.topics import DeclineTopic, TopicState
from services.governance.meeting.errors import TextTooLong, TextTooShort
from services.governance.topic import topic as decisions
from services.governance.topic.errors import (
    HearingRequired,
    IllegalTransition,
    ListedSubject,
    NotSupported,
    SupportedBefore,
    UnknownSubject,
    UnknownTopic,
)
from services.governance.topic.lifecycle import TABLE, Step, transition
from services.governance.topic.subjects import SUBJECTS
from tests.unit.governance.builders import an_id
from tests.unit.governance.neighbours import NOW, a_topic, admitting, raising

ALLOWED = {(row.source, row.step) for row in TABLE}
REFUSED = [
    (state, step) for state, step in product((None, *TopicState), Step) if (state, step) not in ALLOWED
]
RAISED, ADMITTED = TopicState.RAISED, TopicState.ADMITTED
RAISER = decisions.Raiser(an_id("resident"), "resident", "c01")


@pytest.mark.parametrize(("state", "step"), REFUSED)
def test_a_step_without_a_row_is_refused(state: TopicState | None, step: Step) -> None:
    with pytest.raises(IllegalTransition):
        transition(state, step)


def test_a_topic_that_is_over_is_over() -> None:
    assert {row.source for row in TABLE} == {None, RAISED, ADMITTED}


def test_every_subject_has_both_names_and_a_listed_one_its_basis() -> None:
    assert all(each.name_zh and each.name_en for each in SUBJECTS.values())
    listed = {each.code for each in SUBJECTS.values() if each.hearing}
    assert {"public_facility", "fee", "public_space", "demolition", "animals"} <= listed
    assert all(SUBJECTS[code].basis for code in listed)


def test_a_listed_topic_never_skips_its_hearing() -> None:
    topic = a_topic(ADMITTED)
    assert topic.hearing_required
    assert not decisions.may_be_decided(topic)
    with pytest.raises(HearingRequired):
        decisions.decidable(topic, "c01")
    with pytest.raises(HearingRequired):
        decisions.decide(topic)
    heard = decisions.heard(topic, hearing_id=an_id("hearing"))
    assert decisions.may_be_decided(heard)
    assert decisions.decide(heard).state is TopicState.DECIDED


def test_a_topic_that_is_not_listed_is_decided_without_a_hearing_once_it_is_admitted() -> None:
    free = {"subject": "culture", "hearing_required": False}
    assert not decisions.may_be_decided(a_topic(RAISED, **free))
    assert decisions.decide(a_topic(ADMITTED, **free)).state is TopicState.DECIDED


@pytest.mark.parametrize("state", [state for state in TopicState if state is not ADMITTED])
def test_only_an_admitted_topic_is_decided(state: TopicState) -> None:
    with pytest.raises(IllegalTransition):
        decisions.decide(a_topic(state, hearing_id=an_id("hearing")))


def test_a_topic_is_decided_where_it_belongs() -> None:
    topic = a_topic(ADMITTED, hearing_id=an_id("hearing"))
    assert decisions.decidable(topic, "c01") is topic
    for found, community in ((topic, "c02"), (None, "c01")):
        with pytest.raises(UnknownTopic):
            decisions.decidable(found, community)


def test_the_committee_corrects_a_subject_but_takes_no_hearing_away() -> None:
    with pytest.raises(ListedSubject):
        decisions.admit(a_topic(), admitting(subject="other"))
    assert decisions.admit(a_topic(), admitting(subject="fee")).subject == "fee"
    free = a_topic(RAISED, subject="other", hearing_required=False)
    admitted = decisions.admit(free, admitting(subject="animals"))
    assert (admitted.subject, admitted.hearing_required) == ("animals", True)


@pytest.mark.parametrize("subject", ["", "whatever", "\0"])
def test_a_subject_is_one_of_the_list(subject: str) -> None:
    with pytest.raises(UnknownSubject):
        decisions.raise_topic(raising(subject=subject), RAISER, now=NOW)


def test_one_person_signs_once_and_may_take_it_back_and_sign_again() -> None:
    signed = decisions.support(a_topic(), None, by=an_id("neighbour"), now=NOW)
    assert signed.topic.supporters == 1
    with pytest.raises(SupportedBefore):
        decisions.support(signed.topic, signed.support, by=an_id("neighbour"), now=NOW)
    without = decisions.retract(signed.topic, signed.support)
    assert (without.topic.supporters, without.support.stands) == (0, False)
    with pytest.raises(NotSupported):
        decisions.retract(without.topic, without.support)
    with pytest.raises(NotSupported):
        decisions.retract(a_topic(), None)
    again = decisions.support(without.topic, without.support, by=an_id("neighbour"), now=NOW)
    assert (again.topic.supporters, again.support.stands) == (1, True)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": " "}, TextTooShort),
        ({"title": "好" * 201}, TextTooLong),
        ({"text": "太短"}, TextTooShort),
        ({"text": "长" * 5_001}, TextTooLong),
    ],
)
def test_a_topic_is_neither_empty_nor_endless(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        decisions.raise_topic(raising(**change), RAISER, now=NOW)


@pytest.mark.parametrize(("reason", "error"), [(" ", TextTooShort), ("长" * 2_001, TextTooLong)])
def test_the_committee_gives_a_reason_either_way(reason: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        decisions.admit(a_topic(), admitting(reason=reason))
    declining = DeclineTopic(command_id=an_id("decline"), topic_id=an_id("topic"), reason=reason)
    with pytest.raises(error):
        decisions.decline(a_topic(), declining)
