"""What notify counts."""

from collections.abc import Iterable

from prometheus_client import Counter

from services.notify.message.templates import Template

NOTIFICATIONS = Counter("qiaotou_notifications_total", "Messages to persons", ["template"])
# Looked up once: a busy cell counts a dozen messages a case. And a text that nobody was sent shows 0.
_OF_TEMPLATE = {template: NOTIFICATIONS.labels(template.value) for template in Template}


def count(templates: Iterable[Template]) -> None:
    """Count messages by what they say."""
    for template in templates:
        _OF_TEMPLATE[template].inc()
