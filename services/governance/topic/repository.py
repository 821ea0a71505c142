"""Topics and signatures in PostgreSQL: the only SQL that changes them."""

from typing import ClassVar
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.meeting.repository import columns
from services.governance.topic.models import topic, topic_support
from services.governance.topic.topic import Support, Topic

_CHANGING = ("subject", "state", "hearing_required", "hearing_id", "reason", "supporters", "version")
_TOPICS = sa.text("SELECT * FROM topic WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_SUPPORTS = sa.text(
    "SELECT topic_id, account_id, at, stands FROM topic_support "
    "WHERE topic_id = ANY(:topics) AND account_id = ANY(:accounts)"
)
_AGAIN = "ON CONFLICT (topic_id, account_id) DO UPDATE SET at = EXCLUDED.at, stands = EXCLUDED.stands"

Signature = tuple[UUID, UUID]


class Topics(Store[UUID, Topic]):
    """The topics of one unit of work, locked."""

    flush_order: ClassVar[int] = -2

    def load_many(self, keys: list[UUID]) -> dict[UUID, Topic]:
        """Read and lock the topics that exist."""
        rows = self.connection.execute(_TOPICS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Topic) for row in rows}

    def save_many(self, changes: list[Change[UUID, Topic]]) -> None:
        """Write new topics, and what has changed in known ones."""
        made = [columns(change.new) for change in changes if change.old is None]
        moved = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, topic, made)
        rows = [{"id": row["id"], **{name: row[name] for name in _CHANGING}} for row in moved]
        bulk.update(self.connection, topic, rows, key=("id",))


class Supports(Store[Signature, Support]):
    """The signatures, by topic and account. Their topic's row is locked."""

    def load_many(self, keys: list[Signature]) -> dict[Signature, Support]:
        """Read the signatures that were ever given."""
        given = {"topics": [key[0] for key in keys], "accounts": [key[1] for key in keys]}
        rows = self.connection.execute(_SUPPORTS, given).mappings()
        return {(row["topic_id"], row["account_id"]): msgspec.convert(row, Support) for row in rows}

    def save_many(self, changes: list[Change[Signature, Support]]) -> None:
        """Write the signatures."""
        bulk.insert(
            self.connection, topic_support, [columns(change.new) for change in changes], on_conflict=_AGAIN
        )
