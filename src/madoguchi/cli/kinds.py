"""Kinds of arguments the commands share, and running what is asynchronous."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

T = TypeVar("T")
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, readable=True)]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Language = Annotated[Literal["ja", "en"], typer.Option(help="the language of what is said")]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run an asynchronous use case to its end.

    What an administrator can do something about (the database is busy or away) is said in a line, with
    1 as the command's end: a traceback would hide it.
    """
    from madoguchi.kernel.database import DatabaseAway, DatabaseBusy

    try:
        return asyncio.run(work)
    except (DatabaseBusy, DatabaseAway) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
