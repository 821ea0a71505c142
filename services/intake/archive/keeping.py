"""What the timer does: seals become leaves, and a new head is signed."""

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from chassis.signing import SigningKey
from contracts.envelope import uuid7
from services.intake.archive import log, repository
from services.intake.archive.log import Head

_BATCH = 2_000


def append_all_seals(database: Database, key: SigningKey) -> None:
    """Add every seal that the log does not hold yet, batch by batch."""
    while append_seals(database, key) == _BATCH:
        pass


def append_seals(database: Database, key: SigningKey) -> int:
    """Add one batch of seals and sign the new head; return how many there were."""
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        if not repository.lock(uow.connection):
            return 0
        waiting = repository.waiting(uow.connection, limit=_BATCH)
        if not waiting:
            return 0
        grown, leaves = log.grown(repository.frontier(uow.connection), waiting)
        content = log.content_of(key.district, grown, uow.now)
        head = Head(
            district=key.district,
            size=grown.size,
            root=grown.root.hex(),
            time=uow.now,
            signature=key.sign(log.MARK, content),
        )
        repository.add(uow.connection, leaves, head, grown)
    return len(waiting)
