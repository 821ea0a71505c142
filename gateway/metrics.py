"""What Prometheus is told of requests. Routes are templates: no id is ever a label."""

from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"

REQUESTS = Counter("qiaotou_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "qiaotou_http_request_seconds",
    "From a request's arrival in the application to its answer",
    ["route"],
    buckets=_SECONDS,
)
UPLOADS = Counter("qiaotou_uploads_total", "Uploads taken in", ["kind"])


@lru_cache(maxsize=1024)
def _count(method: str, route: str, status: int) -> Any:
    return REQUESTS.labels(method, route, str(status))


@lru_cache(maxsize=256)
def _time(route: str) -> Any:
    return SECONDS.labels(route)


def known(method: str) -> str:
    """Return a method as a label: clients may invent methods, not labels."""
    return method if method in _METHODS else "other"


def observe(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _count(method, route, status).inc()
    _time(route).observe(seconds)
