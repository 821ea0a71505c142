"""What the gateway's processes cost together: gunicorn's master and its workers.

The library's own `process_*` metrics speak of one process and are lost where several share a page.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_PROC = Path("/proc")
# Fields of /proc/<pid>/stat after the command's name, by proc(5).
_PARENT, _OWN_CPU, _REAPED_CPU, _PAGES = 1, slice(11, 13), slice(13, 15), 21


class _Member(NamedTuple):
    """One process as the kernel counts it; times in clock ticks, memory in pages."""

    parent: int
    own: int
    reaped: int
    pages: int


class FamilyCollector(Collector):
    """CPU and memory of a process and its children; nothing on systems without /proc."""

    def __init__(self, master: int, *, proc: Path = _PROC) -> None:
        self._master = master
        self._proc = proc
        self._ticks_a_second = os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def collect(self) -> Iterator[Metric]:
        """Give both sums. The time of a worker that has ended is in what its master has reaped."""
        members = self._members()
        if self._master not in members:
            return
        ticks = members[self._master].reaped + sum(each.own for each in members.values())
        cpu = CounterMetricFamily("process_cpu_seconds_total", "CPU time of master and workers, in seconds.")
        cpu.add_metric([], ticks / self._ticks_a_second)
        yield cpu
        memory = GaugeMetricFamily(
            "process_resident_memory_bytes", "Memory of master and workers; what they share counts for each."
        )
        memory.add_metric([], sum(each.pages for each in members.values()) * self._page_bytes)
        yield memory

    def _members(self) -> dict[int, _Member]:
        found = {}
        for entry in self._proc.glob("[0-9]*"):
            member = _read(entry)
            if member is not None and self._master in (int(entry.name), member.parent):
                found[int(entry.name)] = member
        return found


def _read(entry: Path) -> _Member | None:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        # It has ended since it was listed.
        return None
    return _Member(
        parent=int(fields[_PARENT]),
        own=sum(map(int, fields[_OWN_CPU])),
        reaped=sum(map(int, fields[_REAPED_CPU])),
        pages=int(fields[_PAGES]),
    )
