from pathlib import Path

import pytest

from deploy.prometheus import targets
from ops.cell import PORTS
from tests.support.prometheus import promtool

RULES = targets.HERE / "rules.yml"
ALERTS = Path(__file__).with_name("alerts.yml")


def test_the_rules_are_rules() -> None:
    checked = promtool("check", "rules", str(RULES))
    assert checked.returncode == 0, checked.stderr
    assert "SUCCESS" in checked.stdout


def test_the_configuration_of_a_cell_is_one(tmp_path: Path) -> None:
    written = targets.write(tmp_path, {name: 10_000 + number for number, name in enumerate(PORTS)})
    checked = promtool("check", "config", str(written))
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stdout


def test_the_configuration_of_the_containers_is_one() -> None:
    checked = promtool("check", "config", str(targets.HERE / "prometheus.yml"))
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stdout


def test_each_alert_fires_when_it_should_and_not_before(tmp_path: Path) -> None:
    cases = tmp_path / "alerts.yml"
    cases.write_text(ALERTS.read_text("utf-8").replace("RULES", str(RULES)), "utf-8")
    tested = promtool("test", "rules", str(cases))
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize(
    "line", ["qiaotou_cases_open 1", '# TYPE case_steps counter\ncase_steps{case_id="1"} 1']
)
def test_the_check_of_metrics_sees_a_bad_one(line: str) -> None:
    assert promtool("check", "metrics", given=f"{line}\n").stderr
