"""Epochs 纪元: in which life of the cell a source speaks.

A cell that goes back to a backup forgets what it had said since, and says other things under the same
sequence numbers. Each restore raises the epoch of every source; what is of an older one was rolled back.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

FIRST = 1

metadata = sa.MetaData()

# The source's own epoch stands under its own name, those that it has heard of others under theirs.
epochs = sa.Table(
    "source_epoch",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.CheckConstraint("epoch > 0", name="source_epoch_positive"),
)

# Together with the time: every unit of work opens with it.
NOW_AND_EPOCH = "SELECT cell_now(), coalesce((SELECT epoch FROM source_epoch WHERE source = %(source)s), 1)"
HEARD = "SELECT source, epoch FROM source_epoch"
RAISE = (
    "INSERT INTO source_epoch (source, epoch) "
    "SELECT * FROM unnest(%(sources)s::text[], %(epochs)s::bigint[]) "
    "ON CONFLICT (source) DO UPDATE SET epoch = greatest(source_epoch.epoch, EXCLUDED.epoch)"
)
_OWN = sa.text("SELECT epoch FROM source_epoch WHERE source = :source")


def own_epoch(connection: Connection, source: str) -> int:
    """Return the epoch in which a source speaks."""
    return int(connection.scalar(_OWN, {"source": source}) or FIRST)
