"""`madoguchi erasures …`: what was erased or is to be, for auditors. Deciding is for people, at the desk."""

import sys
from typing import Annotated, Literal

import typer

from madoguchi.cli.kinds import run

erasures = typer.Typer(no_args_is_help=True, help="Erasures of cases: who, what, why, when.")

STATES = ("listed", "held", "proposed", "approved", "done", "dropped")


@erasures.callback()
def group() -> None:
    """Keep `list` a command of its own though it is the only one."""


@erasures.command("list")
def list_erasures(
    state: Annotated[
        Literal["all", "listed", "held", "proposed", "approved", "done", "dropped"],
        typer.Option(help="how far they are"),
    ] = "all",
    format: Annotated[
        Literal["csv", "jsonl"], typer.Option(help="CSV for spreadsheets, or a JSON object a line")
    ] = "csv",
) -> None:
    """Write every erasure to standard output, oldest first, with the journal entries that prove it."""
    from madoguchi.installation.erasures import write_erasures

    count = run(write_erasures(sys.stdout, STATES if state == "all" else (state,), format))
    typer.echo(f"{count} erasures", err=True)
