"""The broker's definitions, made from contracts/topology.py: `python -m ops.definitions [--check]`."""

import base64
import csv
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from contracts import topology
from ops.cell import REPOSITORY, Cell

VHOST = "qiaotou"
COMMITTED = REPOSITORY / "deploy" / "rabbitmq" / "definitions.json"
_DEPARTMENTS = REPOSITORY / "services" / "registry" / "data" / "departments.csv"

Entry = dict[str, object]


def department_codes(path: Path = _DEPARTMENTS) -> tuple[str, ...]:
    """Return the code of every department that the repository names."""
    if not path.exists():
        return ("COM", "CGJ", "ZJJ", "GAF", "SFJ")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file))


def users(departments: tuple[str, ...]) -> list[topology.User]:
    """Return every broker user of a cell."""
    return [*topology.process_users(), *map(topology.department_user_rights, departments)]


def document(
    departments: tuple[str, ...], *, vhost: str = VHOST, passwords: Mapping[str, str] | None = None
) -> Entry:
    """Return the whole document; without `passwords` no user of it can log in."""
    everyone = users(departments)
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(user, passwords) for user in everyone],
        "permissions": [_permission(user, vhost) for user in everyone],
        "topic_permissions": [row for user in everyone for row in _topics(user, vhost)],
        "exchanges": [_exchange(each, vhost) for each in topology.exchanges()],
        "queues": [_queue(each, vhost) for each in topology.queues(departments)],
        "bindings": [_binding(each, vhost) for each in topology.bindings(departments)],
        "policies": [],
        "parameters": [],
        "global_parameters": [],
    }


def of_cell(cell: Cell, departments: tuple[str, ...]) -> Entry:
    """Return a cell's own document, with its users' passwords, hashed."""
    passwords = {user.name: cell.secret(f"broker:{user.name}") for user in users(departments)}
    return document(departments, vhost=cell.name, passwords=passwords)


def shared_path() -> Path:
    """Return the file that a broker in a container of docker-compose.yml reads at its start."""
    return Path(os.environ.get("QIAOTOU_DEFINITIONS", "/definitions/definitions.json"))


def replace_shared(content: Entry) -> None:
    """Keep the file of a broker in a container current: its next start would bring back what it says."""
    if shared_path().exists():
        shared_path().write_text(text(content), encoding="utf-8")


def text(content: Entry) -> str:
    """Return the document as it is written to a file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def password_hash(password: str) -> str:
    """Return RabbitMQ's salted SHA-256 of a random password.

    The salt is made from the password, so that the same password gives the same file: that is
    enough where no two users share one and none can be guessed.
    """
    salt = hashlib.sha256(b"salt:" + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _user(user: topology.User, passwords: Mapping[str, str] | None) -> Entry:
    row: Entry = {"name": user.name, "tags": ["monitoring"] if user.name == "operator" else []}
    if user.limits:
        row["limits"] = user.limits
    if passwords is not None:
        row["password_hash"] = password_hash(passwords[user.name])
        row["hashing_algorithm"] = "rabbit_password_hashing_sha256"
    return row


def _permission(user: topology.User, vhost: str) -> Entry:
    return {
        "user": user.name,
        "vhost": vhost,
        "configure": user.configure,
        "write": user.write,
        "read": user.read,
    }


def _topics(user: topology.User, vhost: str) -> list[Entry]:
    return [
        {"user": user.name, "vhost": vhost, "exchange": exchange, "write": pattern, "read": ".*"}
        for exchange, pattern in user.topics
    ]


def _exchange(exchange: topology.Exchange, vhost: str) -> Entry:
    settled: Entry = {"vhost": vhost, "durable": True, "auto_delete": False, "internal": False}
    return settled | dict(msgspec.to_builtins(exchange))


def _queue(queue: topology.Queue, vhost: str) -> Entry:
    settled: Entry = {"vhost": vhost, "durable": True, "auto_delete": False}
    return settled | dict(msgspec.to_builtins(queue))


def _binding(binding: topology.Binding, vhost: str) -> Entry:
    return {
        "source": binding.source,
        "vhost": vhost,
        "destination": binding.destination,
        "destination_type": "exchange" if binding.to_exchange else "queue",
        "routing_key": binding.routing_key,
        "arguments": {},
    }


def main(arguments: list[str]) -> int:
    """Write the committed document, or say with `--check` whether it is current."""
    current = text(document(department_codes()))
    if "--check" not in arguments:
        COMMITTED.parent.mkdir(parents=True, exist_ok=True)
        COMMITTED.write_text(current, encoding="utf-8")
        return 0
    if COMMITTED.exists() and COMMITTED.read_text(encoding="utf-8") == current:
        return 0
    print(f"{COMMITTED.relative_to(REPOSITORY)} is stale: run python -m ops.definitions", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
