"""What a broker's metrics tell of it, and what it means if they tell nothing."""

from contextlib import closing

import pytest

from ops import status
from ops.status import alarms
from tests.support.answers import Answers

MEMORY, DISK, FILES = (
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_file_descriptor_limit",
)


def told(*ringing: str) -> bytes:
    lines = [
        f"# HELP {name} is 1 if it rings\n{name} {int(name in ringing)}" for name in (MEMORY, DISK, FILES)
    ]
    body = "\n".join(lines).encode() + b"\n"
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    ("ringing", "said"),
    [
        ((), (True, "")),
        ((MEMORY,), (False, "takes no messages: memory alarm")),
        ((DISK,), (False, "takes no messages: disk alarm")),
        ((FILES,), (False, "takes no messages: no file descriptors left")),
        ((DISK, MEMORY), (False, "takes no messages: memory alarm, disk alarm")),
    ],
)
def test_a_broker_with_an_alarm_is_not_well(ringing: tuple[str, ...], said: tuple[bool, str]) -> None:
    with closing(Answers(told(*ringing))) as broker:
        assert alarms(broker.port) == said


def test_a_broker_that_accepts_and_says_nothing_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_PATIENCE_S", 0.1)
    with closing(Answers(silent_s=0.5)) as broker:
        assert alarms(broker.port) == (False, "no answer")


def test_a_broker_that_is_away_is_not_well() -> None:
    with closing(Answers()) as gone:
        port = gone.port
    assert alarms(port) == (False, "no answer")
