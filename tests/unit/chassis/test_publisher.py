"""The pipelined publisher: what was confirmed, what came back, and how long it waits."""

import pytest

from chassis.bus import publisher as module
from chassis.bus.publisher import Message, Publisher
from tests.unit.chassis.fake_links import ConfirmingLink


def publisher_on(monkeypatch: pytest.MonkeyPatch, link: ConfirmingLink) -> Publisher:
    monkeypatch.setattr(module, "Link", lambda _uri: link)
    return Publisher("amqp://")


def a_message(name: str, *, ordering_key: str = "k1") -> Message:
    return Message(name, "qiaotou.events", "toy.thing.bumped.v1", ordering_key, "toy.thing.bumped.v1", b"{}")


def test_messages_are_persistent_mandatory_and_carry_their_ordering_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = ConfirmingLink()
    publisher_on(monkeypatch, link).publish_all([a_message("m1")])
    [sent] = link.published
    assert (sent["delivery_mode"], sent["mandatory"]) == (2, True)
    assert sent["headers"] == {"ordering-key": "k1"}
    assert sent["content_type"] == "application/cloudevents+json"
    assert sent["message_id"] == "m1"


def test_all_go_out_before_the_first_confirm_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink()
    published = publisher_on(monkeypatch, link).publish_all([a_message(f"m{i}") for i in range(5)])
    assert published.confirmed == {f"m{i}" for i in range(5)}
    assert len(link.drains) == 5


def test_one_confirm_may_stand_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink({"m0": "nothing", "m1": "nothing", "m2": "ack all"})
    published = publisher_on(monkeypatch, link).publish_all([a_message(f"m{i}") for i in range(3)])
    assert published.confirmed == {"m0", "m1", "m2"}


def test_what_was_refused_or_came_back_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink({"m1": "nack", "m2": "return"})
    published = publisher_on(monkeypatch, link).publish_all([a_message(f"m{i}") for i in range(4)])
    assert published.confirmed == {"m0", "m3"}
    assert published.failed == {"m1", "m2"}


def test_a_broker_that_confirms_nothing_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink({"m1": "nothing"})
    with pytest.raises(TimeoutError):
        publisher_on(monkeypatch, link).publish_all([a_message("m1")], within_s=0.05)
    assert max(link.drains) <= 0.05


def test_a_queue_that_confirms_nothing_does_not_take_the_others_confirms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = ConfirmingLink({"m1": "nothing"})
    publisher = publisher_on(monkeypatch, link)
    published = publisher.publish_all([a_message("m0"), a_message("m1"), a_message("m2")], within_s=0.05)
    assert published.confirmed == {"m0", "m2"}
    assert published.failed == {"m1"}
    assert publisher.publish_all([a_message("m3")]).confirmed == {"m3"}


def test_a_message_without_an_ordering_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink()
    with pytest.raises(ValueError, match="ordering key"):
        publisher_on(monkeypatch, link).publish_all([a_message("m1", ordering_key="")])
    assert link.published == []


def test_between_pipelines_it_reads_and_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ConfirmingLink()
    publisher_on(monkeypatch, link).idle()
    assert (link.drains, link.beats) == ([0], 1)


def test_a_link_that_takes_no_confirms_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing: with the link left to itself, and its connection to the broker open."""

    class Refusing(ConfirmingLink):
        is_dropped = False

        def confirm_select(self) -> None:
            raise ConnectionResetError

        def drop(self) -> None:
            self.is_dropped = True

    link = Refusing()
    with pytest.raises(ConnectionResetError):
        publisher_on(monkeypatch, link)
    assert link.is_dropped
