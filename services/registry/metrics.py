"""What registry counts."""

from prometheus_client import Counter

SIGN_INS = Counter(
    "qiaotou_sign_ins_total", "Passwords checked: ok, wrong_credentials or too_many_requests", ["outcome"]
)
