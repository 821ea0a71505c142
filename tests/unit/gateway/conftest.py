from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.limits import limiter
from tests.unit.gateway.cell import Cell


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    made = Cell(tmp_path)
    yield made
    limiter.reset()
