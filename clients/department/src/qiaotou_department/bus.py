"""What the subscriber needs of a connection; `Link` is one, and so is a test's."""

from typing import Protocol

from qiaotou_department.link import Delivery
from qiaotou_department.messages import Message


class Bus(Protocol):
    """A live connection to our queue and to the replies exchange."""

    @property
    def full(self) -> bool:
        """Whether the window is used up."""

    def consume(self) -> None:
        """Open one more window."""

    def next(self, timeout_s: float) -> Delivery | None:
        """Return the next message."""

    def publish(self, message: Message) -> None:
        """Publish, confirmed."""

    def ack(self, delivery: Delivery) -> None:
        """Be done with a message."""

    def give_back(self, delivery: Delivery, *, requeue: bool) -> None:
        """Put a message back."""

    def resume(self) -> None:
        """Listen again."""

    def close(self) -> None:
        """Say goodbye."""
