"""The log: one JSON object a line, facts and ids alone."""

import json
import subprocess
import sys
from typing import Any

from ops.cell import REPOSITORY

SCRIPT = """
import logging
import structlog
from chassis import log as logs

logs.configure("INFO", service="toy")
log = structlog.get_logger()

def fail():
    raise ValueError("what somebody wrote")

log.info("case.closed", case_id="c1", place="桥头")
log.debug("not said")
try:
    fail()
except ValueError as error:
    log.exception("it.failed", n=1)
    log.warning("it.was_lost", exc_info=error)
    logging.getLogger("somebody").exception("a library failed")
    logging.getLogger("nameko.containers").exception("error handling worker %s: %s", "w1", error)
logging.getLogger("nameko").info("called with what somebody wrote")
log.warning("nothing.failed", exc_info=None)
"""


def lines() -> list[dict[str, Any]]:
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=REPOSITORY, env={"PYTHONUTF8": "1"}
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_record_is_one_line_of_facts_and_no_exceptions_words_are_among_them() -> None:
    said = lines()
    assert [line["event"] for line in said] == [
        "case.closed", "it.failed", "it.was_lost", "a library failed",
        "error handling worker w1: ValueError", "nothing.failed",
    ]  # fmt: skip
    assert {line["service"] for line in said} == {"toy"}
    assert (said[0]["case_id"], said[0]["place"], said[0]["level"]) == ("c1", "桥头", "info")
    assert "what somebody wrote" not in json.dumps(said)


def test_an_exception_is_named_by_its_type_and_where_it_came_from() -> None:
    said = [line for line in lines() if "failed" in line["event"] or "lost" in line["event"]]
    for line in said[:3]:
        assert line["exception"] == "ValueError"
        assert line["frames"][-1].endswith(" fail")
    assert "exception" not in said[-1]
