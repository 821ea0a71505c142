from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.merkle import Frontier, leaf_hash
from chassis.principal import Principal
from contracts import roll
from contracts.envelope import decode_data
from contracts.events.governance import RollRequested
from contracts.events.registry import RollAnswered, RollEntry
from contracts.vocabulary import Role, RollKind
from services.registry.service import COMMANDS, EVENTS
from tests.support.messages import a_command, an_event, answer_of, rows, sent
from tests.unit.registry.neighbours import moving, registering

CLERK = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": "c02"})
HOME, NEXT_DOOR, OTHER_GRID = "c02-g01-s01-d1-h101", "c02-g01-s01-d1-h102", "c02-g02-s11-d1-h101"
AS_OF = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)


def do(database: Database, *asked: Any) -> list[dict[str, Any]]:
    return [
        answer_of(body) for body in COMMANDS.process(database, [a_command(each, CLERK) for each in asked])
    ]


def settle(database: Database, *households: str, **changes: Any) -> list[UUID]:
    """Put somebody on record in each of these households."""
    return [
        UUID(each["person_id"])
        for each in do(database, *(registering(home, **changes) for home in households))
    ]


def own(
    database: Database, code: str, area: int, *owners: UUID, place: str = HOME, use: str = "dwelling"
) -> None:
    unit = uuid4()
    with database.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO property_unit VALUES (:id, :code, :place, :use, :area, '2012-06-01')"),
            {"id": unit, "code": code, "place": place, "use": use, "area": area},
        )
        for owner in owners:
            connection.execute(
                sa.text("INSERT INTO ownership VALUES (:unit, :owner, :owner, NULL, '2012-06-01')"),
                {"unit": unit, "owner": owner},
            )


def ask(database: Database, kind: RollKind, **changes: Any) -> UUID:
    """Have governance ask for a roll; return its id."""
    asked = msgspec.structs.replace(
        RollRequested(roll_id=uuid4(), vote_id=uuid4(), place="c02", kind=kind, as_of=AS_OF, at=NOW),
        **changes,
    )
    subject = str(asked.roll_id)
    EVENTS.process(database, [an_event(asked, subject=subject, sequence=1, source="governance")])
    return asked.roll_id


def answered(database: Database, roll_id: UUID) -> list[RollAnswered]:
    told = [event for event in sent(database) if event.subject == str(roll_id)]
    assert [(event.type, event.sequence) for event in told] == [
        (RollAnswered.type, number) for number in range(1, len(told) + 1)
    ]
    return [decode_data(event.data, RollAnswered) for event in told]


def entries_of(chunks: list[RollAnswered]) -> list[RollEntry]:
    return [entry for chunk in chunks for entry in chunk.entries]


def electors_of(database: Database, kind: RollKind, **changes: Any) -> list[set[UUID]]:
    entries = entries_of(answered(database, ask(database, kind, **changes)))
    return sorted((set(entry.electors) for entry in entries), key=str)


def check_sums(chunks: list[RollAnswered]) -> None:
    entries = entries_of(chunks)
    tree = Frontier()
    for leaf in roll.leaves(entries):
        tree = tree.grown(leaf_hash(leaf))
    expected = (len(entries), sum(entry.area_hundredths_m2 for entry in entries), tree.root.hex())
    for number, chunk in enumerate(chunks, start=1):
        assert (chunk.count, chunk.area_hundredths_m2, chunk.root) == expected
        assert (chunk.chunk, chunk.chunks) == (number, len(chunks))


def test_adults_are_counted_one_by_one_from_their_eighteenth_birthday(estate: Database) -> None:
    (adult,) = settle(estate, HOME, birthday=AS_OF.replace(year=AS_OF.year - 18))
    settle(estate, HOME, birthday=AS_OF.replace(year=AS_OF.year - 18) + timedelta(days=1))
    chunks = answered(estate, ask(estate, RollKind.ADULTS))
    assert [entry.electors for entry in entries_of(chunks)] == [(adult,)]
    check_sums(chunks)


def test_who_was_born_on_29_february_is_of_age_on_1_march(estate: Database) -> None:
    settle(estate, HOME, birthday=date(2008, 2, 29))
    assert electors_of(estate, RollKind.ADULTS, as_of=date(2026, 2, 28)) == []
    assert len(electors_of(estate, RollKind.ADULTS, as_of=date(2026, 3, 1))) == 1


def test_nobody_comes_back_from_before_they_left_and_so_nobody_is_counted_twice(estate: Database) -> None:
    (somebody,) = settle(estate, HOME, since=date(2020, 1, 1))
    left = date(2025, 6, 1)
    assert do(estate, moving(person_id=somebody, household=None, on=left))[0]["household"] is None
    # Not on the day either from which they had lived in the first place.
    for on in (date(2020, 1, 1), date(2025, 3, 1)):
        (refused,) = do(estate, moving(person_id=somebody, household=NEXT_DOOR, on=on))
        assert refused["code"] == "move_out_of_order"
    (back,) = do(estate, moving(person_id=somebody, household=NEXT_DOOR, on=left))
    assert back["household"] == NEXT_DOOR
    for as_of in (date(2025, 4, 1), left):
        assert electors_of(estate, RollKind.ADULTS, as_of=as_of) == [{somebody}]


def test_a_household_is_one_entry_that_each_of_its_adults_may_use(estate: Database) -> None:
    first, second, neighbour = settle(estate, HOME, HOME, NEXT_DOOR)
    settle(estate, OTHER_GRID, birthday=date(2020, 1, 1))
    assert electors_of(estate, RollKind.HOUSEHOLDS) == sorted([{first, second}, {neighbour}], key=str)


def test_a_grids_roll_holds_nobody_of_another_grid(estate: Database) -> None:
    here, _ = settle(estate, HOME, OTHER_GRID)
    assert electors_of(estate, RollKind.ADULTS, place="c02-g01") == [{here}]


def test_owners_of_the_same_units_are_one_head_with_the_areas_summed(estate: Database) -> None:
    alone, wife, husband = settle(estate, HOME, NEXT_DOOR, NEXT_DOOR)
    own(estate, "a", 6_825, alone)
    own(estate, "b", 1, alone)
    own(estate, "c", 9_000, wife, husband)
    own(estate, "d", 500, wife)
    own(estate, "p", 1_200, alone, use="parking")
    chunks = answered(estate, ask(estate, RollKind.OWNERS))
    heads = {frozenset(entry.electors): entry.area_hundredths_m2 for entry in entries_of(chunks)}
    assert heads == {
        frozenset({alone}): 6_826,
        frozenset({wife, husband}): 9_000,
        frozenset({wife}): 500,
    }
    check_sums(chunks)


def test_an_organisation_is_a_head_that_nobody_signs_in_for(estate: Database) -> None:
    with estate.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO organisation_owner VALUES (:id, '矿务局')"), {"id": UUID(int=5)}
        )
    own(estate, "shop", 20_000)
    with estate.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO ownership SELECT unit_id, :id, NULL, :id, '2012-06-01' FROM property_unit"),
            {"id": UUID(int=5)},
        )
    (entry,) = entries_of(answered(estate, ask(estate, RollKind.OWNERS)))
    assert (entry.electors, entry.area_hundredths_m2) == ((), 20_000)


def test_a_roll_that_nobody_is_on_is_one_chunk_without_entries(estate: Database) -> None:
    for place in ("c02", "nowhere"):
        (chunk,) = answered(estate, ask(estate, RollKind.OWNERS, place=place))
        assert (chunk.chunk, chunk.chunks, chunk.entries, chunk.count) == (1, 1, (), 0)
        check_sums([chunk])


def test_who_moves_afterwards_changes_nothing_and_who_moved_before_is_counted_where_they_lived(
    estate: Database,
) -> None:
    stays, leaves = settle(estate, HOME, NEXT_DOOR)
    before = electors_of(estate, RollKind.HOUSEHOLDS)
    day = AS_OF + timedelta(days=1)
    assert do(estate, moving(leaves, None, day), moving(stays, OTHER_GRID, day)) == [
        {"person_id": str(leaves), "household": None},
        {"person_id": str(stays), "household": OTHER_GRID},
    ]
    assert electors_of(estate, RollKind.HOUSEHOLDS) == before
    assert electors_of(estate, RollKind.HOUSEHOLDS, as_of=day) == [{stays}]
    assert electors_of(estate, RollKind.ADULTS, as_of=day, place="c02-g01") == []
    assert electors_of(estate, RollKind.ADULTS, as_of=date(2012, 5, 31)) == []


def test_a_large_roll_comes_in_chunks_of_five_hundred_with_one_root(estate: Database) -> None:
    doors = rows(estate, "SELECT code FROM place WHERE tier = 'household' ORDER BY code LIMIT 1001")
    people = settle(estate, *(row[0] for row in doors), id_number=None)
    chunks = answered(estate, ask(estate, RollKind.ADULTS))
    assert [len(chunk.entries) for chunk in chunks] == [500, 500, 1]
    check_sums(chunks)
    assert Counter(entry.electors for entry in entries_of(chunks)) == Counter((each,) for each in people)
    ids = [entry.entitlement_id for entry in entries_of(chunks)]
    assert len(set(ids)) == 1001
    assert {each.version for each in ids} == {4}


def test_a_roll_is_answered_once_whoever_asks_again(estate: Database) -> None:
    settle(estate, HOME)
    asked = ask(estate, RollKind.ADULTS)
    again = RollRequested(
        roll_id=asked, vote_id=uuid4(), place="c02", kind=RollKind.ADULTS, as_of=AS_OF, at=NOW
    )
    before = answered(estate, asked)
    EVENTS.process(estate, [an_event(again, subject=str(asked), sequence=2, source="governance")])
    assert answered(estate, asked) == before
    assert rows(estate, "SELECT reason FROM inbox_parked") == []
    assert rows(estate, "SELECT count, area_hundredths_m2, root FROM roll") == [(1, 0, before[0].root)]


def test_a_roll_names_nobody(estate: Database) -> None:
    settle(estate, HOME)
    ask(estate, RollKind.HOUSEHOLDS)
    told = b"".join(bytes(event.data) for event in sent(estate))
    assert "王小花".encode() not in told
    assert HOME.encode() not in told
    assert b"99030" not in told
