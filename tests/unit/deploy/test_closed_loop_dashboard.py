import json
import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana import board, closed_loop

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
DASHBOARD = closed_loop.build()
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
OURS = re.compile(r"\bqiaotou_[a-z_]+")


@cache
def declared() -> set[str]:
    """Every series that our code can show, a histogram by its three."""
    names = set()
    for room in ("chassis", "services", "gateway"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text("utf-8")
            histograms = set(re.findall(r"Histogram\(\s*\"(qiaotou_\w+)\"", text))
            names |= set(re.findall(r"\"(qiaotou_\w+)\"", text)) - histograms
            names |= {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    return names


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_what_each_relay_counts_of_one_outbox_is_not_added_up() -> None:
    """Seen failing: with `sum by (database)`: two relays show twice what waits."""
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]]
    counted = [expr for expr in asked if "qiaotou_outbox_unsent_messages" in expr]
    assert counted == ["max by (database) (qiaotou_outbox_unsent_messages)"]


def test_the_dashboard_on_disk_is_current() -> None:
    current = closed_loop.PATH.read_text(encoding="utf-8")
    assert current == closed_loop.render(), "run: python -m deploy.grafana.closed_loop"


def test_the_check_says_whether_the_file_is_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "PATH", tmp_path / "closed-loop.json")
    assert closed_loop.main(["--check"]) == 1
    assert closed_loop.main([]) == 0
    assert closed_loop.main(["--check"]) == 0
    assert json.loads(closed_loop.PATH.read_text("utf-8")) == DASHBOARD


@pytest.mark.parametrize("expression", closed_loop.expressions())
def test_an_expression_names_metrics_that_are_shown(expression: str) -> None:
    assert set(OURS.findall(expression)) <= declared()


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_names_metrics_that_are_shown_and_says_what_to_do(alert: dict[str, Any]) -> None:
    assert set(OURS.findall(alert["expr"])) <= declared()
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert re.search(r"[\u4e00-\u9fff]", alert["annotations"]["summary"])
    assert alert["annotations"]["description"]


def test_every_expression_is_in_the_file() -> None:
    drawn = [target["expr"] for panel in PANELS for target in panel["targets"]]
    assert drawn == closed_loop.expressions()


def test_no_two_panels_lie_on_one_another_and_all_are_on_the_board() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)
    assert all(place["x"] + place["w"] <= board.COLUMNS for place in places)


def test_panels_are_told_apart_and_titled_in_both_languages() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert all(first < second for first, second in pairwise(numbers))
    for panel in DASHBOARD["panels"]:
        chinese, _, english = panel["title"].partition(" · ")
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert english


def test_the_six_steps_are_on_the_board() -> None:
    taken = set(re.findall(r'step="(\w+)"', " ".join(closed_loop.expressions())))
    assert {"reported", "closed", "archived", "reopened"} <= taken
    assert any("by (step)" in expression for expression in closed_loop.expressions())


def test_every_variable_that_an_expression_uses_is_offered() -> None:
    offered = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]+)", json.dumps(DASHBOARD["panels"])))
    assert used <= offered


def test_no_label_is_an_id() -> None:
    grouped = re.findall(r"by \(([^)]+)\)", " ".join(closed_loop.expressions()))
    labels = {label.strip() for group in grouped for label in group.split(",")}
    assert not {label for label in labels if label.endswith("_id") or label in ("number", "case", "order")}
