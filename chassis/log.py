"""Structured logging: one JSON object a line on standard output, facts and ids alone."""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor


def _frames_alone(_logger: Any, _method: str, record: EventDict) -> EventDict:
    """Replace an exception by its type and frames: its words may quote what somebody wrote."""
    given = record.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        record["exception"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        record["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return record


def _types_alone(record: logging.LogRecord) -> bool:
    """Replace exceptions among what a library's message is made of, as nameko's are."""
    if isinstance(record.args, tuple):
        given = record.args
        record.args = tuple(
            type(each).__name__ if isinstance(each, BaseException) else each for each in given
        )
    return True


def configure(level: str, *, service: str) -> None:
    """Send every log record, ours and the libraries', through one JSON renderer."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _frames_alone,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(_types_alone)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # nameko logs a worker's arguments, which may be anybody's text, at these levels.
    for name in ("nameko", "amqp", "kombu", "urllib3", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A refusal is an answer; nameko would write a traceback for each.
    logging.getLogger("nameko.containers").setLevel(logging.ERROR)
    structlog.contextvars.bind_contextvars(service=service)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
