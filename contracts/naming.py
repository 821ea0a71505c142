"""How queues, keys and exchanges are named: the same for every service, so that none names its own."""

RPC_EXCHANGE = "nameko-rpc"
EVENTS_EXCHANGE = "qiaotou.events"
DEPARTMENTS_EXCHANGE = "qiaotou.departments"
PARTITIONS = 4
# What a cell had before each department had a reply queue of its own; its last messages are still taken.
SHARED_REPLIES_QUEUE = "dispatch.replies"


def inbox_exchange(service: str) -> str:
    """Return the consistent-hash exchange that spreads a service's events over its partitions."""
    return f"qiaotou.{service}"


def inbox_queue(service: str, partition: int) -> str:
    """Return the name of one partition."""
    return f"{service}.inbox.{partition}"


def partitions_of(process: int, processes: int) -> tuple[int, ...]:
    """Return the partitions of process `process` of `processes`: i mod N = k."""
    return tuple(i for i in range(PARTITIONS) if i % processes == process)


def command_queue(service: str) -> str:
    """Return the queue of a service's commands, taken in batches."""
    return f"rpc-{service}.commands"


def query_queue(service: str) -> str:
    """Return the queue of a service's queries; the name is nameko's own."""
    return f"rpc-{service}"


def command_key(service: str, method: str) -> str:
    """Return the routing key of a command."""
    return f"{service}.commands.{method}"


def query_key(service: str, method: str) -> str:
    """Return the routing key of a query; the form is nameko's own."""
    return f"{service}.{method}"


def department_queue(code: str) -> str:
    """Return the queue of one department."""
    return f"department.{code}"


def reply_queue(code: str) -> str:
    """Return the queue of what one department says, for dispatch to take."""
    return f"{SHARED_REPLIES_QUEUE}.{code}"
