"""What notify counts."""

from collections.abc import Iterable

from prometheus_client import Counter

NOTIFICATIONS = Counter("qiaotou_notifications_total", "Messages to persons", ["template"])


def count(templates: Iterable[str]) -> None:
    """Count messages by what they say."""
    for template in templates:
        NOTIFICATIONS.labels(template).inc()
