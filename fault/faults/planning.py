"""Which faults a run has, and in what order."""

from random import Random

from fault.faults.departments import department_kinds
from fault.faults.fault import Fault
from fault.faults.links import link_kinds
from fault.faults.messages import message_kinds
from fault.faults.processes import gateway_kinds, relay_kinds, service_kinds
from fault.faults.servers import BROKER, ServerStopped, broker_kinds, postgres_kinds

LEAST = 60
_LONG_ABSENCE_S = 60.0


def plan(random: Random, *, short: bool) -> list[Fault]:
    """Return the faults of one run, shuffled: every kind of them, or `short` one of each component.

    The long plan has the broker away for a minute once, and kinds drawn again until there are
    at least 60 faults.
    """
    components = _kinds(random)
    if short:
        drawn = [random.choice(kinds) for kinds in components]
    else:
        drawn = [kind for kinds in components for kind in kinds]
        drawn.append(ServerStopped("broker stopped for a minute", BROKER, stands_s=_LONG_ABSENCE_S))
        while len(drawn) < LEAST:
            # By component first: there are many kinds of links and few of relays.
            drawn.append(random.choice(random.choice(_kinds(random))))
    random.shuffle(drawn)
    return drawn


def _kinds(random: Random) -> list[list[Fault]]:
    return [
        gateway_kinds(),
        service_kinds(),
        relay_kinds(),
        broker_kinds(),
        link_kinds(random),
        postgres_kinds(),
        message_kinds(),
        department_kinds(),
    ]
