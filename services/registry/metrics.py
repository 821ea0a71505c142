"""What registry counts."""

from prometheus_client import Counter

SIGN_INS = Counter(
    "qiaotou_sign_ins_total",
    "Passwords and codes checked: ok, wrong_credentials, wrong_code or too_many_requests",
    ["outcome"],
)
REVEALS = Counter("qiaotou_person_reveals_total", "Times that somebody was told what a mask hides")
ROLLS = Counter("qiaotou_rolls_answered_total", "Rolls that were answered", ["kind"])
IMPORTED = Counter("qiaotou_imported_rows_total", "Rows that were taken from files", ["kind"])
