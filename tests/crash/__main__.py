"""The crash tests in full: `python -m tests.crash [--seed S] [--scale 0.1] [--only PART]`."""

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.crash.campaign import Line, Outcome, campaign
from tests.crash.cluster import Unavailable


@dataclass(frozen=True)
class Part:
    """One campaign of the whole: how often which fault on which database."""

    postgres: bool
    small: bool
    faults: Mapping[str, int]


PARTS = {
    "sqlite": Part(False, False, {"server killed": 40, "killed while starting": 5}),
    "postgresql": Part(
        True,
        False,
        {
            "server killed": 30,
            "killed while starting": 5,
            "one worker killed": 20,
            "database killed": 80,
            "both killed": 10,
            "rolling restart": 10,
        },
    ),
    "sqlite-disk": Part(False, True, {"disk full": 12}),
    "postgresql-disk": Part(True, True, {"disk full": 12}),
}


async def run(names: list[str], scale: float, seed: str) -> Outcome:
    """The campaigns, one after the other; one this machine does not allow is named and left out."""
    total = Outcome()
    for name in names:
        part = PARTS[name]
        faults = [
            fault
            for fault, times in part.faults.items()
            for _ in range(max(1, round(times * scale)))
        ]
        random.Random(f"{seed}-{name}").shuffle(faults)
        with tempfile.TemporaryDirectory(
            prefix="madoguchi-crash-", ignore_cleanup_errors=True
        ) as made:
            try:
                outcome = await campaign(
                    Path(made),
                    faults,
                    f"{seed}-{name}",
                    postgres=part.postgres,
                    small=part.small,
                    workers=2 if part.postgres else 1,
                    tell=lambda line: print(line, file=sys.stderr, flush=True),
                )
            except Unavailable as why:
                print(f"left out: {name}: {why}")
                continue
            for log in () if outcome.well else sorted(Path(made).glob("*.log")):
                print(f"--- the end of {log.name}:\n{log.read_text(errors='replace')[-10_000:]}")
        total.add(outcome)
    return total


def table(lines: list[Line]) -> str:
    """What each kind of fault did; `kept`: sent again, it had been filed before the fault."""
    rows = [
        f"{'database':11} {'fault':22} {'times':>5} {'kills':>5} {'acknowl.':>8} {'no answer':>9} "
        f"{'503':>6} {'507':>6} {'kept':>5} {'anew':>5} {'back in s':>9}"
    ]
    for line in lines:
        said = line.answers
        rows.append(
            f"{line.database:11} {line.fault:22} {line.times:5} {line.kills:5} {line.acknowledged:8} "
            f"{said['no answer']:9} {said['503']:6} {said['507']:6} {said['kept']:5} "
            f"{said['filed anew']:5} {line.slowest:9.1f}"
        )
    return "\n".join(rows)


def main() -> int:
    """0 when nothing was lost, doubled or wrong."""
    ask = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    ask.add_argument("--seed", default=secrets.token_hex(4), help="draws all moments")
    ask.add_argument("--scale", type=float, default=1.0, help="0.1: a tenth of the faults")
    ask.add_argument(
        "--only", action="append", choices=PARTS, help="only this part; may be repeated"
    )
    given = ask.parse_args()
    print(f"seed {given.seed}", flush=True)
    start = time.monotonic()
    found = asyncio.run(run(given.only or list(PARTS), given.scale, given.seed))
    print(table(list(found.lines.values())))
    for note, times in sorted(found.notes.items()):
        print(f"{times} × {note}")
    for wrong in found.wrong[:50]:
        print(f"wrong: {wrong}")
    print(f"{time.monotonic() - start:.0f} s, {len(found.wrong)} wrong")
    print(
        f"{found.kills} kills, {found.acknowledged} acknowledged, "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled"
    )
    return 0 if found.well else 1


if __name__ == "__main__":
    sys.exit(main())
