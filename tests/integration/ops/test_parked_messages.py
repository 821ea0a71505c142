import psycopg
import pytest

from chassis.bus.inbound import Inbound
from chassis.processing import parking
from contracts.envelope import ORDERING_KEY_HEADER
from ops.errors import Unready
from ops.parking_lot import ParkingLot
from tests.integration.ops.works import SERVICE, Works, a_lamp


def test_what_is_parked_is_listed_with_what_it_holds_back(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1), a_lamp(2), a_lamp(3))
    (parked,) = lot.all()
    assert (parked.aggregate, parked.sequence, parked.held_back) == ("lamp 7", 1, 2)
    assert parked.reason == "handler: KeyError"
    assert lot.get(parked.key) == parked


def test_a_replayed_message_goes_through_the_broker_and_what_waited_follows(
    works: Works, lot: ParkingLot
) -> None:
    works.take(a_lamp(1), a_lamp(2))
    works.poisoned = False
    lot.replay(lot.all()[0].key, by="li", because="mended")
    assert works.take_from_queue() == 1
    assert (works.rows("inbox"), works.rows("inbox_waiting")) == (2, 0)
    assert lot.all() == []
    (settled,) = lot.all(settled=True)
    assert (settled.state, settled.settled_by) == ("replayed", "li")


def test_a_replayed_message_that_fails_again_is_parked_again(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    lot.replay(lot.all()[0].key, by="li", because="mended")
    works.take_from_queue()
    assert [each.state for each in lot.all()] == ["parked"]


def test_a_skipped_message_lets_the_others_go_on_and_says_who_skipped_it(
    works: Works, lot: ParkingLot
) -> None:
    works.take(a_lamp(1), a_lamp(2), a_lamp(3))
    works.poisoned = False
    assert lot.skip(lot.all()[0].key, by="li", because="the lamp is gone")
    assert works.take_from_queue() == 1
    assert (works.rows("inbox"), works.rows("inbox_waiting")) == (2, 0)
    (settled,) = lot.all(settled=True)
    assert (settled.state, settled.settled_by) == ("skipped", "li")


def test_a_skip_with_nothing_behind_it_only_moves_on(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    assert not lot.skip(lot.all()[0].key, by="li", because="none")
    works.poisoned = False
    works.take(a_lamp(2))
    assert works.rows("inbox") == 1


def test_a_message_is_settled_once(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    key = lot.all()[0].key
    lot.skip(key, by="li", because="none")
    with pytest.raises(Unready, match="settled already: skipped"):
        lot.replay(key, by="li", because="mended")


def test_a_skip_that_met_no_broker_is_asked_again_and_releases_what_waited(
    works: Works, lot: ParkingLot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The skip is committed before what waited is put back: asking again must put it back."""
    works.take(a_lamp(1))
    works.take(a_lamp(2))
    key = lot.all()[0].key
    with monkeypatch.context() as patch:
        patch.setattr(lot, "_release", _no_broker)
        with pytest.raises(Unready, match="ask again"):
            lot.skip(key, by="li", because="none")
    assert lot.skip(key, by="li", because="none")


def test_a_fork_holds_nothing_up_and_can_only_be_skipped(works: Works, lot: ParkingLot) -> None:
    works.poisoned = False
    works.take(a_lamp(1))
    works.take(a_lamp(1))
    (fork,) = lot.all()
    assert (fork.holds, fork.held_back) == (False, 0)
    with pytest.raises(Unready, match="another event has its number"):
        lot.replay(fork.key, by="li", because="mended")
    lot.skip(fork.key, by="li", because="the same lamp")
    assert lot.all() == []


def test_a_parked_message_says_since_when_others_wait(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    works.take(a_lamp(2))
    works.take(a_lamp(3))
    (parked,) = lot.all()
    with psycopg.connect(works.url(SERVICE)) as connection:
        since = connection.execute("SELECT min(since) FROM inbox_waiting").fetchone()
    assert since is not None
    assert (parked.held_back, parked.waiting_since) == (2, since[0])


def _no_broker(_each: object) -> bool:
    raise Unready("The broker did not take the message; ask again when it is back.")


def test_a_message_cannot_be_skipped_before_the_one_before_it(works: Works, lot: ParkingLot) -> None:
    parking.park(works.database, a_lamp(2), reason="unreadable: by hand")
    with pytest.raises(Unready, match="number 1 has not come yet"):
        lot.skip(lot.all()[0].key, by="li", because="none")
    assert [each.state for each in lot.all()] == ["parked"]


def test_what_is_no_event_can_only_be_skipped(works: Works, lot: ParkingLot) -> None:
    works.take(Inbound(b"{", "intake.inbox.2", "", {}))
    key = lot.all()[0].key
    with pytest.raises(Unready, match="no ordering key"):
        lot.replay(key, by="li", because="mended")
    lot.skip(key, by="li", because="noise")
    assert lot.all() == []


def test_nobody_speaks_for_a_department_by_a_replay(works: Works, lot: ParkingLot) -> None:
    message = a_lamp(1)._replace(queue="dispatch.replies", headers={ORDERING_KEY_HEADER: "lamp 7"})
    parking.park(works.database, message, reason="suspected")
    with pytest.raises(Unready, match="vouches for its sender"):
        lot.replay(lot.all()[0].key, by="li", because="mended")


def test_a_key_that_nobody_has_is_said_so(lot: ParkingLot) -> None:
    for key in ("intake/unknown", "nobody/1", "nonsense"):
        with pytest.raises(Unready, match="Nothing is parked"):
            lot.get(key)
