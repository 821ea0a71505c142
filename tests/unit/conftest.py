import os

from hypothesis import HealthCheck, settings

from tests.support.examples import examples

# A loaded machine is slow, and a run in CI is to be repeated as it was.
settings.register_profile(
    "qiaotou",
    max_examples=examples(20),
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("qiaotou")
