"""A service, a relay and their broker behind TLS."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.support.tls import TlsFront, certificate
from tests.support.toy.cell import ToyCell, a_thing


@pytest.fixture
def front(own_toy: ToyCell, tmp_path: Path) -> Iterator[TlsFront]:
    """TLS before the broker."""
    made = TlsFront(certificate(tmp_path, "127.0.0.1"), urlsplit(own_toy.amqp_url).port or 0)
    made.start()
    yield made
    made.close()


@pytest.mark.slow
def test_a_service_works_with_a_broker_behind_tls(own_toy: ToyCell, front: TlsFront) -> None:
    """Seen failing: with a context given to py-amqp: the service is never well."""
    parts = urlsplit(own_toy.amqp_url)
    user = parts.netloc.rpartition("@")[0]
    url = urlunsplit(parts._replace(scheme="amqps", netloc=f"{user}@127.0.0.1:{front.port}"))
    process = own_toy.start(amqp_url=url, SSL_CERT_FILE=str(front.file)).wait_until_well()
    relay = own_toy.start_relay(amqp_url=url, SSL_CERT_FILE=str(front.file)).wait_until_well()
    thing = a_thing()
    own_toy.publish(*[own_toy.event(thing, n) for n in range(1, 401)])
    own_toy.wait_until_heard(thing, list(range(1, 401)), within_s=60)
    assert own_toy.bump(a_thing()).n == 1
    assert front.connections >= 3
    assert process.is_running()
    assert relay.is_running()
