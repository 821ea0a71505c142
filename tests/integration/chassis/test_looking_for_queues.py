"""Looking for queues that come and go, on one connection."""

from chassis.bus.link import Link
from contracts import naming, topology
from ops.rabbitmq import RabbitNode


def test_a_link_may_look_for_what_is_not_there_as_often_as_it_likes(rabbitmq_node: RabbitNode) -> None:
    """Seen failing: with the channel left open where the queue is not there: none is free after 63 looks."""
    link = Link(rabbitmq_node.url("operator"))
    looks = topology.CHANNELS_PER_CONNECTION + 6
    try:
        assert not any(link.has("nobody.made.this") for _ in range(looks))
        assert all(link.has(naming.inbox_queue("intake", 0)) for _ in range(looks))
    finally:
        link.drop()
