"""What was settled is on record, and nobody changes it."""

import psycopg
import pytest

from chassis.processing import parking
from ops import settled
from ops.errors import Unready
from ops.parking_lot import ParkingLot
from tests.integration.ops.works import SERVICE, Works, a_lamp


def test_the_history_keeps_every_settling_of_a_message_that_is_parked_again(
    works: Works, lot: ParkingLot
) -> None:
    works.take(a_lamp(1))
    key = lot.all()[0].key
    lot.replay(key, by="li", because="a new handler")
    works.take_from_queue()
    lot.skip(key, by="wang", because="the lamp is gone")
    assert [(each.key, each.action, each.settled_by, each.because) for each in lot.history()] == [
        (key, "replayed", "li", "a new handler"),
        (key, "skipped", "wang", "the lamp is gone"),
    ]
    assert {each.reason for each in lot.history()} == {"handler: KeyError"}
    assert all(each.stands for each in lot.history())


def test_nothing_is_on_record_that_was_not_done(works: Works, lot: ParkingLot) -> None:
    parking.park(works.database, a_lamp(2), reason="unreadable: by hand")
    with pytest.raises(Unready, match="number 1 has not come yet"):
        lot.skip(lot.all()[0].key, by="li", because="none")
    assert lot.history() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE message_settled SET settled_by = 'wang'",
        "DELETE FROM message_settled WHERE position = 1",
        "TRUNCATE message_settled",
    ],
)
def test_what_was_settled_stays_on_record(works: Works, lot: ParkingLot, change: str) -> None:
    _settle_two(works, lot)
    with (
        psycopg.connect(works.url(SERVICE)) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="stays on record"),
    ):
        connection.execute(change.encode())
    assert [each.stands for each in lot.history()] == [True, True]


@pytest.mark.parametrize(
    ("change", "stand"),
    [
        ("UPDATE message_settled SET settled_by = 'wang' WHERE position = 2", [True, False]),
        ("UPDATE message_settled SET because = 'none' WHERE position = 1", [False, False]),
        ("DELETE FROM message_settled WHERE position = 1", [False]),
    ],
)
def test_whoever_changes_the_record_by_force_is_found_out(
    works: Works, lot: ParkingLot, change: str, stand: list[bool]
) -> None:
    _settle_two(works, lot)
    with psycopg.connect(works.url(SERVICE)) as connection:
        connection.execute("ALTER TABLE message_settled DISABLE TRIGGER message_settled_never_changes")
        connection.execute(change.encode())
    assert [each.stands for each in lot.history()] == stand


def test_a_record_that_was_written_anew_stands_and_lacks_the_hash_that_was_kept(
    works: Works, lot: ParkingLot
) -> None:
    """Seen failing: with the chain alone looked at: nothing is found out."""
    _settle_two(works, lot)
    kept = [each.hash.hex() for each in lot.history()]
    assert settled.lacking(lot.history(), kept) == []
    assert settled.lacking(lot.history(), [kept[1].upper()]) == []
    with psycopg.connect(works.url(SERVICE)) as connection:
        connection.execute("ALTER TABLE message_settled DISABLE TRIGGER message_settled_never_changes")
        connection.execute("TRUNCATE message_settled RESTART IDENTITY")
        for each in lot.all(settled=True):
            settled.add(connection, each, action="skipped", by="wang", because="none")
    assert [each.stands for each in lot.history()] == [True, True]
    assert settled.lacking(lot.history(), kept) == kept


def test_a_hash_that_does_not_stand_vouches_for_nothing(works: Works, lot: ParkingLot) -> None:
    """Seen failing: with every row's hash taken for known: the rows before it may be changed."""
    _settle_two(works, lot)
    last = lot.history()[-1].hash.hex()
    with psycopg.connect(works.url(SERVICE)) as connection:
        connection.execute("ALTER TABLE message_settled DISABLE TRIGGER message_settled_never_changes")
        connection.execute("UPDATE message_settled SET settled_by = 'wang' WHERE position = 1")
    assert settled.lacking(lot.history(), [last]) == [last]


def _settle_two(works: Works, lot: ParkingLot) -> None:
    for sequence in (1, 2):
        parking.park(works.database, a_lamp(sequence), reason="unreadable: by hand")
    for each in lot.all():
        lot.replay(each.key, by="li", because="mended")
