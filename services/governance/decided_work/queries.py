"""What everybody may ask about decided work."""

from chassis.data.engine import Database
from contracts.commands.assemblies import WorkPage
from services.governance import paging
from services.governance.decided_work import reads


def decided_work(
    database: Database, *, community: str | None = None, cursor: str | None = None, limit: int = 20
) -> WorkPage:
    """Return decided work and how far its cases are, newest first. Raises: Invalid, MalformedCursor."""
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, behind=behind, limit=most)
