"""What a closed vote leaves in the box's file: the SQL by which nothing of it stays."""

from sqlalchemy import Connection, text

# While somebody still looks at how it was before, even a new file keeps the dead rows.
_UNSWEPT = text("""
SELECT id, version FROM vote WHERE NOT swept AND NOT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND greatest(age(backend_xmin), age(backend_xid)) >= age(vote.xmin))
ORDER BY id
""")
# Dead rows would still say which transaction wrote them, and so who took part in the same one.
_SWEEP = text("VACUUM (FULL) ballot_box")
_SWEPT = text(
    "UPDATE vote SET swept = true FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[])) "
    "AS seen(id, version) WHERE (vote.id, vote.version) = (seen.id, seen.version)"
)


def sweep(connection: Connection) -> None:
    """Write the box's file anew where a vote has been taken out of it since; outside of any transaction."""
    seen = connection.execute(_UNSWEPT).all()
    if seen:
        connection.execute(_SWEEP)
        connection.execute(_SWEPT, {"ids": [row[0] for row in seen], "versions": [row[1] for row in seen]})
