"""The figures' sums by month, and the order in which those by day are read."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COUNTERS = (
    "headline",
    "headline_closed",
    "others",
    "classified",
    "fell_due",
    "on_time",
    "answered",
    "reworked",
    "offered",
    "contacted",
    "visits",
    "resolved",
    "satisfied",
    "unreachable",
    "disputes",
    "disputes_closed",
    "petitions",
    "petitions_closed",
    "spot",
)
MONTHS = f"""
CREATE TABLE figure_month (
    scope text NOT NULL,
    month date NOT NULL,
    grp text NOT NULL,
    {", ".join(f"{name} integer NOT NULL" for name in _COUNTERS)},
    PRIMARY KEY (scope, month, grp)
) WITH (fillfactor = 70)
"""
COUNTED = f"""
INSERT INTO figure_month (scope, month, grp, {", ".join(_COUNTERS)})
SELECT scope, CAST(date_trunc('month', day) AS date), grp, {", ".join(f"sum({name})" for name in _COUNTERS)}
FROM figure_sum GROUP BY 1, 2, 3
"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(MONTHS)
    op.execute(COUNTED)
    # A period is asked for, of all groups.
    op.execute("ALTER TABLE figure_sum DROP CONSTRAINT figure_sum_pkey, ADD PRIMARY KEY (scope, day, grp)")


def downgrade() -> None:
    op.execute("DROP TABLE figure_month")
    op.execute("ALTER TABLE figure_sum DROP CONSTRAINT figure_sum_pkey, ADD PRIMARY KEY (scope, grp, day)")
