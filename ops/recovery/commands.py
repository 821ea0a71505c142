"""`./qiaotou backup` and `./qiaotou restore`."""

import signal
from pathlib import Path

import click

from ops.cell import DEFAULT_FOLDER, Cell
from ops.display import Display
from ops.errors import Unready
from ops.recovery import backup as backing_up
from ops.recovery import restore as restoring
from ops.recovery.manifest import Manifest
from ops.recovery.rollback import RolledBack
from ops.startup import data_of, empty

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_MIB = 2**20


@click.command("backup")
@click.option("--cell", "folder", type=_FOLDER, default=DEFAULT_FOLDER, envvar="QIAOTOU_FOLDER")
@click.argument("out", type=_FOLDER)
@click.option("--keys", "keys_file", type=_FILE, help="Where the cell's secrets go, apart from the data.")
@click.option("--verify", is_flag=True, help="Make none: check the one in OUT, with --keys also its seal.")
@click.option("--during-votes", is_flag=True, help="Also while a secret vote is under way.")
def backup(folder: Path, out: Path, keys_file: Path | None, *, verify: bool, during_votes: bool) -> None:
    """Write the running cell as it is at one point in time into OUT, a folder that is not there yet."""
    display = Display()
    if verify:
        found = backing_up.verify(out, keys_file=keys_file)
        sealed = "and its seal holds" if keys_file else "its seal was not looked at: name --keys"
        display.say(f"{out} is whole, {sealed}.")
    elif keys_file is None:
        raise Unready(
            "Name a file for the cell's secrets: --keys FILE. Without them no backup can be restored."
        )
    else:
        signal.signal(signal.SIGTERM, _interrupt)
        found = backing_up.Backup(Cell(folder), display).make(out, keys_file, during_votes=during_votes)
        display.say(f"Keep {keys_file} apart from {out}: whoever has both has every person's data.")
    _show(found, display)


@click.command("restore")
@click.option("--cell", "folder", type=_FOLDER, default=DEFAULT_FOLDER, envvar="QIAOTOU_FOLDER")
@click.argument("out", type=_FOLDER, required=False)
@click.option("--keys", "keys_file", type=_FILE, help="The secrets that were written with the backup.")
@click.option("--replace", is_flag=True, help="Throw away what the cell holds now.")
@click.option("--yes", is_flag=True, help="Do not ask before throwing anything away.")
@click.option("--after-database", is_flag=True, help="Only what is left after DATABASE_URL's was restored.")
def restore(
    folder: Path, out: Path | None, keys_file: Path | None, *, replace: bool, yes: bool, after_database: bool
) -> None:
    """Make an empty cell what another was when it was backed up; ./qiaotou up starts it."""
    cell, display = Cell(folder), Display()
    if after_database:
        with cell.locked("cell"):
            _show_rolled_back(restoring.after_database(cell, display), display)
        return
    if out is None or keys_file is None:
        raise Unready("Name the backup and its keys: ./qiaotou restore OUT --keys FILE.")
    if replace:
        # Before anything is thrown away.
        _refuse_what_would_go_too(cell, out, keys_file)
        restoring.refuse_what_does_not_fit(cell, out, keys_file)
        if not yes:
            click.confirm(f"Everything that {cell.folder} holds now is lost. Go on?", abort=True)
    with cell.locked("cell"):
        if replace:
            empty(cell)
            cell.forget_everything()
        restored = restoring.Restore(Cell(folder), display).run(out, keys_file)
    _show(restored.manifest, display)
    _show_rolled_back(restored.rolled_back, display)
    if restored.without_file:
        display.trouble(f"{restored.without_file} uploads have no file: they had none when this was made.")
    display.say("./qiaotou up starts it.")


def _refuse_what_would_go_too(cell: Cell, *paths: Path) -> None:
    for path in paths:
        if any(path.resolve().is_relative_to(each.resolve()) for each in data_of(cell)):
            raise Unready(f"{path} lies in what --replace throws away: copy it to another place first.")


def _interrupt(_number: int, _frame: object) -> None:
    """End in an orderly way: no part of a backup is left behind."""
    raise KeyboardInterrupt


def _show(found: Manifest, display: Display) -> None:
    rows = [
        (name, f"{each.size_bytes / _MIB:.1f} MiB", each.sha256[:16])
        for name, each in sorted(found.files.items())
    ]
    display.rows(f"{found.cell}, {found.ended_at:%Y-%m-%d %H:%M:%S %Z}", ("file", "size", "SHA-256"), rows)


def _show_rolled_back(done: RolledBack, display: Display) -> None:
    sent = ", ".join(f"{number} of {service}" for service, number in done.sent_again.items() if number)
    display.say(
        f"The epoch is {done.epoch}: whoever follows the cell from outside can tell that it went back."
    )
    display.say(f"Events that are sent again: {sent or 'none'}. Sessions that have ended: {done.sessions}.")
