"""`madoguchi registry snapshot` and `dump`: what SPARQL reads, and files of everything."""

import time
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import run

Codes = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Turtle of the common codes (共通コード)"),
]


def snapshot(
    codes: Codes = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only so many corporations")] = None,
) -> None:
    """Make what SPARQL asks: a read-only generation (世代) of the registry, put in place at once."""
    from madoguchi.installation.linked import snapshot as make

    started = time.monotonic()

    def tell(corporations: int) -> None:
        rate = corporations / (time.monotonic() - started)
        typer.echo(f"\r{corporations:,} corporations, {rate:,.0f} a second   ", err=True, nl=False)

    made = run(make(codes, limit, tell))
    typer.echo("", err=True)
    typer.echo(
        f"{made.quads} quads of {made.corporations} corporations in {made.folder} "
        f"after {made.seconds:.1f} s"
    )


def dump(
    folder: Annotated[
        Path | None, typer.Argument(file_okay=False, help="by default where the site serves them")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only so many corporations")] = None,
) -> None:
    """Write everything published as files (CSV, Parquet, N-Quads, Turtle, JSON-LD) with checksums."""
    from madoguchi.installation.linked import dump as make

    started = time.monotonic()

    def tell(corporations: int) -> None:
        rate = corporations / (time.monotonic() - started)
        typer.echo(f"\r{corporations:,} corporations, {rate:,.0f} a second   ", err=True, nl=False)

    made = run(make(folder, limit, tell))
    typer.echo("", err=True)
    for one in made.files:
        typer.echo(f"{one.sha256}  {one.size:>14,}  {made.folder / one.name}")
