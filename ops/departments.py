"""What each department's software is given: its broker user, its token and where the cell is."""

import os
from collections.abc import Collection
from pathlib import Path

from contracts.topology import department_user
from ops.cell import Cell
from ops.ports import LOOPBACK
from ops.roster import Roster
from ops.servers import Servers
from ops.tokens import issue

_TOKEN = "QIAOTOU_TOKEN"  # noqa: S105 - the name of a setting


def api_url(cell: Cell) -> str:
    """Return the address of the cell's API."""
    return f"http://{LOOPBACK}:{cell.ports['gateway']}"


def settings_path(cell: Cell, code: str) -> Path:
    """Return the file with one department's settings."""
    return cell.departments / f"{code}.env"


def settings(cell: Cell, code: str) -> dict[str, str]:
    """Return one department's settings as they stand in its file; none where there is no file."""
    path = settings_path(cell, code)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)


def write_settings(cell: Cell, servers: Servers, *, renewed: Collection[str] = ()) -> None:
    """Write every department's file; a department keeps the token that it has, unless it is `renewed`."""
    codes = Roster(cell).codes()
    tokens = {
        code: token for code in codes if code not in renewed and (token := settings(cell, code).get(_TOKEN))
    }
    tokens |= issue(servers.databases.url("gateway"), [code for code in codes if code not in tokens])
    for code in codes:
        told = {
            "QIAOTOU_DEPARTMENT": code,
            "QIAOTOU_AMQP_URI": servers.broker.url(department_user(code)),
            "QIAOTOU_API": api_url(cell),
            _TOKEN: tokens[code],
        }
        _write(settings_path(cell, code), "".join(f"export {name}={value}\n" for name, value in told.items()))


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole: a program that starts just now reads the old one or the new one."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
