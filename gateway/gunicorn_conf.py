"""How gunicorn runs the gateway: `gunicorn -c gateway/gunicorn_conf.py gateway.wsgi:app`.

The master serves `/metrics` of all workers together, and `/health`, on QIAOTOU_METRICS_PORT.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

# Gunicorn reads this file by its path; the house is the folder above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.settings import GatewaySettings

_settings = GatewaySettings.from_env()

# Before anything imports prometheus_client: workers write their counts to files here. It is emptied
# at each start: the counts of a run before would be counted again.
_FOLDER = Path(_settings.media_dir) / f".metrics-{_settings.http_bind.rpartition(':')[2]}"
shutil.rmtree(_FOLDER, ignore_errors=True)
_FOLDER.mkdir(mode=0o700, parents=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_FOLDER)

from gateway.house import close, house_of  # noqa: E402
from gateway.master import Master  # noqa: E402
from gateway.media.sweeping import Sweeper  # noqa: E402

_master = Master(_settings)

bind = _settings.http_bind
worker_class = "gateway.worker.Worker"
workers = _settings.workers
threads = _settings.threads
preload_app = True
keepalive = 30
timeout = 60
graceful_timeout = 20
backlog = 1024
# What is sent past the line keeps no pace.
sendfile = False
# A request line holds a cursor and filters at most.
limit_request_line = 4094
limit_request_fields = 60
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "qiaotou-gateway"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats, no data


def when_ready(_arbiter: Any) -> None:
    """The socket is bound: let Prometheus and the operator ask."""
    _master.start()


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """A worker does not answer for the master."""
    _master.stop()


def post_worker_init(worker: Any) -> None:
    """A worker sweeps what nobody has finished in time."""
    worker.sweeper = Sweeper(house_of(worker.wsgi).transfers)
    worker.sweeper.start()


def worker_exit(_arbiter: Any, worker: Any) -> None:
    """Say goodbye to the database and the broker."""
    if (sweeper := getattr(worker, "sweeper", None)) is not None:
        sweeper.stop()
    close(worker.wsgi)


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; its counts stay."""
    _master.forget(worker.pid)


def on_exit(_arbiter: Any) -> None:
    """Leave nothing behind."""
    _master.stop()
    shutil.rmtree(_FOLDER, ignore_errors=True)
