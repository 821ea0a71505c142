import json

from contracts import topology
from ops.cell import REPOSITORY
from ops.definitions import COMMITTED, department_codes, document, main, text


def test_the_committed_definitions_are_made_from_the_topology() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text(document(department_codes()))
    assert main(["--check"]) == 0


def test_the_committed_definitions_hold_no_password() -> None:
    users = json.loads(COMMITTED.read_text(encoding="utf-8"))["users"]
    assert users
    assert all("password" not in field for user in users for field in user)


def test_every_department_has_topic_permissions_beside_its_permissions() -> None:
    content = json.loads(COMMITTED.read_text(encoding="utf-8"))
    with_topics = {row["user"] for row in content["topic_permissions"]}
    departments = {user["name"] for user in content["users"] if user["name"].startswith("department.")}
    assert departments == {f"department.{code}" for code in department_codes()}
    assert departments <= with_topics


def test_every_department_has_limits_and_no_process_of_the_cell_has_any() -> None:
    users = json.loads(COMMITTED.read_text(encoding="utf-8"))["users"]
    wanted = {
        "max-connections": topology.DEPARTMENT_CONNECTIONS,
        "max-channels": topology.DEPARTMENT_CHANNELS,
    }
    for user in users:
        assert user.get("limits") == (wanted if user["name"].startswith("department.") else None)


def test_a_broker_in_a_container_has_the_limits_of_a_private_one() -> None:
    lines = (REPOSITORY / "deploy" / "rabbitmq" / "rabbitmq.conf").read_text(encoding="utf-8").splitlines()
    assert f"channel_max = {topology.CHANNELS_PER_CONNECTION}" in lines
    assert f"max_message_size = {topology.LARGEST_MESSAGE_BYTES}" in lines


def test_no_policy_gives_an_inbox_a_delivery_limit() -> None:
    content = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert content["policies"] == []
    inboxes = [queue for queue in content["queues"] if ".inbox." in queue["name"]]
    assert inboxes
    assert all("x-delivery-limit" not in queue["arguments"] for queue in inboxes)
