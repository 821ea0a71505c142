"""The dashboard over a running cell: a real Prometheus, every expression, every process."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from deploy.grafana import closed_loop
from ops.cell import OBSERVED
from tests.e2e.district import CLERK, WORKER, a_report, eventually
from tests.support.prometheus import Prometheus, promtool

# What Grafana puts in the place of its variables; at one scrape a second these are short.
VARIABLES = {"$__rate_interval": "30s", "$__range": "5m", "$community": ".*"}
BROKER_JOBS = 2
BETWEEN_SCRAPES_S = 2.5
ARCHIVED = 'sum(qiaotou_case_steps_total{step="archived"}) > 0'
STILL_OPEN = "sum(qiaotou_cases_open) > 0"


def filled(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    return expression


@pytest.fixture(scope="module")
def prometheus(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus, which has seen a case go from report to archive."""
    with Prometheus(tmp_path_factory.mktemp("prometheus"), district.cell.ports) as started:
        started.wait_for_targets(len(OBSERVED) + BROKER_JOBS)
        go_round(district)
        time.sleep(BETWEEN_SCRAPES_S)
        # A series that was born with its first count has not grown yet: only the next one is a rate.
        go_round(district)
        for sign in (ARCHIVED, STILL_OPEN):
            eventually(lambda sign=sign: started.query(sign), bool)
        time.sleep(BETWEEN_SCRAPES_S)
        yield started


def go_round(district: Any) -> None:
    """Take one case from report to archive, leave another open, and have one request refused."""
    worker, clerk = district.person(WORKER), district.person(CLERK)
    reported = worker.post("/cases", a_report(evidence=[worker.photo()]))
    assert reported.status_code == 201, reported.text
    district.person("resident").post("/cases", a_report()).raise_for_status()
    case_id = reported.json()["case_id"]
    district.handle("CGJ", case_id)
    worker.case_when(case_id, "answered")
    worker.post(f"/cases/{case_id}/checks", {"evidence": [worker.photo()]}).raise_for_status()
    visit = {"resolved": True, "score": 5, "channel": "phone"}
    clerk.post(f"/cases/{case_id}/visits/satisfied", visit).raise_for_status()
    district.person("archivist").post(f"/cases/{case_id}/archive", {}).raise_for_status()
    assert clerk.post(f"/cases/{case_id}/visits/satisfied", visit).status_code == 409


@pytest.mark.parametrize("expression", closed_loop.expressions())
def test_an_expression_of_the_dashboard_gives_data(prometheus: Prometheus, expression: str) -> None:
    found = prometheus.query(filled(expression))
    assert found
    assert any(each["value"][1] != "NaN" for each in found), found


def test_a_metric_of_the_dashboard_is_there_by_itself(prometheus: Prometheus) -> None:
    """`or vector(0)` gives data for a name that nobody shows: so each name is asked for alone."""
    named = set(re.findall(r"\b(?:qiaotou|rabbitmq|process)_\w+", " ".join(closed_loop.expressions())))
    assert named
    assert [name for name in sorted(named) if not prometheus.query(name)] == []


def test_the_communities_are_offered_to_choose_from(prometheus: Prometheus) -> None:
    assert {each["metric"]["community"] for each in prometheus.query("qiaotou_cases_open")} >= {"c01"}


def test_a_choice_of_one_community_leaves_out_the_others(prometheus: Prometheus) -> None:
    (expression,) = (each for each in closed_loop.expressions() if "by (community)" in each)
    chosen = prometheus.query(expression.replace("$community", "c01"))
    assert {each["metric"]["community"] for each in chosen} == {"c01"}


def test_all_six_steps_were_counted(prometheus: Prometheus) -> None:
    counted = {each["metric"]["step"] for each in prometheus.query("qiaotou_case_steps_total > 0")}
    assert {"reported", "classified", "started", "answered", "checked", "closed", "archived"} <= counted


@pytest.mark.parametrize("process", OBSERVED)
def test_a_process_shows_clean_metrics(district: Any, process: str) -> None:
    shown = requests.get(district.metrics(process), timeout=60)
    assert shown.status_code == 200
    checked = promtool("check", "metrics", given=shown.text)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("process", OBSERVED)
def test_no_label_of_a_process_is_an_id(district: Any, process: str) -> None:
    shown = requests.get(district.metrics(process), timeout=60).text
    values = set(re.findall(r'="([^"]*)"', shown))
    long_ids = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16,}|\d{6}-\d{8}-\d{6}")
    assert not [value for value in values if long_ids.search(value)]


@pytest.mark.parametrize("metric", ["process_cpu_seconds_total", "process_resident_memory_bytes"])
def test_every_process_says_what_it_costs(prometheus: Prometheus, metric: str) -> None:
    shown = {each["metric"]["process"] for each in prometheus.query(f'{metric}{{job="qiaotou"}}')}
    assert shown == set(OBSERVED)


def test_a_healthy_cell_raises_no_alarm(prometheus: Prometheus) -> None:
    paging = {"ProcessDown", "BrokerDisconnected", "RelayWithoutLeader", "OutboxLag", "QueueBacklog"}
    assert paging.isdisjoint(prometheus.alerts())


def test_the_written_configuration_asks_every_process(prometheus: Prometheus) -> None:
    answering = {each["metric"]["process"] for each in prometheus.query("up == 1")}
    assert answering == {*OBSERVED, "rabbitmq"}
