"""A department's access to the broker: given, renewed, taken away, and looked at each time."""

import time

import amqp

from chassis.bus.connection import BROKER_ERRORS, connect
from contracts.topology import department_user
from ops.cell import Cell
from ops.errors import Unready
from ops.servers import Broker

_GONE_S, _PAUSE_S = 15.0, 0.3
_REFUSALS = (amqp.AccessRefused, amqp.NotAllowed)


class Access:
    """What departments may do at the broker of one cell, which knows the cell's list as it is now."""

    def __init__(self, cell: Cell, broker: Broker) -> None:
        self._cell = cell
        self._broker = broker

    def give(self, code: str) -> None:
        """Make a department's queue, and its user with all of its rights. Raises: Unready.

        Nobody knows the user's password yet. Without its topic rights it could speak for anyone:
        where they are not found, it goes again.
        """
        user = department_user(code)
        self._broker.learn()
        try:
            self._broker.check_departments()
        except Unready:
            self._broker.forget_user(user)
            raise
        _check(admits(self._broker.url(user)), f"The broker does not let {user} in.")

    def renew(self, code: str) -> None:
        """Give a department's user another password; whoever came in by the old one is out.

        Raises: Unready.
        """
        user = department_user(code)
        old = self._broker.url(user)
        self._cell.forget_secret(_secret(user))
        self._broker.learn()
        self._close(user)
        _check(not admits(old), f"The broker still takes the old password of {user}.")
        _check(admits(self._broker.url(user)), f"The broker does not take the new password of {user}.")

    def take(self, code: str) -> None:
        """Let a department in no more, and close what it has open. Raises: Unready."""
        user = department_user(code)
        old = self._broker.url(user)
        self._broker.learn()
        self._broker.forget_user(user)
        self._close(user)
        _check(not admits(old), f"The broker still lets {user} in.")
        self._cell.forget_secret(_secret(user))

    def _close(self, user: str) -> None:
        """Close what a user has open: kindly, then by force where nobody has answered. Raises: Unready."""
        until = time.monotonic() + _GONE_S
        for _ in ("kindly", "by force"):
            self._broker.close_connections(user)
            time.sleep(_PAUSE_S)
        while self._broker.has_connections(user):
            if time.monotonic() > until:
                raise Unready(f"{user} still has a connection to the broker; ask again.")
            self._broker.close_connections(user)
            time.sleep(_PAUSE_S)


def admits(url: str) -> bool:
    """Say whether the broker lets this user in. Raises: Unready where it does not answer."""
    try:
        connection = connect(url)
    except _REFUSALS:
        return False
    except BROKER_ERRORS as error:
        raise Unready(f"The broker does not answer: {error or type(error).__name__}.") from error
    connection.close()
    return True


def _check(fine: bool, trouble: str) -> None:  # noqa: FBT001 - reads as assert does
    if not fine:
        raise Unready(trouble)


def _secret(user: str) -> str:
    return f"broker:{user}"
