"""Prometheus metrics that every process has. Base units, no ids as labels."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_LAGS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

BATCH_SIZE = Histogram(
    "qiaotou_batch_size_messages", "Messages handled in one transaction", ["service", "kind"], buckets=_SIZES
)
INBOX_APPLIED = Counter(
    "qiaotou_inbox_applied_total", "Events applied, once each and in order", ["service", "type"]
)
INBOX_DUPLICATES = Counter(
    "qiaotou_inbox_duplicates_total", "Events that had been applied before", ["service"]
)
INBOX_ROLLED_BACK = Counter(
    "qiaotou_inbox_rolled_back_total",
    "Events left out: their source went back to a backup since",
    ["service"],
)
INBOX_LAG = Histogram(
    "qiaotou_inbox_lag_seconds", "From an event's emission to its application", ["service"], buckets=_LAGS
)
OUTBOX_UNSENT = Gauge(
    "qiaotou_outbox_unsent_messages", "Messages that the broker has not confirmed", ["database"]
)
OUTBOX_OLDEST = Gauge("qiaotou_outbox_oldest_seconds", "Age of the oldest unsent message", ["database"])
OUTBOX_LAG = Histogram(
    "qiaotou_outbox_lag_seconds",
    "From a message's commit to the broker's confirm",
    ["database"],
    buckets=_LAGS,
)
RELAY_LEADER = Gauge("qiaotou_relay_leader", "1 where this relay holds the database's lock", ["database"])
RELAY_HELD = Gauge("qiaotou_relay_held_destinations", "Destinations in back-off", ["database"])
RELAY_PUBLISHED = Counter(
    "qiaotou_relay_published_total", "Messages that the broker confirmed", ["database", "exchange"]
)
RELAY_FAILED = Counter(
    "qiaotou_relay_failed_total",
    "Messages returned, refused or not confirmed in time",
    ["database", "exchange"],
)
RPC_REQUESTS = Counter("qiaotou_rpc_requests_total", "Requests answered", ["service", "method", "outcome"])
RPC_SECONDS = Histogram(
    "qiaotou_rpc_request_seconds",
    "From taking a request to its answer",
    ["service", "method"],
    buckets=_SECONDS,
)
BROKER_CONNECTED = Gauge(
    "qiaotou_broker_connected", "1 while the connection to the broker stands", ["service"]
)
