import configparser
from pathlib import Path

import pytest

from ops.cell import Cell
from ops.errors import Unready
from ops.program import Program
from ops.supervision import configuration, ini_value


def test_a_percent_sign_is_not_taken_for_an_expansion() -> None:
    assert ini_value("postgresql://a:%40@host") == "postgresql://a:%%40@host"


@pytest.mark.parametrize("sign", ['"', "\\", "\n", " ; rest"])
def test_what_an_ini_file_cannot_hold_is_refused(sign: str) -> None:
    with pytest.raises(Unready):
        ini_value(f"before{sign}after")


def test_every_process_is_restarted_when_it_dies_and_started_by_nobody_but_us(tmp_path: Path) -> None:
    program = Program(
        name="relay",
        command=("python", "-c", "pass word"),
        environment={"A": "100%", "B": "x,y"},
        directory=tmp_path,
        user="nobody",
        stop_signal="INT",
    )
    parser = configparser.RawConfigParser()
    parser.read_string(configuration(Cell(tmp_path / "cell"), [program]))
    section = parser["program:relay"]
    assert (section["autostart"], section["autorestart"]) == ("false", "true")
    assert (section["stopsignal"], section["stopwaitsecs"], section["user"]) == ("INT", "30", "nobody")
    assert section["command"] == "python -c 'pass word'"
    assert section["environment"] == 'A="100%%",B="x,y"'
    assert parser["unix_http_server"]["chmod"] == "0700"
