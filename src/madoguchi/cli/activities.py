"""`madoguchi registry activities`: what corporations did, from the files of gBizINFO."""

import csv
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.corporations import Told, corporations
from madoguchi.cli.kinds import run

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
Report = Annotated[
    Path | None, typer.Option("--report", help="write every finding into this CSV file")
]
Kind = Annotated[
    str,
    typer.Option(
        "--kind", help="certification, commendation or procurement, for a file that was renamed"
    ),
]
Complete = Annotated[
    bool,
    typer.Option(
        "--complete", help="each file is all its source has: what it no longer names is withdrawn"
    ),
]


@corporations.command("activities")
def activities(
    files: Files, report: Report = None, kind: Kind = "", complete: Complete = False
) -> None:
    """Take in files of activities: CSV of gBizINFO, JSON records of its interface, a ZIP of one.

    Interrupted, the same command goes on where it stopped. What cannot be true is reported and
    left out of searches and sums; what was published stays.
    """
    from madoguchi.installation.activities import COLUMNS, lines_of, load_file
    from madoguchi.registry.activities.cleansing import RULES, Clean
    from madoguchi.registry.opening import FileFault

    failed = False
    with open(report or os.devnull, "w", encoding="utf-8-sig", newline="") as out:
        written = csv.writer(out)
        written.writerow(COLUMNS)
        for file in files:
            told, started = Told(None), time.monotonic()

            def found(place: int, row: Clean, name: str = file.name) -> None:
                written.writerows(lines_of(name, place, row))

            try:
                taken = run(load_file(file, kind, complete, told.progress, told.refused, found))
            except FileFault as fault:
                told.end()
                typer.echo(f"{file.name}: not taken in: {fault}", err=True)
                failed = True
                continue
            told.end()
            if taken.again:
                typer.echo(f"{file.name}: taken in before, nothing has changed")
                continue
            for rule, many in sorted(taken.findings.items(), key=lambda item: -item[1]):
                typer.echo(f"{many:>10,}  {rule:<20} {RULES[rule]}")
            if complete:
                typer.echo(f"{taken.withdrawn} activities withdrawn")
            typer.echo(
                f"{taken.rows} activities of {taken.numbers} corporations taken in in "
                f"{time.monotonic() - started:.1f} s"
            )
    if failed:
        raise typer.Exit(1)
