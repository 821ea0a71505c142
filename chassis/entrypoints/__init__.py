"""The nameko extensions of the house: what a service's `service.py` is made of.

nameko's own `@event_handler`, `@consume`, `@rpc` and `RpcProxy` are banned by lint;
docs/adr says which fault each of them has.
"""

from chassis.entrypoints.batches import command_batch, event_batch, reply_batch
from chassis.entrypoints.container import DatabaseDependency, settings_of
from chassis.entrypoints.queries import query
from chassis.entrypoints.timers import every, when_due

__all__ = [
    "DatabaseDependency",
    "command_batch",
    "event_batch",
    "every",
    "query",
    "reply_batch",
    "settings_of",
    "when_due",
]
