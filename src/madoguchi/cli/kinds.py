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
    """Run an asynchronous use case to its end."""
    return asyncio.run(work)
