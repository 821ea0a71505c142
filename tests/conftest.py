"""What every test may ask for."""

from tests.support.cells import running_cell  # noqa: F401
from tests.support.servers import (  # noqa: F401 - fixtures are found by their names here
    _templates,
    database,
    databases,
    postgres,
    rabbitmq,
    rabbitmq_node,
    server_cell,
)
