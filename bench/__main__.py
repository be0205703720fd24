"""Every benchmark in turn: `make bench`; `python -m bench export table` for some.

Figures depend on what else the machine does: the table at the end tells for each bench the time on
the clock, the time of the processors and the load before it.
"""

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BENCHES = (
    "evaluation",
    "filing",
    "bulk",
    "catalogue_search",
    "export",
    "table",
    "obligations",
    "imports",
)


@dataclass(frozen=True)
class Run:
    """How one bench went: `clock` and `processor` in seconds, `load` in processes waiting."""

    name: str
    clock: float
    processor: float
    load: float
    passed: bool


def main(names: list[str]) -> None:
    """Run each in a process of its own, so that memory and caches do not carry over."""
    runs = [run(name) for name in names or BENCHES]
    print(f"\n{os.cpu_count()} processors\n{'bench':20}{'clock':>10}{'processor':>12}{'load':>8}")
    for item in runs:
        said = "" if item.passed else "  FAILED"
        times = f"{item.clock:>8.1f} s{item.processor:>10.1f} s{item.load:>8.2f}"
        print(f"{item.name:20}{times}{said}")
    if not all(item.passed for item in runs):
        sys.exit(1)


def run(name: str) -> Run:
    """Run one bench; servers it starts and stops count as its own."""
    load, began, before = os.getloadavg()[0], time.monotonic(), _processor()
    command = [sys.executable, "-m", f"bench.{name}"]
    status = subprocess.run(command, cwd=Path(__file__).parents[1]).returncode
    sys.stdout.flush()
    return Run(name, time.monotonic() - began, _processor() - before, load, status == 0)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
