"""A server behind TLS, with a certificate of its own making."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_PATIENCE_S = 60.0


def certificate(folder: Path, *names: str) -> Path:
    """Write a certificate for these host names or addresses, which is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(written + made.public_bytes(pem))
    return file


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


class TlsServer(threading.Thread):
    """Takes one connection, notes the first eight bytes that are said behind the handshake, and hangs up.

    `heard` gets those bytes, or what went wrong.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(daemon=True)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_PATIENCE_S)
        self.port = int(self._listener.getsockname()[1])
        self.heard: SimpleQueue[bytes | OSError] = SimpleQueue()

    def run(self) -> None:
        """Serve it."""
        try:
            plain, _ = self._listener.accept()
            plain.settimeout(_PATIENCE_S)
            with self._context.wrap_socket(plain, server_side=True) as taken:
                self.heard.put(taken.recv(8))
        except OSError as error:
            self.heard.put(error)

    def close(self) -> None:
        """Take nothing more."""
        self._listener.close()
        self.join(_PATIENCE_S)


@contextlib.contextmanager
def serving(file: Path) -> Iterator[TlsServer]:
    """Serve one connection under this certificate."""
    server = TlsServer(file)
    server.start()
    try:
        yield server
    finally:
        server.close()


class TlsFront(threading.Thread):
    """TLS before a server of this machine that has none."""

    def __init__(self, file: Path, port: int) -> None:
        super().__init__(daemon=True)
        self.file = file
        self._target = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._open: list[socket.socket] = []

    def run(self) -> None:
        """Take every connection."""
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                near = self._context.wrap_socket(plain, server_side=True)
                far = socket.create_connection(("127.0.0.1", self._target))
                self.connections += 1
                self._open += [near, far]
                threading.Thread(target=_pass_on, args=(near, far), daemon=True).start()
                threading.Thread(target=_pass_on, args=(far, near), daemon=True).start()

    def close(self) -> None:
        """Break what stands, and take nothing more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join(_PATIENCE_S)
        for each in self._open:
            each.close()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(16_384):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
