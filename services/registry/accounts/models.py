"""The tables of the accounts. What signs somebody in stands apart from who they are."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()

accounts = sa.Table(
    "account",
    metadata,
    sa.Column("account_id", UUID, primary_key=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("roles", JSONB, nullable=False),
    sa.Column("community", sa.Text),
    sa.Column("grid", sa.Text),
    sa.Column("department", sa.Text),
    sa.Column("emitted", sa.Integer, nullable=False),
)

credentials = sa.Table(
    "credential",
    metadata,
    sa.Column("login", sa.Text, primary_key=True),
    sa.Column("account_id", UUID, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
)

# By the hash of what was typed: people type passwords into the wrong field.
failed_sign_ins = sa.Table(
    "failed_sign_in",
    metadata,
    sa.Column("login_hash", BYTEA, nullable=False),
    sa.Column("at", TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")),
    sa.Index("failed_sign_in_of_login", "login_hash", "at"),
)
