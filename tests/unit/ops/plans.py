"""Plans of the half-year, each made once for all tests: a whole one takes a second."""

from functools import cache

from ops.demo.plan import Plan, half_year
from services.registry import reference_data
from tests.support.examples import examples

DATA = reference_data.read()
# A quick test makes one whole plan, the whole test ten of them and a larger one.
SEEDS = (2012, *range(1, examples(1)))
SCALES = (0.05, 0.3, 1.1)[: 1 + examples(1)]


@cache
def planned(seed: int, scale: float = 1.0) -> Plan:
    return half_year(seed, scale, DATA)
