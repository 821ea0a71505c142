"""CPU seconds of every part of a running cell, children included."""

import os
from collections.abc import Mapping

import psutil


def seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Return user plus system seconds by part; this process is `load`."""
    spent = {name: _tree(pid) for name, pid in pids.items()}
    mine = os.times()
    spent["load"] = mine.user + mine.system
    return spent


def _tree(pid: int) -> float:
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_own(process) for process in processes)


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # Children that have ended are counted by their parent: PostgreSQL's short-lived backends.
    return float(times.user + times.system + times.children_user + times.children_system)
