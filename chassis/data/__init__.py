"""PostgreSQL: the engine, the unit of work, stores, the outbox, the cell clock."""
