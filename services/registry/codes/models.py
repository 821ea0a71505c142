"""The table of codes, by keyed hashes: without the key nobody can try six digits out."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

codes = sa.Table(
    "login_code",
    metadata,
    sa.Column("request_id", UUID, primary_key=True),
    sa.Column("phone_index", BYTEA, nullable=False),
    sa.Column("person_id", UUID),
    sa.Column("code_hash", BYTEA, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("requested_at", _TIME, nullable=False, server_default=sa.text("clock_timestamp()")),
    sa.Column("used_at", _TIME),
)
