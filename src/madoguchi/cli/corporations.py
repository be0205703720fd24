"""`madoguchi registry …`: the record of every corporation."""

import time
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import File, run

corporations = typer.Typer(no_args_is_help=True, help="The record of every corporation (法人番号).")
_SHOWN = 20


@corporations.callback()
def about_corporations() -> None:
    """The record of every corporation (法人番号)."""


@corporations.command("load")
def load(
    file: File,
    limit: Annotated[int | None, typer.Option(min=1, help="stop after so many rows")] = None,
) -> None:
    """Take in a full file of corporations: CSV, XML, a ZIP of one, or Parquet.

    Interrupted, the same command goes on where it stopped.
    """
    from madoguchi.installation.corporations import load_file, rows_in
    from madoguchi.registry.opening import FileFault

    started = time.monotonic()
    told = Told(min(filter(None, (rows_in(file), limit)), default=None))
    try:
        taken = run(load_file(file, limit, told.progress, told.refused))
    except FileFault as fault:
        told.end()
        typer.echo(f"{file.name}: {fault}", err=True)
        raise typer.Exit(1) from None
    told.end()
    if taken.again:
        typer.echo("this file was taken in before; nothing has changed", err=True)
    typer.echo(f"{taken.rows} corporations loaded in {time.monotonic() - started:.1f} s")
    if not taken.rows:  # a script must not take a file of something else for the registry
        raise typer.Exit(1)


@corporations.command("changes")
def changes(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Take in the difference files of days, each whole or not at all."""
    from madoguchi.installation.corporations import bring_index_up, load_day

    refused = False
    for file in files:
        told = Told(None)
        started = time.monotonic()
        taken, fault = run(load_day(file, told.refused))
        told.end()
        refused = refused or fault is not None
        if fault is not None:
            typer.echo(f"{file.name}: nothing taken in: {fault}", err=True)
        elif taken.again:
            typer.echo(f"{file.name}: taken in before, nothing has changed")
        else:
            seconds = time.monotonic() - started
            typer.echo(f"{file.name}: {taken.rows} changes taken in in {seconds:.1f} s")
    now = run(bring_index_up())
    if now.entries is None and now.corporations:
        typer.echo("there is no index to search: madoguchi registry index builds it", err=True)
    elif now.waiting:
        typer.echo("another process is bringing the index up to date", err=True)
    if refused:
        raise typer.Exit(1)


@corporations.command("index")
def index(
    anew: Annotated[
        bool, typer.Option(help="begin again, also where a builder was stopped")
    ] = False,
) -> None:
    """Build the index corporations are searched in, beside the one that is served.

    Interrupted, the same command goes on where it stopped. What changes from then on servers take
    in by themselves.
    """
    from madoguchi.installation.corporations import build_index, index_standing

    started = time.monotonic()
    told = Told(run(index_standing()).corporations or None)
    many = run(build_index(told.progress, anew=anew))
    told.end()
    if many is None:
        typer.echo("another process is writing the index", err=True)
        raise typer.Exit(1)
    size = run(index_standing()).size / 1_000_000
    seconds = time.monotonic() - started
    typer.echo(f"{many} corporations in the index, {size:.0f} MB, in {seconds:.1f} s")


@corporations.command("match")
def match(file: File) -> None:
    """Find the corporations of a CSV with the columns name, address (kana, name_en, postal_code).

    Each row is written to standard output with what was found behind it.
    """
    from madoguchi.installation.corporations import match_rows
    from madoguchi.registry.matching.tables import TableFault

    try:
        counted = run(match_rows(file, lambda line: typer.echo(line, nl=False)))
    except TableFault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    said = ", ".join(f"{many} {decision}" for decision, many in sorted(counted.items()))
    typer.echo(f"{sum(counted.values())} rows: {said or 'nothing to find'}", err=True)


@corporations.command("synthesise")
def synthesise(
    many: Annotated[int, typer.Argument(min=1, max=6_000_000, help="how many")],
    out: Annotated[Path, typer.Argument(dir_okay=False, help="the file to write, CSV")],
    first: Annotated[int, typer.Option(min=0, help="begin with this one: slices fit together")] = 0,
    seed: Annotated[int, typer.Option(help="another seed gives others")] = 1,
    twins: Annotated[
        Path | None, typer.Option(dir_okay=False, help="write noisy twins with the truth here")
    ] = None,
) -> None:
    """Write corporations that do not exist, spread as real ones are, as a full file.

    The same numbers and seed give the same file, on every machine. For trying, never for use.
    """
    from madoguchi.registry.synthesis.making import MOST
    from madoguchi.registry.synthesis.writing import write_file, write_twins

    for path in filter(None, (out, twins)):
        if not path.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}")
    if first + many > MOST:
        raise typer.BadParameter(f"there are {MOST} of them")
    told = Told(many)
    write_file(out, seed, first, many, told.progress)
    told.end()
    typer.echo(f"{many} synthetic corporations written to {out}")
    if twins is not None:
        typer.echo(f"{write_twins(twins, seed, first, many)} noisy twins written to {twins}")


class Told:
    """What is said on the way: a line that counts, and the first rows that were refused."""

    def __init__(self, total: int | None) -> None:
        self._total, self._started, self._last, self._faults = total, time.monotonic(), 0.0, 0

    def progress(self, rows: int) -> None:
        """So many rows are done; said once a second."""
        now = time.monotonic()
        if now - self._last < 1 and rows != self._total:
            return
        self._last = now
        typer.echo(f"\r{self._line(rows, now - self._started)}", err=True, nl=False)

    def _line(self, rows: int, seconds: float) -> str:
        if not self._total:
            return f"{rows:,} rows"
        left = seconds / rows * (self._total - rows) if rows else 0
        done = "#" * (30 * rows // self._total)
        return f"[{done:<30}] {rows:,} of {self._total:,}, {left:.0f} s left   "

    def refused(self, refused: object) -> None:
        """A row was left out."""
        self._faults += 1
        if self._faults <= _SHOWN:
            place, why = getattr(refused, "place", "?"), getattr(refused, "why", "")
            typer.echo(f"row {place} left out: {why}", err=True)

    def end(self) -> None:
        """The file is done."""
        if self._last:
            typer.echo("", err=True)
        if self._faults:
            typer.echo(f"{self._faults} rows could not be read and were left out", err=True)
