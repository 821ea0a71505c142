"""Brokers behind TLS: who they must be, for the cell and for a department's software."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qiaotou_department.link import BROKEN
from qiaotou_department.link import _connect as connect_department
from qiaotou_department.settings import Settings

from chassis.bus.connection import BROKER_ERRORS, connect
from tests.support.tls import certificate, serving

AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
HEARD_WITHIN_S = 60.0


def as_department(uri: str) -> Any:
    return connect_department(Settings(department="GDS", amqp_uri=uri, api=""))


@pytest.fixture(params=[connect, as_department], ids=["cell", "department"])
def connecting(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Return what makes a connection: both do it for themselves."""
    made: Callable[[str], Any] = request.param
    return made


def test_a_broker_behind_tls_is_spoken_to(
    connecting: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with a context given to py-amqp, which takes none: TypeError, and nothing is said."""
    file = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    # It hangs up when it has heard the first words.
    with serving(file) as server, pytest.raises(BROKER_ERRORS):
        connecting(f"amqps://u:p@127.0.0.1:{server.port}/")
    assert server.heard.get(timeout=HEARD_WITHIN_S) == AMQP_HEADER


def test_a_broker_with_the_certificate_of_another_host_is_refused(
    connecting: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: without `server_hostname`: py-amqp looks at no name then."""
    file = certificate(tmp_path, "broker.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(file) as server, pytest.raises(ssl.SSLCertVerificationError) as refused:
        connecting(f"amqps://u:p@127.0.0.1:{server.port}/")
    assert isinstance(refused.value, BROKER_ERRORS)
    assert isinstance(refused.value, BROKEN)
    assert isinstance(server.heard.get(timeout=HEARD_WITHIN_S), OSError)


def test_a_broker_whose_certificate_nobody_vouches_for_is_refused(
    connecting: Callable[[str], Any], tmp_path: Path
) -> None:
    """Seen failing: with `ssl.CERT_NONE`, and no name to compare."""
    file = certificate(tmp_path, "127.0.0.1")
    with serving(file) as server, pytest.raises(ssl.SSLCertVerificationError):
        connecting(f"amqps://u:p@127.0.0.1:{server.port}/")
