"""The gateway's own tables."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", BYTEA, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False),
    sa.Column("roles", JSONB, nullable=False),
    sa.Column("scope", JSONB, nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("expires_at", _TIME, nullable=False),
    sa.Column("revoked_at", _TIME),
    sa.CheckConstraint("kind IN ('staff', 'department')", name="sessions_kind"),
    sa.Index("sessions_of_account", "account_id"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("media_id", UUID, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("duration_ms", sa.Integer),
    # Of what is shown; services and seals know this one.
    sa.Column("sha256", sa.Text, nullable=False),
    # Of what was sent: tells a repeat of the same request from another file under its key.
    sa.Column("original_sha256", sa.Text, nullable=False),
    # The original may hold the place and the time in its metadata: restricted.
    sa.Column("original_path", sa.Text, nullable=False),
    sa.Column("shown_path", sa.Text, nullable=False),
    sa.Column("poster_path", sa.Text),
    sa.Column("created_at", _TIME, nullable=False),
    # Where (WGS-84 degrees) and when it was taken, by its own word: restricted as the original is.
    sa.Column("longitude_deg", sa.Double),
    sa.Column("latitude_deg", sa.Double),
    sa.Column("taken_at", _TIME),
)

saved_filters = sa.Table(
    "saved_filters",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("list", sa.Text, nullable=False),
    sa.Column("parameters", JSONB, nullable=False),
)

# Uploads that arrive in pieces. A finished one has its row in `uploads` under `media_id`.
transfers = sa.Table(
    "transfers",
    metadata,
    sa.Column("transfer_id", UUID, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("media_id", UUID, nullable=False),
    sa.Column("length_bytes", sa.BigInteger, nullable=False),
    # So many bytes are on the disk for good.
    sa.Column("offset_bytes", sa.BigInteger, nullable=False),
    # As the client has sent it, for the client alone.
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("refused", sa.Text),
    sa.Column("expires_at", _TIME, nullable=False),
    sa.CheckConstraint("offset_bytes BETWEEN 0 AND length_bytes", name="transfers_offset"),
    sa.Index("transfers_of_owner", "owner"),
    sa.Index("transfers_by_expiry", "expires_at"),
)
