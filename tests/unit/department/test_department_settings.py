import pytest
from qiaotou_department import Settings
from qiaotou_department.errors import BadSettings

from tests.unit.department.fake_cell import SETTINGS

ENVIRONMENT = {
    "QIAOTOU_DEPARTMENT": "CGJ",
    "QIAOTOU_AMQP_URI": "amqp://department.CGJ:s%40cret@broker:5673/cell",
    "QIAOTOU_API": "http://cell.test/",
    "QIAOTOU_TOKEN": "token",
}


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_env(ENVIRONMENT)
    assert settings.department == "CGJ"
    assert settings.api == "http://cell.test"
    assert settings.queue == "department.CGJ"
    assert settings.user == "department.CGJ"


@pytest.mark.parametrize("name", ["QIAOTOU_DEPARTMENT", "QIAOTOU_AMQP_URI", "QIAOTOU_API"])
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env({**ENVIRONMENT, name: ""})


def test_secrets_do_not_show() -> None:
    assert "secret" not in repr(SETTINGS)
    assert "token-of-cgj" not in repr(SETTINGS)
