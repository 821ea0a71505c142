"""What everybody may ask about assemblies."""

from uuid import UUID

from chassis.data.engine import Database
from contracts.commands.assemblies import AssemblyPage, AssemblyView
from services.governance import paging
from services.governance.assembly import reads
from services.governance.assembly.errors import UnknownAssembly


def assemblies(
    database: Database, *, community: str | None = None, cursor: str | None = None, limit: int = 20
) -> AssemblyPage:
    """Return the assemblies, newest first. Raises: Invalid, MalformedCursor."""
    behind, most = paging.decode(cursor), paging.checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, behind=behind, limit=most)


def assembly(database: Database, assembly_id: UUID) -> AssemblyView:
    """Return one assembly with what it has led to. Raises: UnknownAssembly."""
    with database.reading() as connection:
        found = reads.one(connection, assembly_id)
    if found is None:
        raise UnknownAssembly
    return found
