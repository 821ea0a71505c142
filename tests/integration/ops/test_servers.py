from collections.abc import Callable

import amqp
import psycopg
import pytest

from contracts import naming, topology
from ops.cell import Cell
from ops.databases import Databases
from ops.rabbitmq import RabbitNode
from tests.support.servers import connect


def test_a_role_enters_its_own_database_and_no_other(databases: Databases) -> None:
    own = databases.url("intake")
    psycopg.connect(own).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(own.rpartition("/")[0] + "/" + databases.name("registry"))


def test_making_the_databases_again_changes_nothing(databases: Databases) -> None:
    databases.create()
    psycopg.connect(databases.url("intake")).close()


def test_the_relay_marks_outbox_rows_and_does_nothing_else(
    server_cell: Cell, databases: Databases, database: Callable[[str], str]
) -> None:
    url = database("chassis")
    name = url.rpartition("/")[2]
    databases.grant_outbox(name)
    relay = databases.relay_urls()["intake"].rpartition("/")[0] + f"/{name}"
    with psycopg.connect(relay, autocommit=True) as connection:
        connection.execute("SELECT count(*) FROM outbox")
        connection.execute("UPDATE outbox SET sent_at = clock_timestamp() WHERE position = 1")
        for forbidden in (
            "UPDATE outbox SET body = ''",
            "DELETE FROM outbox",
            "INSERT INTO outbox (id) VALUES (gen_random_uuid())",
            "SELECT 1 FROM inbox",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_each_database_of_a_test_is_its_own(database: Callable[[str], str]) -> None:
    first, second = database("chassis"), database("chassis")
    with psycopg.connect(first) as connection:
        connection.execute("UPDATE cell_clock SET ahead = '1 hour'")
    with psycopg.connect(second) as connection:
        ahead = connection.execute("SELECT cell_now() - clock_timestamp() < '1 minute'").fetchone()
    assert ahead == (True,)


def test_nobody_is_called_guest(rabbitmq: RabbitNode) -> None:
    assert "guest" not in rabbitmq.ctl("list_users")


def test_every_department_has_its_topic_permissions(rabbitmq: RabbitNode) -> None:
    rabbitmq.check_departments()


def test_a_department_speaks_for_itself_alone(rabbitmq: RabbitNode) -> None:
    with connect(rabbitmq.url("department.CGJ")) as connection:
        channel = connection.channel()
        channel.confirm_select()
        own = amqp.Message("{}", user_id="department.CGJ")
        channel.basic_publish_confirm(own, exchange=topology.REPLIES, routing_key="CGJ")
        with pytest.raises(amqp.AccessRefused):
            channel.basic_publish_confirm(own, exchange=topology.REPLIES, routing_key="GAF")


def test_a_department_reads_its_own_queue_alone(rabbitmq: RabbitNode) -> None:
    with connect(rabbitmq.url("department.CGJ")) as connection:
        connection.channel().queue_declare("department.CGJ", passive=True)
        with pytest.raises(amqp.AccessRefused):
            connection.channel().basic_get("department.GAF")


def test_a_queue_is_empty_when_a_test_begins(rabbitmq: RabbitNode) -> None:
    with connect(rabbitmq.url("operator")) as connection:
        assert connection.channel().queue_declare(naming.reply_queue("CGJ"), passive=True).message_count == 0
