from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

from chassis.data.engine import Database
from chassis.refusal import NotFound
from gateway import tokens
from gateway.answers import Account
from gateway.filters import MOST, SavedFilter
from gateway.media.taken import Taken
from gateway.media.transfer import Transfer
from gateway.media.upload import Upload
from gateway.models import metadata
from gateway.repository import SqlFilters, SqlSessions, SqlTransfers, SqlUploads
from gateway.sessions import STAFF, Sessions

CLERK = Account(
    account_id=str(uuid4()),
    display_name="张三",
    roles=("clerk", "committee"),
    community="c01",
    grid=None,
    department=None,
)

WHERE = Taken(longitude_deg=112.55, latitude_deg=37.87, taken_at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC))


def an_upload(media_id: UUID, *, original_sha256: str = "a" * 64) -> Upload:
    return Upload(
        media_id=media_id,
        owner=CLERK.account_id,
        kind="photo",
        mime="image/jpeg",
        size_bytes=1234,
        width=120,
        height=80,
        sha256="b" * 64,
        original_sha256=original_sha256,
        original_path=f"original/{original_sha256[:2]}/x",
        shown_path="shown/x",
        created_at=datetime.now(UTC),
    )


def test_the_migration_makes_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_session_comes_back_as_it_was(database: Database) -> None:
    token, session = Sessions(SqlSessions(database), lifetime=timedelta(hours=1)).open(
        account=CLERK, kind=STAFF
    )
    found = Sessions(SqlSessions(database), lifetime=timedelta(hours=1)).find(token)
    assert found is not None
    assert found.session == session
    assert found.principal.has("committee")
    assert found.principal.scope == {"community": "c01"}


def test_the_database_never_sees_a_token(database: Database) -> None:
    token, _ = Sessions(SqlSessions(database), lifetime=timedelta(hours=1)).open(account=CLERK, kind=STAFF)
    with database.reading() as connection:
        rows = connection.execute(sa.text("SELECT sessions::text FROM sessions")).scalars().all()
    assert len(rows) == 1
    assert token not in rows[0]
    assert token.encode().hex() not in rows[0]


@pytest.mark.parametrize("lifetime", [timedelta(seconds=-1), timedelta(0)])
def test_a_session_past_its_end_is_not_found(database: Database, lifetime: timedelta) -> None:
    token, _ = Sessions(SqlSessions(database), lifetime=lifetime).open(account=CLERK, kind=STAFF)
    assert Sessions(SqlSessions(database), lifetime=lifetime).find(token) is None


def test_a_revoked_session_is_not_found_by_another_process(database: Database) -> None:
    first = Sessions(SqlSessions(database), lifetime=timedelta(hours=1))
    token, session = first.open(account=CLERK, kind=STAFF)
    first.revoke(session)
    assert Sessions(SqlSessions(database), lifetime=timedelta(hours=1)).find(token) is None


def test_an_upload_comes_back_as_it_was_and_unknown_ones_do_not(database: Database) -> None:
    uploads = SqlUploads(database)
    kept = uploads.add(an_upload(uuid4()), WHERE)
    assert uploads.find([kept.media_id, uuid4()]) == {kept.media_id: kept}
    assert uploads.find([]) == {}


def test_where_it_was_taken_is_told_when_asked_and_not_carried_along(database: Database) -> None:
    uploads = SqlUploads(database)
    kept = uploads.add(an_upload(uuid4()), WHERE)
    bare = uploads.add(an_upload(uuid4()), Taken())
    assert uploads.taken(kept.media_id) == WHERE
    assert uploads.taken(bare.media_id) == uploads.taken(uuid4()) == Taken()
    assert "37.87" not in repr(uploads.find([kept.media_id]))


def test_of_eight_uploads_at_once_under_one_id_one_is_kept(database: Database) -> None:
    uploads, media_id = SqlUploads(database), uuid4()
    offered = [an_upload(media_id, original_sha256=str(n) * 64) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda each: uploads.add(each, WHERE), offered))
    assert len({each.original_sha256 for each in kept}) == 1


def test_a_departments_token_speaks_for_the_department_until_it_is_revoked(database: Database) -> None:
    repository = SqlSessions(database)
    first, second = tokens.issue(repository, "CGJ"), tokens.issue(repository, "CGJ")
    other = tokens.issue(repository, "GAJ")
    found = [Sessions(repository, lifetime=timedelta(1)).find(token) for token in (first, second, other)]
    subjects = [each.principal.subject for each in found if each is not None]
    assert subjects[0] == subjects[1] != subjects[2]
    assert found[0] is not None
    assert found[0].principal.scope == {"department": "CGJ"}
    assert found[0].principal.roles == {"department"}
    assert tokens.revoke(repository, "CGJ") == 2
    again = [Sessions(repository, lifetime=timedelta(1)).find(token) for token in (first, second, other)]
    assert [each is None for each in again] == [True, True, False]


def test_when_a_department_goes_its_people_go_with_its_software_and_nobody_else(database: Database) -> None:
    sessions = Sessions(SqlSessions(database), lifetime=timedelta(hours=1))
    officer = msgspec.structs.replace(
        CLERK, account_id=str(uuid4()), roles=("department",), community=None, department="LYJ"
    )
    gone = [tokens.issue(SqlSessions(database), "LYJ"), sessions.open(account=officer, kind=STAFF)[0]]
    stay = [tokens.issue(SqlSessions(database), "GAF"), sessions.open(account=CLERK, kind=STAFF)[0]]
    assert SqlSessions(database).revoke_at("LYJ") == 2
    assert [sessions.find(token) is None for token in (*gone, *stay)] == [True, True, False, False]


def test_the_command_prints_a_token_that_works(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_repository", lambda: SqlSessions(database))
    printed = CliRunner().invoke(tokens.main, ["issue", "--department", "CGJ", "--days", "1"])
    assert printed.exit_code == 0, printed.output
    found = Sessions(SqlSessions(database), lifetime=timedelta(1)).find(printed.output.strip())
    assert found is not None
    assert msgspec.structs.asdict(found.session)["kind"] == "department"
    ended = CliRunner().invoke(tokens.main, ["revoke", "--department", "CGJ"])
    assert ended.output == "1 revoked\n"


def a_filter(name: str, **parameters: str) -> SavedFilter:
    return SavedFilter(name=name, list="cases", parameters=parameters)


def test_a_filter_is_kept_replaced_and_forgotten_for_its_owner_alone(database: Database) -> None:
    filters = SqlFilters(database)
    assert filters.keep("a", a_filter("待核查", state="answered"))
    assert filters.keep("a", a_filter("待核查", state="checked"))
    assert filters.keep("a", a_filter("b"))
    assert filters.keep("z", a_filter("待核查", grid="c01-g01"))
    assert filters.find("a", "待核查") == a_filter("待核查", state="checked")
    assert {each.name for each in filters.all("a")} == {"b", "待核查"}
    filters.drop("a", "待核查")
    assert filters.find("a", "待核查") is None
    assert filters.all("z") == (a_filter("待核查", grid="c01-g01"),)


def test_two_requests_do_not_both_find_room_for_the_last_filter(database: Database) -> None:
    filters = SqlFilters(database)
    for number in range(MOST - 1):
        filters.keep("a", a_filter(f"f{number}"))
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda number: filters.keep("a", a_filter(f"last{number}")), range(4)))
    assert sorted(kept) == [False, False, False, True]
    assert len(filters.all("a")) == MOST
    assert filters.keep("a", a_filter("f0", state="closed"))
    assert filters.find("a", "f0") == a_filter("f0", state="closed")


def a_transfer(*, hours: float = 24, length: int = 100, owner: str = CLERK.account_id) -> Transfer:
    return Transfer(
        transfer_id=uuid4(),
        owner=owner,
        media_id=uuid4(),
        length_bytes=length,
        offset_bytes=0,
        metadata="filename YQ==",
        path=f"incoming/aa/{uuid4().hex}",
        expires_at=datetime.now(UTC) + timedelta(hours=hours),
    )


def nothing() -> None:
    pass


def test_a_transfer_comes_back_as_it_was_and_the_first_under_its_id_stays(database: Database) -> None:
    transfers = SqlTransfers(database)
    kept = transfers.add(a_transfer())
    assert transfers.find(kept.transfer_id) == kept
    again = msgspec.structs.replace(kept, path="incoming/bb/another", length_bytes=7)
    assert transfers.add(again) == kept
    assert transfers.find(uuid4()) is None


def test_an_offset_moves_from_where_it_stands_and_after_the_bytes(database: Database) -> None:
    transfers, seen = SqlTransfers(database), []
    kept = transfers.add(a_transfer())

    def write() -> None:
        found = transfers.find(kept.transfer_id)
        seen.append(found.offset_bytes if found else None)

    assert transfers.extend(kept.transfer_id, at=0, length=60, write=write)
    assert not transfers.extend(kept.transfer_id, at=0, length=60, write=write)
    assert transfers.extend(kept.transfer_id, at=60, length=40, write=write)
    assert seen == [0, 60]

    def disk_full() -> None:
        raise OSError("no space left")

    fresh = transfers.add(a_transfer())
    with pytest.raises(OSError, match="no space"):
        transfers.extend(fresh.transfer_id, at=0, length=10, write=disk_full)
    assert transfers.find(fresh.transfer_id) == fresh


def test_of_eight_that_go_on_from_one_offset_one_does(database: Database) -> None:
    transfers, written = SqlTransfers(database), []
    kept = transfers.add(a_transfer())

    def extend(each: int) -> bool:
        return transfers.extend(kept.transfer_id, at=0, length=10, write=lambda: written.append(each))

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(extend, range(8)))
    assert sum(moved) == len(written) == 1
    assert moved[written[0]]


def test_a_transfer_past_its_end_is_not_there_and_makes_room(database: Database) -> None:
    transfers = SqlTransfers(database)
    past, young = transfers_past(transfers), transfers.add(a_transfer())
    assert transfers.find(past.transfer_id) is None
    with pytest.raises(NotFound):
        transfers.extend(past.transfer_id, at=0, length=1, write=nothing)
    anew = msgspec.structs.replace(past, path="incoming/cc/anew", expires_at=young.expires_at)
    assert transfers.add(anew) == anew
    other = transfers_past(transfers)
    assert transfers.drop_expired() == [other.path]
    assert transfers.find(young.transfer_id) == young


def transfers_past(transfers: SqlTransfers) -> Transfer:
    """A transfer that is past its end."""
    past = a_transfer(hours=-1)
    with pytest.raises(NotFound):
        transfers.add(past)
    return past


def test_what_is_refused_or_given_up_does_not_go_on_and_does_not_count(database: Database) -> None:
    transfers = SqlTransfers(database)
    refused, dropped, whole, open_one = (transfers.add(a_transfer()) for _ in range(4))
    transfers.add(a_transfer(owner=str(uuid4())))
    assert transfers.count_open(CLERK.account_id) == 4
    transfers.refuse(refused.transfer_id, "media_type_refused")
    transfers.drop(dropped.transfer_id)
    transfers.extend(whole.transfer_id, at=0, length=100, write=nothing)
    assert transfers.count_open(CLERK.account_id) == 1
    found = transfers.find(refused.transfer_id)
    assert found is not None
    assert found.refused == "media_type_refused"
    for each in (refused, dropped):
        with pytest.raises(NotFound):
            transfers.extend(each.transfer_id, at=0, length=1, write=nothing)
    assert transfers.extend(open_one.transfer_id, at=0, length=1, write=nothing)
