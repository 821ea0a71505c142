"""Messages put on the bus by the operator, each for certain."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.bus.connection import BROKER_ERRORS
from chassis.bus.publisher import Message, Publisher
from ops.errors import Unready

_REFUSED = "The broker did not take the message; ask again when it is back."


@contextmanager
def mailing(url: str) -> Iterator[Callable[[Message], None]]:
    """Give what publishes a message and waits until the broker has it on a queue. Raises: Unready."""
    with answering():
        publisher = Publisher(url)

        def put(message: Message) -> None:
            if message.id not in publisher.publish_all([message]).confirmed:
                raise Unready(_REFUSED)

        try:
            yield put
        finally:
            publisher.close()


@contextmanager
def answering() -> Iterator[None]:
    """Say in one sentence that the broker does not answer. Raises: Unready."""
    try:
        yield
    except BROKER_ERRORS as error:
        raise Unready(f"{_REFUSED} ({str(error).strip() or type(error).__name__})") from error
