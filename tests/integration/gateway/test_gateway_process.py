"""The gateway as it runs: gunicorn, two workers, a real database, a real broker, and no service."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from chassis.data.engine import Database
from gateway import tokens
from gateway.repository import SqlSessions
from ops.databases import Databases
from ops.rabbitmq import RabbitNode
from tests.integration.gateway.running import Gateway


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, rabbitmq_node: RabbitNode
) -> Iterator[Gateway]:
    databases.migrate("gateway")
    url = databases.copy(databases.name("gateway"), "test_gateway_process", owner="gateway")
    made = Gateway(
        tmp_path_factory.mktemp("gateway"), database_url=url, amqp_uri=rabbitmq_node.url("gateway")
    )
    try:
        made.wait()
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()
        databases.drop("test_gateway_process")


@pytest.fixture(scope="module")
def officer(gateway: Gateway, databases: Databases) -> dict[str, str]:
    assert gateway.process.poll() is None
    base = databases.url("gateway").rpartition("/")[0]
    database = Database(f"{base}/test_gateway_process", pool_size=1)
    token = tokens.issue(SqlSessions(database), "CGJ")
    database.close()
    return {"Authorization": f"Bearer {token}"}


def test_metrics_of_both_workers_are_one(gateway: Gateway) -> None:
    before = gateway.answered("/api/v1/openapi.json")
    for _ in range(40):
        assert gateway.ask("GET", "/api/v1/openapi.json")[0] == 200
    assert gateway.answered("/api/v1/openapi.json") == before + 40
    assert len(gateway.workers()) == 2


def test_health_is_that_of_a_worker(gateway: Gateway) -> None:
    status, said = gateway.observe("/health")
    assert (status, json.loads(said)["checks"]) == (200, {"http": True, "database": True, "broker": True})


def test_without_a_service_the_answer_is_503_and_never_a_201(
    gateway: Gateway, officer: dict[str, str]
) -> None:
    started = time.monotonic()
    status, headers, body = gateway.ask("GET", "/api/v1/department/orders", headers=officer)
    # The queue is there and nobody takes from it: no answer within five seconds.
    assert (status, json.loads(body)["code"]) == (503, "unavailable")
    assert headers["Retry-After"]
    assert time.monotonic() - started < 7


def test_a_5_mb_text_gets_a_clear_problem_over_a_real_connection(
    gateway: Gateway, officer: dict[str, str]
) -> None:
    headers = {**officer, "Content-Type": "application/json", "Idempotency-Key": "k"}
    path = "/api/v1/department/orders/22222222-2222-5222-8222-222222222222/results"
    for more in ({}, {"Connection": "close"}):
        status, _, body = gateway.ask("POST", path, b'{"text": "' + b"x" * 5_000_000 + b'"}', headers | more)
        assert (status, json.loads(body)["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/me HTTP/9.9\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_request_that_cannot_be_read_is_a_problem_document(gateway: Gateway, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        connection.sendall(sent)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
            if b'"malformed_request"' in answer:
                break
    assert b"application/problem+json" in answer, answer
    assert b"<html" not in answer


def test_a_killed_worker_is_replaced_and_its_counts_stay(gateway: Gateway) -> None:
    for _ in range(20):
        gateway.ask("GET", "/api/v1/openapi.json")
    before = gateway.answered("/api/v1/openapi.json")
    victim = gateway.workers()[0]
    os.kill(victim, signal.SIGKILL)
    until = time.monotonic() + 10
    while time.monotonic() < until and (victim in gateway.workers() or len(gateway.workers()) < 2):
        time.sleep(0.05)
    gateway.wait()
    assert gateway.answered("/api/v1/openapi.json") == before
    assert gateway.observe("/health")[0] == 200


def test_it_logs_json_lines_without_tokens_and_ends_on_sigterm(
    gateway: Gateway, officer: dict[str, str]
) -> None:
    gateway.ask("GET", "/api/v1/me?canary=1", headers=officer)
    assert gateway.stop() == 0
    lines = gateway.log.read_text().splitlines()
    requests = [json.loads(line) for line in lines if "http.request" in line]
    assert {"route", "method", "status", "seconds", "request_id"} <= requests[-1].keys()
    assert "canary" not in gateway.log.read_text()
    assert officer["Authorization"].removeprefix("Bearer ") not in gateway.log.read_text()
    assert "Traceback" not in gateway.log.read_text()
