import os
from pathlib import Path

from gateway.family import FamilyCollector

TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def a_process(proc: Path, pid: int, *, parent: int, own: int, reaped: int, pages: int) -> None:
    (proc / str(pid)).mkdir()
    fields = ["S", str(parent), *"000000000", str(own), "0", str(reaped), "0", *"000000", str(pages)]
    (proc / str(pid) / "stat").write_text(f"{pid} (a (strange) name) {' '.join(fields)} 0 0")


def shown(collector: FamilyCollector) -> dict[str, float]:
    return {sample.name: sample.value for metric in collector.collect() for sample in metric.samples}


def test_master_and_workers_are_added_up_and_others_are_not(tmp_path: Path) -> None:
    a_process(tmp_path, 10, parent=1, own=1, reaped=2, pages=100)
    a_process(tmp_path, 11, parent=10, own=4, reaped=1000, pages=10)
    a_process(tmp_path, 12, parent=10, own=8, reaped=0, pages=1)
    a_process(tmp_path, 99, parent=1, own=500, reaped=500, pages=5000)
    assert shown(FamilyCollector(10, proc=tmp_path)) == {
        "process_cpu_seconds_total": 15 / TICKS,
        "process_resident_memory_bytes": 111 * PAGE,
    }


def test_a_worker_that_has_ended_does_not_take_its_time_away(tmp_path: Path) -> None:
    a_process(tmp_path, 10, parent=1, own=1, reaped=9, pages=100)
    assert shown(FamilyCollector(10, proc=tmp_path))["process_cpu_seconds_total"] == 10 / TICKS


def test_without_proc_nothing_is_shown(tmp_path: Path) -> None:
    assert shown(FamilyCollector(10, proc=tmp_path)) == {}


def test_this_process_costs_something() -> None:
    found = shown(FamilyCollector(os.getpid()))
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 1_000_000
