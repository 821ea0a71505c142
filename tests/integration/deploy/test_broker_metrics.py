"""The broker gives what the alerts go by, asked as the configuration asks it."""

import re
import urllib.request
from urllib.parse import urlencode

import amqp
import yaml

from contracts.naming import reply_queue
from deploy.prometheus import targets
from ops.cell import Cell
from ops.rabbitmq import RabbitNode
from tests.support.servers import connect
from tests.support.toy.process import eventually


def test_the_broker_tells_every_measure_of_a_queue_that_an_alert_goes_by(
    rabbitmq: RabbitNode, server_cell: Cell
) -> None:
    """Seen failing: with the family of the counts alone: no bytes."""
    jobs = yaml.safe_load((targets.HERE / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    [job] = [each for each in jobs if each["job_name"] == "rabbitmq-queues"]
    port, asked = server_cell.ports["rabbitmq-metrics"], urlencode(job["params"], doseq=True)
    url = f"http://127.0.0.1:{port}{job['metrics_path']}?{asked}"
    named = set(re.findall(r"rabbitmq_detailed_\w+", (targets.HERE / "rules.yml").read_text("utf-8")))
    queue = reply_queue("GAF")
    with connect(rabbitmq.url("operator")) as connection:
        for _ in range(3):
            connection.channel().basic_publish(amqp.Message(b"x" * 1000), "", queue)

    def told() -> dict[str, float]:
        with urllib.request.urlopen(url, timeout=10) as answer:
            lines = [line for line in answer.read().decode().splitlines() if f'queue="{queue}"' in line]
        return {line.partition("{")[0]: float(line.split()[-1]) for line in lines}

    wanted = {"rabbitmq_detailed_queue_messages": 3, "rabbitmq_detailed_queue_messages_bytes": 3000}
    assert named == wanted.keys()
    assert eventually(lambda: wanted.items() <= told().items(), every_s=0.5)
