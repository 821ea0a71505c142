import re

import pytest

from contracts import department, naming, topology
from contracts.events import ALL

DEPARTMENTS = ("CGJ", "GDS", "CG")
SERVICES = tuple(topology.STREAMS)


def _matches(pattern: str, key: str) -> bool:
    """Say whether a topic pattern matches: `*` is one word, a final `#` is any rest."""
    words = {"*": "[^.]+", "#": ".*"}
    return bool(
        re.fullmatch(r"\.".join(words.get(word, re.escape(word)) for word in pattern.split(".")), key)
    )


def _allowed(pattern: str, name: str) -> bool:
    """RabbitMQ looks a permission's pattern up anywhere in a name."""
    return bool(re.search(pattern, name))


QUEUES = [queue.name for queue in topology.queues(DEPARTMENTS)]
EXCHANGES = {exchange.name: exchange for exchange in topology.exchanges()}
USERS = [*topology.process_users(), *map(topology.department_user_rights, DEPARTMENTS)]


@pytest.mark.parametrize("processes", range(1, naming.PARTITIONS + 3))
def test_the_processes_of_a_service_share_all_partitions_and_no_partition_twice(processes: int) -> None:
    taken = [i for process in range(processes) for i in naming.partitions_of(process, processes)]
    assert sorted(taken) == list(range(naming.PARTITIONS))


def test_names_are_declared_once() -> None:
    assert len(QUEUES) == len(set(QUEUES))
    assert len(EXCHANGES) == len(topology.exchanges())
    bindings = topology.bindings(DEPARTMENTS)
    assert len(bindings) == len(set(bindings))
    assert len({user.name for user in USERS}) == len(USERS)


def test_a_binding_leads_from_an_exchange_to_something_that_exists() -> None:
    for binding in topology.bindings(DEPARTMENTS):
        assert binding.source in EXCHANGES
        assert binding.destination in (EXCHANGES if binding.to_exchange else QUEUES)


def test_no_queue_is_left_without_a_binding() -> None:
    bound = {binding.destination for binding in topology.bindings(DEPARTMENTS) if not binding.to_exchange}
    assert set(QUEUES) == bound


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.type)
def test_an_event_reaches_each_follower_by_one_binding_alone(event: type) -> None:
    for patterns in topology.STREAMS.values():
        assert sum(_matches(pattern, event.type) for pattern in patterns) <= 1


def test_a_stream_that_is_followed_has_events_and_an_event_has_a_follower() -> None:
    patterns = {pattern for followed in topology.STREAMS.values() for pattern in followed}
    for pattern in patterns:
        assert any(_matches(pattern, event.type) for event in ALL)
    for event in ALL:
        assert any(_matches(pattern, event.type) for pattern in patterns)


def test_no_service_follows_itself() -> None:
    for service, patterns in topology.STREAMS.items():
        assert not any(pattern.startswith(f"{service}.") for pattern in patterns)


@pytest.mark.parametrize("service", topology.RPC_SERVICES)
def test_a_command_reaches_the_queue_of_commands_and_a_query_the_queue_of_queries(service: str) -> None:
    bindings = [binding for binding in topology.bindings(()) if binding.source == topology.RPC]

    def reached(key: str) -> list[str]:
        return [binding.destination for binding in bindings if _matches(binding.routing_key, key)]

    assert reached(naming.command_key(service, "report_case")) == [naming.command_queue(service)]
    assert reached(naming.query_key(service, "get_case")) == [naming.query_queue(service)]


def test_an_inbox_has_no_delivery_limit_and_a_department_has_one_with_a_place_for_dead_letters() -> None:
    for queue in topology.queues(DEPARTMENTS):
        if ".inbox." in queue.name or queue.name.startswith("dispatch.replies."):
            assert queue.arguments["x-queue-type"] == "quorum"
            assert "x-dead-letter-exchange" not in queue.arguments
    limited = topology.department_queues("CGJ")[0].arguments
    assert limited["x-delivery-limit"] == topology.DEPARTMENT_DELIVERY_LIMIT
    assert limited["x-dead-letter-exchange"] in EXCHANGES
    assert "x-max-length" not in limited


def test_partitions_are_chosen_by_the_header_that_the_relay_sets() -> None:
    for service in SERVICES:
        exchange = EXCHANGES[naming.inbox_exchange(service)]
        assert exchange.type == "x-consistent-hash"
        assert exchange.arguments == {"hash-header": "ordering-key"}


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_a_pattern_is_anchored_at_both_ends(user: topology.User) -> None:
    if user.name == "operator":
        return
    topics = [pattern for _, pattern in user.topics]
    for pattern in (user.configure, user.write, user.read, *topics):
        assert pattern.startswith("^")
        assert pattern.endswith("$")


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_nobody_but_the_operator_declares_anything(user: topology.User) -> None:
    may = [name for name in (*QUEUES, *EXCHANGES) if _allowed(user.configure, name)]
    assert bool(may) == (user.name == "operator")


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_department_reads_its_own_queue_alone(code: str) -> None:
    rights = topology.department_user_rights(code)
    names = (*QUEUES, *EXCHANGES)
    assert [name for name in names if _allowed(rights.read, name)] == [naming.department_queue(code)]


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_department_writes_replies_under_its_own_key_alone(code: str) -> None:
    rights = topology.department_user_rights(code)
    assert [name for name in EXCHANGES if _allowed(rights.write, name)] == [topology.REPLIES]
    assert not _allowed(rights.write, "")
    keys = (*DEPARTMENTS, "", "#", f"{code}.x", *(event.type for event in ALL))
    topics = dict(rights.topics)
    assert [key for key in keys if _allowed(topics[topology.REPLIES], key)] == [code]


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_department_has_a_topic_row_for_every_topic_exchange_it_may_write(code: str) -> None:
    rights = topology.department_user_rights(code)
    writable = {
        name
        for name, exchange in EXCHANGES.items()
        if exchange.type == "topic" and _allowed(rights.write, name)
    }
    assert writable <= {exchange for exchange, _ in rights.topics}
    assert all(pattern == "^$" for exchange, pattern in rights.topics if exchange != topology.REPLIES)


@pytest.mark.parametrize("service", topology.RPC_SERVICES)
def test_a_service_reads_its_own_queues_and_all_of_them(service: str) -> None:
    user = next(user for user in USERS if user.name == service)
    inboxes = [naming.inbox_queue(service, i) for i in range(naming.PARTITIONS) if service in SERVICES]
    own = {naming.command_queue(service), naming.query_queue(service), *inboxes}
    own |= {naming.reply_queue(code) for code in DEPARTMENTS} if service == "dispatch" else set()
    assert {name for name in (*QUEUES, *EXCHANGES) if _allowed(user.read, name)} == own


def test_a_broker_user_says_which_department_speaks() -> None:
    for code in DEPARTMENTS:
        assert topology.department_of_user(topology.department_user(code)) == code
    for user in ("dispatch", "department", "department.", "departments.CGJ", ""):
        assert topology.department_of_user(user) is None


def test_what_a_department_says_is_kept_apart_from_what_it_hears() -> None:
    said = {message.type for message in department.FROM_DEPARTMENT}
    assert said.isdisjoint(message.type for message in department.TO_DEPARTMENT)
