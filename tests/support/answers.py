"""A server that says what it was told to say."""

import socket
import threading
import time


class Answers:
    """A server that says to each connection one prepared thing, and hangs up.

    `silent_s`: it thinks for so long before it says anything.
    """

    def __init__(self, *answers: bytes, silent_s: float = 0.0) -> None:
        self._answers = answers or ((b"",) if silent_s else ())
        self._silent_s = silent_s
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            connection, _ = self._socket.accept()
            with connection:
                self.asked.append(connection.recv(65536))
                time.sleep(self._silent_s)
                connection.sendall(answer)

    def close(self) -> None:
        self._thread.join(timeout=5)
        self._socket.close()
