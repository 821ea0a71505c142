"""A relay that dies at the worst moment: the broker has confirmed, the database does not know it yet."""

import os
import sys

import sqlalchemy as sa

from chassis import relay


def die(_connection: sa.Connection, positions: list[int]) -> None:
    print(f"confirmed {len(positions)}", flush=True)
    os._exit(42)


if __name__ == "__main__":
    relay.mark_sent = die
    sys.exit(relay.main())
