"""Running an installation: `serve`, `demo`, `migrate`, `backup`, `restore`, `doctor` …"""

from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import Folder, run


def backup(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, help="a folder; used again it is renewed")
    ],
) -> None:
    """Copy database, files, log and keys of the running installation into a folder."""
    from madoguchi.installation.backup import BackupError
    from madoguchi.installation.backup import backup as make
    from madoguchi.kernel.clock import system_clock
    from madoguchi.settings import Settings

    try:
        made = make(Settings(), folder, system_clock())
    except BackupError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{made.kind} database, {made.blobs} files, log of {made.log_size} entries: {folder}"
    )


def restore(folder: Folder) -> None:
    """Bring a backup back into the empty home the environment names, then look it over."""
    from madoguchi.installation.backup import BackupError
    from madoguchi.installation.backup import restore as bring_back
    from madoguchi.settings import Settings

    try:
        bring_back(Settings(), folder)
    except BackupError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    doctor(deep=True)


def doctor(deep: bool = typer.Option(False, help="read every file and compare its hash")) -> None:
    """Compare database, files and journal; name every gap; exit 1 if there is one."""
    from madoguchi.installation.logbook import examine_installation

    found = run(examine_installation(deep))
    for line in (*found.notes, *found.faults):
        typer.echo(line)
    typer.echo(f"{len(found.faults)} faults" if found.faults else "OK")
    if found.faults:
        raise typer.Exit(1)


def migrate() -> None:
    """Bring the database up to date."""
    from madoguchi.kernel.database import migrate as upgrade
    from madoguchi.settings import Settings

    run(upgrade(Settings().url))


def prepare() -> None:
    """Bring the installation up to date without serving it (serve and demo do this by themselves)."""
    from madoguchi.installation.serving import prepare as bring_up_to_date

    bring_up_to_date()


def serve() -> None:
    """Serve the installation the environment describes (MADOGUCHI_HOME, MADOGUCHI_DATABASE_URL, PORT …)."""
    from madoguchi.installation.serving import serve as start

    start()


def demo() -> None:
    """Fill an installation with demo data where it is empty, then serve it with the demo sign-in."""
    from madoguchi.installation.serving import serve as start

    start(demo=True)
