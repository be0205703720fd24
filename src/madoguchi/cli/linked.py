"""`madoguchi registry snapshot`: what SPARQL and linked data read."""

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
