"""Who asks, and until when: what travels in the headers of a request."""

import msgspec
import pytest

from chassis.context import Context
from chassis.principal import SYSTEM, Principal, the_system
from chassis.refusal import Forbidden, MalformedRequest

WORKER = Principal(subject="a1", roles=frozenset({"grid_worker"}), scope={"grid": "c01-g01"})


def test_a_principal_has_any_of_the_roles_asked_for() -> None:
    assert WORKER.has("clerk", "grid_worker")
    assert not WORKER.has("clerk", "inspector")
    assert not WORKER.has()


def test_the_system_is_a_principal_too() -> None:
    assert the_system().has(SYSTEM)


@pytest.mark.parametrize(
    "context",
    [
        Context(correlation_id="c1"),
        Context(principal=WORKER, correlation_id="c1", deadline=1_800_000_000.123456),
        Context(principal=Principal(subject="桥头"), correlation_id=""),
    ],
)
def test_a_context_travels_in_the_headers_and_comes_back_the_same(context: Context) -> None:
    assert Context.from_headers(context.to_headers()) == context


def test_headers_are_text_alone_so_that_every_client_agrees_on_them() -> None:
    headers = Context(principal=WORKER, correlation_id="c1", deadline=12.5).to_headers()
    assert all(isinstance(value, str) for value in headers.values())


def test_absent_headers_are_a_request_of_nobody_without_a_deadline() -> None:
    context = Context.from_headers({})
    assert (context.principal, context.deadline, context.correlation_id) == (None, None, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"nameko.principal": "{"},
        {"nameko.principal": 7},
        {"nameko.principal": '{"roles": []}'},
        {"nameko.principal": b"\xff\xfe"},
        {"nameko.principal": '{"more":' + "[" * 5_000 + "]" * 5_000 + "}"},
        {"nameko.deadline": "soon"},
        {"nameko.deadline": ["1"]},
    ],
)
def test_headers_that_make_no_sense_are_refused(headers: dict[str, object]) -> None:
    with pytest.raises(MalformedRequest):
        Context.from_headers(headers)


def test_a_deadline_has_passed_from_its_very_moment_on() -> None:
    context = Context(correlation_id="c1", deadline=100.0)
    assert not context.passed(99.999)
    assert context.passed(100.0)
    assert not Context(correlation_id="c1").passed(1e12)


def test_nobody_is_not_a_principal() -> None:
    with pytest.raises(Forbidden):
        Context(correlation_id="c1").required()
    assert Context(principal=WORKER, correlation_id="c1").required() is WORKER


def test_a_context_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(AttributeError):
        Context(correlation_id="c1").correlation_id = "c2"  # type: ignore[misc]
    later = msgspec.structs.replace(Context(correlation_id="c1"), deadline=1.0)
    assert later.deadline == 1.0
