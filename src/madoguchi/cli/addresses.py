"""`madoguchi registry addresses`: the places of towns."""

from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import run


def addresses(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Take in lists of towns (町丁目) with their places: CSV or JSON of geolonia/japanese-addresses.

    They replace those that were there.
    """
    from madoguchi.installation.addresses import load_addresses
    from madoguchi.registry.addresses.towns import AddressFileError

    try:
        typer.echo(f"{run(load_addresses(files))} towns loaded")
    except AddressFileError as fault:
        typer.echo(f"nothing taken in: {fault}", err=True)
        raise typer.Exit(1) from None
