"""A cell's databases are backed up and come back, with what their broker held sent again. No broker runs."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from chassis.context import Context
from chassis.data.engine import Database
from contracts import envelope
from contracts.department import CellRestored
from contracts.naming import DEPARTMENTS_EXCHANGE
from contracts.topology import STREAMS
from ops.cell import DATABASES, SERVICES, Cell
from ops.display import Display
from ops.draining import follows
from ops.errors import Unready
from ops.postgres import PostgresServer
from ops.processes import sealing_keys, signing_key
from ops.program import Running
from ops.recovery import keys, manifest
from ops.recovery.backup import Backup, verify
from ops.recovery.commands import restore
from ops.recovery.manifest import Manifest
from ops.recovery.restore import Restore, go_on
from ops.recovery.rollback import next_epoch
from ops.roster import Roster
from ops.servers import Servers, remembered
from ops.startup import refuse_half_restored, restoring_mark
from ops.supervision import Supervisor
from tests.support.servers import remove, temporary_cell

pytestmark = pytest.mark.slow

QUIET = Display(quiet=True)
PHOTO = "originals/ab/abcdef"


class Told(msgspec.Struct, frozen=True):
    """Some event of intake's."""

    type: ClassVar[str] = "intake.case.told.v1"
    number: int


class Made(NamedTuple):
    """A cell, and the backup that was made of it."""

    cell: Cell
    out: Path
    keys: Path


@contextmanager
def databases_of(cell: Cell) -> Iterator[Servers]:
    server = PostgresServer(cell, durable=False)
    running = Running(server.prepare(), cell.logs / "postgres.log")
    try:
        server.wait(running.check)
        yield Servers(cell)
    finally:
        running.stop()


def rows(servers: Servers, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(servers.databases.url(service)) as connection:
        cursor = connection.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []


def tell(servers: Servers, case: str, sequences: range, *, sent: bool = True) -> None:
    database = Database(servers.databases.url("intake"), source="intake")
    with database.writing(Context(correlation_id="a test")) as uow:
        for n in sequences:
            uow.outbox.event(Told(n), subject=case, sequence=n, ordering_key=case)
    database.close()
    if sent:
        rows(servers, "intake", "UPDATE outbox SET sent_at = now() WHERE ordering_key = %s", case)


def about_to_be_told(servers: Servers, department: str) -> None:
    database = Database(servers.databases.url("dispatch"), source="dispatch")
    with database.writing(Context(correlation_id="a test")) as uow:
        uow.outbox.to_department(
            Told(1), department=department, subject="an order", sequence=1, ordering_key="a case"
        )
    database.close()


def take(servers: Servers, service: str, case: str, sequence: int) -> None:
    rows(servers, service, "INSERT INTO inbox_cursor VALUES ('intake', %s, %s)", case, sequence)


def park(servers: Servers, service: str, case: str) -> None:
    query = "SELECT id, body FROM outbox WHERE ordering_key = %s"
    ((event_id, body),) = rows(servers, "intake", query, case)
    rows(
        servers,
        service,
        "INSERT INTO inbox_parked (message_key, queue, routing_key, source, aggregate, sequence, reason, "
        "headers, body) VALUES (%s, 'x.inbox.0', 'x', 'intake', %s, 1, 'a test', '{}', %s)",
        str(event_id),
        case,
        body,
    )


def wait(servers: Servers, service: str, case: str, sequence: int) -> None:
    query = "SELECT id, body FROM outbox WHERE ordering_key = %s ORDER BY position"
    event_id, body = rows(servers, "intake", query, case)[sequence - 1]
    insert = "INSERT INTO inbox_waiting VALUES ('intake', %s, %s, %s, %s)"
    rows(servers, service, insert, case, sequence, event_id, body)


def epochs(servers: Servers, service: str, query: str) -> set[int]:
    return {envelope.epoch_of(envelope.decode(bytes(row[0]))) for row in rows(servers, service, query)}


FOLLOWERS = tuple(service for service in STREAMS if follows(service, Told.type))


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """A cell that was backed up while some of what it had sent was on its broker's queues."""
    folder, cell = temporary_cell("before")
    with databases_of(cell) as servers:
        servers.databases.create()
        for service in DATABASES:
            servers.databases.migrate(service)
        tell(servers, "taken", range(1, 3))
        tell(servers, "under way", range(1, 4))
        tell(servers, "parked", range(1, 2))
        tell(servers, "unsent", range(1, 2), sent=False)
        for service in FOLLOWERS:
            take(servers, service, "taken", 2)
            take(servers, service, "under way", 1 if service == "notify" else 3)
            if service == "governance":
                park(servers, service, "parked")
            else:
                take(servers, service, "parked", 1)
        rows(servers, "notify", "INSERT INTO inbox_attempt VALUES ('some message', 1)")
        wait(servers, "notify", "under way", 3)
        about_to_be_told(servers, "CGJ")
        (cell.media / PHOTO).parent.mkdir(parents=True)
        (cell.media / PHOTO).write_bytes(b"a photo")
        (cell.media / "incoming").mkdir()
        (cell.media / "incoming" / "half").write_bytes(b"half a photo")
        (cell.departments / "CGJ.env").write_text("export QIAOTOU_TOKEN=known-to-them\n")
        cell.secret("sealing key 1")
        cell.secret("signing key")
        out, kept = folder / "out", folder / "keys.json"
        Backup(cell, QUIET).make(out, kept)
        yield Made(cell, out, kept)
    remove(folder)


@pytest.fixture(scope="module")
def restored(made: Made) -> Iterator[tuple[Cell, Servers]]:
    """A cell of another name into which the backup was restored, with its databases running."""
    folder, cell = temporary_cell("after")
    Restore(cell, QUIET).run(made.out, made.keys)
    with databases_of(cell) as servers:
        yield cell, servers
    remove(folder)


@pytest.fixture
def elsewhere() -> Iterator[Cell]:
    """An empty cell."""
    folder, cell = temporary_cell("elsewhere")
    yield cell
    remove(folder)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Path:
    """A copy of the backup, to be spoiled."""
    return Path(shutil.copytree(made.out, tmp_path / "copied"))


def unsent(servers: Servers, case: str) -> list[int]:
    query = (
        "SELECT (convert_from(body, 'UTF8')::json->>'sequence')::int FROM outbox "
        "WHERE sent_at IS NULL AND ordering_key = %s ORDER BY position"
    )
    return [row[0] for row in rows(servers, "intake", query, case)]


def test_what_a_follower_had_not_taken_is_sent_again(restored: tuple[Cell, Servers]) -> None:
    _, servers = restored
    assert len(FOLLOWERS) == 3
    assert {case: unsent(servers, case) for case in ("taken", "under way", "parked", "unsent")} == {
        "taken": [],
        "under way": [2, 3],
        "parked": [],
        "unsent": [1],
    }


def test_whatever_is_still_to_be_told_or_taken_is_of_a_new_epoch(restored: tuple[Cell, Servers]) -> None:
    cell, servers = restored
    ((epoch,),) = rows(servers, "intake", "SELECT DISTINCT epoch FROM source_epoch")
    assert epoch > 1
    for service in SERVICES:
        assert rows(servers, service, "SELECT source, epoch FROM source_epoch ORDER BY 1") == [
            (source, epoch) for source in sorted(SERVICES)
        ]
    assert epochs(servers, "intake", "SELECT body FROM outbox WHERE sent_at IS NULL") == {epoch}
    assert epochs(servers, "intake", "SELECT body FROM outbox WHERE sent_at IS NOT NULL") == {1}
    assert epochs(servers, "notify", "SELECT body FROM inbox_waiting") == {epoch}
    assert epochs(servers, "governance", "SELECT body FROM inbox_parked") == {epoch}
    again = go_on(cell, servers, QUIET, mode="test")
    assert again.epoch > epoch
    assert epochs(servers, "intake", "SELECT body FROM outbox WHERE sent_at IS NULL") == {again.epoch}


def test_two_restores_of_one_backup_never_begin_the_same_epoch() -> None:
    first = next_epoch(1, now=datetime(2026, 11, 28, 17, 0, 0, tzinfo=UTC))
    second = next_epoch(1, now=datetime(2026, 11, 28, 17, 0, 1, tzinfo=UTC))
    assert first < second < envelope.LAST_EPOCH
    assert next_epoch(second, now=datetime(2026, 11, 28, tzinfo=UTC)) == second + 1


def test_every_department_is_told_before_its_orders_come(made: Made, restored: tuple[Cell, Servers]) -> None:
    _, servers = restored
    query = "SELECT routing_key, body FROM outbox WHERE exchange = %s ORDER BY position"
    first: dict[str, envelope.CloudEvent] = {}
    for code, body in rows(servers, "dispatch", query, DEPARTMENTS_EXCHANGE):
        event = envelope.decode(bytes(body))
        if envelope.epoch_of(event) > 1:
            first.setdefault(code, event)
    assert first.keys() == set(Roster(made.cell).codes())
    for event in first.values():
        restore = envelope.decode_data(event.data, CellRestored)
        assert (restore.epoch, restore.known_until) == (event.epoch, manifest.read(made.out).began_at)


def test_nobody_is_suspected_for_what_another_broker_delivered(restored: tuple[Cell, Servers]) -> None:
    _, servers = restored
    assert rows(servers, "notify", "SELECT count(*) FROM inbox_attempt") == [(0,)]


def test_keys_settings_and_media_are_those_of_before(made: Made, restored: tuple[Cell, Servers]) -> None:
    cell, _ = restored
    assert (sealing_keys(cell), signing_key(cell)) == (sealing_keys(made.cell), signing_key(made.cell))
    assert (cell.departments / "CGJ.env").read_text() == "export QIAOTOU_TOKEN=known-to-them\n"
    assert (cell.media / PHOTO).read_bytes() == b"a photo"
    assert not (cell.media / "incoming").exists()
    assert not restoring_mark(cell).exists()


def test_the_data_hold_no_secret_and_the_keys_are_for_their_owner_alone(made: Made) -> None:
    written = b"".join(path.read_bytes() for path in made.out.rglob("*") if path.is_file())
    for name, secret in made.cell.secrets().items():
        assert secret.encode() not in written, name
    for derived in (signing_key(made.cell), sealing_keys(made.cell).removeprefix("1:")):
        assert derived.encode() not in written
        assert bytes.fromhex(derived) not in written
    assert stat.S_IMODE(made.keys.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.out.stat().st_mode) == 0o700


def test_a_backup_that_is_whole_says_so(made: Made) -> None:
    found = verify(made.out, keys_file=made.keys)
    assert found.began_at <= found.ended_at
    assert {path.name for path in made.out.parent.iterdir() if path.name.startswith(".")} == set()


def test_a_backup_overwrites_neither_a_backup_nor_keys(made: Made, tmp_path: Path) -> None:
    with pytest.raises(Unready, match="overwrites nothing"):
        Backup(made.cell, QUIET).make(made.out, tmp_path / "keys")
    other = tmp_path / "other"
    other.write_bytes(msgspec.json.encode(msgspec.structs.replace(keys.read(made.keys), secrets={})))
    before = other.read_bytes()
    with pytest.raises(Unready, match="other keys"):
        Backup(made.cell, QUIET).make(tmp_path / "again", other)
    assert (other.read_bytes(), (tmp_path / "again").exists()) == (before, False)
    assert list(tmp_path.glob(".again*")) == []
    Backup(made.cell, QUIET).make(tmp_path / "again", made.keys)
    verify(tmp_path / "again", keys_file=made.keys)


def test_keys_that_cannot_be_written_are_refused_before_anything_is_copied(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with the keys looked at where they are written, at the end."""
    monkeypatch.setattr(Backup, "_base_backup", lambda *_: pytest.fail("it was copied"))
    other = tmp_path / "other"
    other.write_bytes(msgspec.json.encode(msgspec.structs.replace(keys.read(made.keys), secrets={})))
    with pytest.raises(Unready, match="other keys"):
        Backup(made.cell, QUIET).make(tmp_path / "out", other)
    with pytest.raises(Unready, match="is no folder"):
        Backup(made.cell, QUIET).make(tmp_path / "out", tmp_path / "nowhere" / "keys")
    assert list(tmp_path.iterdir()) == [other]


def hold(servers: Servers, state: str) -> None:
    """Let there be a secret vote in this state."""
    rows(
        servers,
        "governance",
        "INSERT INTO vote (id, place, community, subject, roll_kind, mode, title, text, options, seats, "
        "important, drafted_at, drafted_by, state, candidates, rolls, swept, version) VALUES "
        "(gen_random_uuid(), 'c01', 'c01', 'matter', 'households', 'secret', '', '', '{}', 1, false, now(), "
        "'x', %s, '[]', 0, true, 1)",
        state,
    )


@pytest.mark.parametrize(("state", "match"), [("open", "under way"), ("certified", "was held")])
def test_a_backup_amid_which_a_secret_vote_opens_is_destroyed(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, match: str
) -> None:
    """Seen failing: with votes looked for before the copy alone; it holds who cast what."""
    servers, copy = Servers(made.cell), Backup._base_backup

    def slowly(self: Backup, folder: Path) -> None:
        copy(self, folder)
        hold(servers, state)

    hold(servers, "noticed")
    hold(servers, "rejected")
    monkeypatch.setattr(Backup, "_base_backup", slowly)
    try:
        with pytest.raises(Unready, match=match):
            Backup(made.cell, QUIET).make(tmp_path / "out", made.keys)
        assert list(tmp_path.iterdir()) == []
    finally:
        rows(servers, "governance", "DELETE FROM vote")


def test_no_backup_is_made_while_a_secret_vote_is_under_way(made: Made, tmp_path: Path) -> None:
    servers = Servers(made.cell)
    hold(servers, "open")
    try:
        with pytest.raises(Unready, match="secret votes"):
            Backup(made.cell, QUIET).make(tmp_path / "out", made.keys)
        assert not (tmp_path / "out").exists()
        Backup(made.cell, QUIET).make(tmp_path / "out", made.keys, during_votes=True)
    finally:
        rows(servers, "governance", "DELETE FROM vote")


def test_a_cell_that_holds_something_is_not_restored_into(made: Made, elsewhere: Cell) -> None:
    elsewhere.secret("anything")
    before = elsewhere.secrets()
    with pytest.raises(Unready, match="not empty"):
        Restore(elsewhere, QUIET).run(made.out, made.keys)
    assert elsewhere.secrets() == before


def test_what_a_cell_holds_is_thrown_away_where_that_is_meant_alone(made: Made, elsewhere: Cell) -> None:
    elsewhere.secret("anything")
    asked = ["--cell", str(elsewhere.folder), str(made.out), "--keys", str(made.keys), "--replace"]
    assert CliRunner().invoke(restore, asked, input="n\n").exit_code == 1
    assert "anything" in elsewhere.secrets()
    ran = CliRunner().invoke(restore, [*asked, "--yes"])
    assert ran.exit_code == 0, ran.output
    assert "anything" not in elsewhere.secrets()
    assert (elsewhere.media / PHOTO).read_bytes() == b"a photo"


Other = tuple[Cell, Servers, Path]


@pytest.fixture
def other(restored: tuple[Cell, Servers]) -> Iterator[Other]:
    """A cell whose PostgreSQL is somebody else's, that server, and what the cell's own broker holds."""
    cell, servers = restored
    folder, own = temporary_cell(cell.folder.name)
    own.adopt(cell.secrets(), sealing_version=cell.sealing_version)
    held = folder / own.folder.name / "rabbitmq" / "mnesia" / "queues"
    held.parent.mkdir(parents=True)
    held.touch()
    yield own, servers, held
    remove(folder)


def test_after_a_database_of_ones_own_was_restored_the_rest_is_done(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: without emptying the broker, which goes on to deliver what was forgotten."""
    cell, servers, held = other
    query = "SELECT max(epoch) FROM source_epoch"
    ((before,),) = rows(servers, "dispatch", query)
    monkeypatch.setenv("DATABASE_URL", servers.postgres.url if servers.postgres else "")
    ran = CliRunner().invoke(restore, ["--cell", str(cell.folder), "--after-database"])
    assert ran.exit_code == 0, ran.output
    ((after,),) = rows(servers, "dispatch", query)
    assert after > before
    assert remembered(cell).keys() == {"DATABASE_URL"}
    assert not held.exists()
    assert not restoring_mark(cell).exists()


def test_what_is_broken_off_after_ones_own_database_was_restored_is_not_started(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: without the mark: up starts a cell whose services say what nobody is told."""
    cell, servers, _ = other
    asked = ["--cell", str(cell.folder), "--after-database"]
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/postgres")
    assert CliRunner().invoke(restore, asked).exit_code == 1
    with pytest.raises(Unready, match="--after-database"):
        refuse_half_restored(cell)
    monkeypatch.setenv("DATABASE_URL", servers.postgres.url if servers.postgres else "")
    assert CliRunner().invoke(restore, asked).exit_code == 0
    assert not restoring_mark(cell).exists()


def test_the_rest_is_not_done_for_a_cell_that_runs_or_has_its_own_database(
    elsewhere: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with the servers remembered first: a running cell's commands go to others."""
    asked = ["--cell", str(elsewhere.folder), "--after-database"]
    known = elsewhere.run / "servers.json"
    known.write_text('{"AMQP_URI": "amqp://somewhere"}')
    with pytest.raises(Unready, match="names no PostgreSQL"):
        CliRunner().invoke(restore, asked, catch_exceptions=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@somewhere/postgres")
    monkeypatch.setattr(Supervisor, "is_running", lambda _: True)
    with pytest.raises(Unready, match="is running"):
        CliRunner().invoke(restore, asked, catch_exceptions=False)
    assert remembered(elsewhere) == {"AMQP_URI": "amqp://somewhere"}
    assert not restoring_mark(elsewhere).exists()


def test_a_restore_that_was_broken_off_is_not_started(elsewhere: Cell) -> None:
    from ops.startup import Startup  # noqa: PLC0415 - what it starts is a whole cell

    restoring_mark(elsewhere).touch()
    with pytest.raises(Unready, match="broken off"):
        Startup(elsewhere, QUIET, mode="test").run()


def refused(elsewhere: Cell, out: Path, keys_file: Path, match: str) -> None:
    with pytest.raises(Unready, match=match):
        Restore(elsewhere, QUIET).run(out, keys_file)
    assert elsewhere.secrets() == {}
    assert not (elsewhere.folder / "postgres" / "data").exists()
    assert not restoring_mark(elsewhere).exists()


def test_nothing_is_restored_without_the_keys(made: Made, elsewhere: Cell, tmp_path: Path) -> None:
    refused(elsewhere, made.out, tmp_path / "none", "without the cell's keys")
    others = tmp_path / "others"
    known = keys.read(made.keys)
    others.write_bytes(msgspec.json.encode(msgspec.structs.replace(known, secrets={keys.SEAL: "another"})))
    refused(elsewhere, made.out, others, "the seal does not hold")
    older = tmp_path / "older"
    older.write_bytes(msgspec.json.encode(msgspec.structs.replace(known, sealing_version=0)))
    refused(elsewhere, made.out, older, "sealed under key 1")


def test_a_manifest_that_was_changed_is_refused(made: Made, elsewhere: Cell, copied: Path) -> None:
    path = copied / manifest.NAME
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(content | {"mode": "demo"}))
    refused(elsewhere, copied, made.keys, "the seal does not hold")
    path.unlink()
    refused(elsewhere, copied, made.keys, "is no backup")


SPOILT: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "is not what the manifest says": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
}


@pytest.mark.parametrize("match", SPOILT)
@pytest.mark.parametrize("name", sorted(manifest.NEEDED))
def test_a_file_that_was_changed_is_refused(
    made: Made, elsewhere: Cell, copied: Path, name: str, match: str
) -> None:
    SPOILT[match](copied / name)
    refused(elsewhere, copied, made.keys, match)


def test_a_newer_software_or_another_machine_is_refused(made: Made, elsewhere: Cell, copied: Path) -> None:
    seal = keys.read(made.keys).secrets[keys.SEAL]
    known = manifest.read(made.out)
    for changed, match in (
        ({"schema": known.schema | {"intake": "9999"}}, "newer software"),
        ({"postgres": known.postgres + 1}, "its files can be read by the same alone"),
        ({"machine": "abacus"}, "its files can be read by the same alone"),
    ):
        forge(copied, known, seal, changed)
        refused(elsewhere, copied, made.keys, match)


def forge(out: Path, known: Manifest, seal: str, changed: dict[str, Any]) -> None:
    forged = msgspec.structs.replace(known, **changed).sealed(seal)
    (out / manifest.NAME).write_bytes(forged.encode())


def kept(cell: Cell, out: Path, keys_file: Path, match: str) -> None:
    """Ask for the cell to be replaced; it is refused, and the cell is what it was."""
    asked = ["--cell", str(cell.folder), str(out), "--keys", str(keys_file), "--replace", "--yes"]
    before = cell.secrets()
    with pytest.raises(Unready, match=match):
        CliRunner().invoke(restore, asked, catch_exceptions=False)
    assert "anything" in before
    assert cell.secrets() == before
    assert (cell.media / PHOTO).read_bytes() == b"an older photo"


def test_nothing_is_thrown_away_for_a_backup_that_does_not_fit(
    made: Made, elsewhere: Cell, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with the hashes alone checked before the cell is emptied."""
    elsewhere.secret("anything")
    (elsewhere.media / PHOTO).parent.mkdir(parents=True)
    (elsewhere.media / PHOTO).write_bytes(b"an older photo")
    within = elsewhere.departments / "keys.json"
    shutil.copy(made.keys, within)
    kept(elsewhere, made.out, within, "lies in what --replace throws away")
    seal, known = keys.read(made.keys).secrets[keys.SEAL], manifest.read(made.out)
    forge(copied, known, seal, {"schema": known.schema | {"intake": "9999"}})
    kept(elsewhere, copied, made.keys, "newer software")
    forge(copied, known, seal, {"machine": "abacus"})
    kept(elsewhere, copied, made.keys, "its files can be read by the same alone")
    with monkeypatch.context() as patched:
        patched.setenv("DATABASE_URL", "postgresql://somebody@somewhere/postgres")
        kept(elsewhere, made.out, made.keys, "by its own tools")
    (elsewhere.run / "servers.json").write_text('{"DATABASE_URL": "postgresql://somebody@somewhere/x"}')
    kept(elsewhere, made.out, made.keys, "by its own tools")


def test_a_database_of_ones_own_is_left_to_its_own_tools(
    made: Made, elsewhere: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@somewhere/postgres")
    refused(elsewhere, made.out, made.keys, "by its own tools")
