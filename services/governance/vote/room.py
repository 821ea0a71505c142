"""Everything that the room of votes takes from the bus."""

from services.governance.vote import casting_handlers, handlers, paper_handlers, result_handlers

COMMANDS = (
    *handlers.COMMANDS,
    *casting_handlers.COMMANDS,
    *paper_handlers.COMMANDS,
    *result_handlers.COMMANDS,
)
EVENTS = handlers.EVENTS
