"""`./qiaotou doctor`: what could be wrong with this machine and this cell, and what to do about it."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import msgspec
import psycopg

from chassis.observed import INBOX_STATE
from contracts.topology import STREAMS
from ops import debian
from ops.cell import SERVICES, Cell
from ops.cell_calendar import CellCalendar
from ops.errors import Unready
from ops.parked_message import spoken
from ops.ports import is_free
from ops.program import marked
from ops.servers import Servers
from ops.status import OK, components
from ops.supervision import Supervisor
from ops.unhandled import unhandled_of

GOOD, WARN, BAD = "good", "warn", "bad"
_GIB = 2**30
_LEAST_DISK_GIB, _LEAST_MEMORY_GIB = 2, 1.5
_OUTBOX = (
    "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) "
    "FROM outbox WHERE sent_at IS NULL"
)
_SLOW_OUTBOX_S = 10


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, whether it is good, and what to do where it is not."""

    verdict: str
    about: str
    text: str


def examine(cell: Cell) -> list[Finding]:
    """Look at the machine, then at the cell, as far as it can be looked at."""
    found = [_python(), disk(cell), _memory(), _packages()]
    running = Supervisor(cell).is_running()
    found.extend(_up(cell) if running else _down(cell))
    return found


def _python() -> Finding:
    version = sys.version.split()[0]
    good = sys.version_info[:2] == (3, 11)
    return Finding(GOOD if good else BAD, "Python", version if good else f"{version}; 3.11 is needed")


def disk(cell: Cell) -> Finding:
    """Look how much room a cell has where it has least: in its folder, or where its servers' data lies."""
    folders = [each for each in (cell.folder, (cell.folder / "elsewhere").resolve()) if each.exists()]
    bytes_free, folder = min((shutil.disk_usage(each).free, each) for each in folders)
    free = bytes_free / _GIB
    text = f"{free:.1f} GiB free at {folder}"
    if free < _LEAST_DISK_GIB:
        return Finding(BAD, "disk", f"{text}; the broker stops taking messages below 0.2 GiB: make room")
    return Finding(GOOD, "disk", text)


def _memory() -> Finding:
    with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
        facts = dict(line.split(":") for line in file)
    free = int(facts["MemAvailable"].split()[0]) * 1024 / _GIB
    verdict = GOOD if free > _LEAST_MEMORY_GIB else WARN
    return Finding(verdict, "memory", f"{free:.1f} GiB available; a cell takes about 1 GiB")


def _packages() -> Finding:
    if absent := debian.missing(broker=True):
        text = f"not installed: {', '.join(absent)}; ./qiaotou up installs them where it may"
        return Finding(WARN, "packages", text)
    if without := debian.wanted():
        return Finding(WARN, "packages", "; ".join(without.values()))
    return Finding(GOOD, "packages", "RabbitMQ, libmagic and ffmpeg are installed")


def _down(cell: Cell) -> Iterator[Finding]:
    yield Finding(GOOD, "cell", f"{cell.folder} is not running; ./qiaotou up starts it")
    if left := marked(cell.folder):
        pids = ", ".join(map(str, sorted(left)))
        yield Finding(WARN, "processes", f"a crash left {pids}; ./qiaotou down ends them")
    if taken := [f"{name} {port}" for name, port in cell.ports.items() if not is_free(port)]:
        yield Finding(WARN, "ports", f"taken by others: {', '.join(taken)}; up will choose new ones")


def _up(cell: Cell) -> Iterator[Finding]:
    servers = Servers(cell)
    for each in components(cell):
        if each.state == OK:
            yield Finding(GOOD, each.name, each.address)
        else:
            advice = f"{each.state} {each.detail}; see {cell.logs / each.name}.log"
            yield Finding(BAD, each.name, advice)
    yield _guarded("broker users", lambda: _broker_users(servers))
    yield _guarded("dead letters", lambda: dead_letters(unhandled_of(cell).dead()))
    yield _guarded("working days", lambda: working_days(CellCalendar(servers.databases)))
    for service in SERVICES:
        yield _guarded(f"{service} lag", lambda service=service: _lag(servers, service))  # type: ignore[misc]


def _guarded(about: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (Unready, psycopg.OperationalError) as error:
        return Finding(BAD, about, str(error).strip())


def _broker_users(servers: Servers) -> Finding:
    servers.broker.check_departments()
    return Finding(GOOD, "broker users", "every department has its topic permissions")


def working_days(calendar: CellCalendar) -> Finding:
    """Look whether the years that limits are counted by are published and have arrived."""
    years = calendar.years()
    published = _spans(each.year for each in years if not each.provisional)
    text = f"{published} published, {_spans(each.year for each in years if each.provisional)} provisional"
    if missing := calendar.missing():
        advice = "./qiaotou calendar load, with --file where chinesecalendar does not have it yet"
        return Finding(WARN, "working days", f"{text}; {_spans(missing)} is needed now: {advice}")
    if behind := calendar.behind():
        late = ", ".join(f"{service} {_spans(each)}" for service, each in behind.items())
        return Finding(WARN, "working days", f"{text}; on its way still: {late}")
    return Finding(GOOD, "working days", text)


def _spans(years: Iterable[int]) -> str:
    """Return `2004-2026, 2028`, or `none`."""
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans) or "none"


def dead_letters(found: dict[str, int]) -> Finding:
    """Look whether orders lie on a department's queue of dead letters; `found` has how many."""
    if not found:
        return Finding(GOOD, "dead letters", "none")
    text = ", ".join(f"{number} of {code}" for code, number in found.items())
    return Finding(WARN, "dead letters", f"{text}; ./qiaotou parked list")


def _lag(servers: Servers, service: str) -> Finding:
    about = f"{service} lag"
    with psycopg.connect(servers.databases.url(service), connect_timeout=5) as connection:
        unsent, oldest_s = connection.execute(_OUTBOX).fetchone() or (0, 0)
        state = connection.execute(INBOX_STATE.encode()).fetchone() or (0,) * 5
    waiting, parked, parked_s, held, held_s = state
    text = f"{unsent} unsent, {waiting} waiting, {parked} parked"
    if oldest_s > _SLOW_OUTBOX_S:
        return Finding(BAD, about, f"{text}; the oldest unsent for {oldest_s:.0f} s: look at the relay's log")
    if parked and service in STREAMS:
        text += f", the oldest for {spoken(timedelta(seconds=parked_s))}"
        if held:
            text += f"; {held} held up, up to {spoken(timedelta(seconds=held_s))}"
        return Finding(WARN, about, f"{text}; ./qiaotou parked list")
    return Finding(GOOD, about, text)
