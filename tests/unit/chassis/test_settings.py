"""What a process is told by its environment."""

import pytest

from chassis.config import Settings


def test_an_empty_environment_gives_a_production_process_that_is_the_only_one() -> None:
    settings = Settings.from_env({})
    assert (settings.mode, settings.process, settings.processes) == ("production", 0, 1)


def test_settings_are_read_from_the_environment_and_converted() -> None:
    settings = Settings.from_env(
        {
            "QIAOTOU_DATABASE_URL": "postgresql://a@b/c",
            "QIAOTOU_AMQP_URI": "amqp://a@b/c",
            "QIAOTOU_METRICS_PORT": "9100",
            "QIAOTOU_PROCESS": "1",
            "QIAOTOU_PROCESSES": "2",
            "QIAOTOU_MODE": "demo",
            "SOMETHING_ELSE": "x",
        }
    )
    assert settings.metrics_port == 9100
    assert (settings.process, settings.processes, settings.mode) == (1, 2, "demo")
    assert settings.database_url == "postgresql://a@b/c"


@pytest.mark.parametrize(
    "environment",
    [
        {"QIAOTOU_MODE": "staging"},
        {"QIAOTOU_METRICS_PORT": "many"},
        {"QIAOTOU_PROCESS": "2", "QIAOTOU_PROCESSES": "2"},
        {"QIAOTOU_PROCESS": "-1"},
        {"QIAOTOU_WORKING_HOURS": "08:30-24:00"},
        {"QIAOTOU_DUE_POLL_S": "0"},
        {"QIAOTOU_DUE_POLL_S": "nan"},
    ],
)
def test_settings_that_make_no_sense_stop_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="QIAOTOU_"):
        Settings.from_env(environment)
