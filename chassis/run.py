"""Run one service: `python -m chassis.run services.intake.service:IntakeService`."""

# Before anything else is imported: green sockets, and a psycopg that waits on them. In C it would
# stop every green thread of the process for the length of each query.
import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import structlog  # noqa: E402
from eventlet.event import Event  # noqa: E402
from eventlet.hubs import get_hub  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from chassis import log as logs  # noqa: E402
from chassis.config import Settings  # noqa: E402
from chassis.leaving import leave  # noqa: E402
from chassis.observe import Observer  # noqa: E402
from chassis.observed import Observed  # noqa: E402

MAX_WORKERS = 64


def load(path: str) -> Any:
    """Return the class named `module:Class`. Raises: ImportError, AttributeError."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def run(service_cls: Any, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; a second signal ends at once. Returns the exit code."""
    log = structlog.get_logger()
    observed = Observed()
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_uri,
            "max_workers": MAX_WORKERS,
            "settings": settings,
            "observed": observed,
        }
    )
    runner.add_service(service_cls)
    told = Event()
    _on_signals(told)
    runner.start()
    observer = Observer(settings.metrics_port, observed.checks(), host=settings.metrics_host)
    observer.start()
    log.info("service.started", process=settings.process, processes=settings.processes)
    eventlet.spawn(_wait_for_death, runner, told)
    code = int(told.wait())
    if code == 0:
        runner.stop()
        log.info("service.stopped")
    observer.stop()
    return code


def _on_signals(told: Event) -> None:
    def on_signal(number: int, _frame: object) -> None:
        if told.ready():
            os._exit(128 + number)
        get_hub().schedule_call_global(0, told.send, 0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)


def _wait_for_death(runner: ServiceRunner, told: Event) -> None:
    """A container that died by itself ends the process; the supervisor starts another."""
    try:
        runner.wait()
    except Exception:  # noqa: BLE001 - whatever killed it, the process must end
        structlog.get_logger().exception("service.died")
        if not told.ready():
            told.send(1)


def main() -> int:
    """Run the service named by the first argument with the environment's settings."""
    settings = Settings.from_env()
    service_cls = load(sys.argv[1])
    logs.configure(settings.log_level, service=service_cls.name)
    return run(service_cls, settings)


if __name__ == "__main__":
    leave(main())
