"""`madoguchi security …`: what of the security standard is asserted by tests."""

from pathlib import Path
from typing import Annotated

import typer

security = typer.Typer(no_args_is_help=True, help="The security standard and what asserts it.")
ROOT = Path(__file__).resolve().parents[3]


@security.callback()
def _group() -> None:
    """Keep `asvs` a command of its own while there is one only."""


@security.command("asvs")
def asvs(
    root: Annotated[Path, typer.Option(help="a checkout of the repository")] = ROOT,
    open: Annotated[bool, typer.Option("--open", help="also what is still open")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="all of it, as Markdown")] = False,
) -> None:
    """Print, for each chapter of OWASP ASVS 5.0, how many requirements tests assert."""
    from madoguchi.installation.asvs import chapters_of, not_found, open_ones, summary, table

    path = root / "security" / "asvs.yaml"
    if not path.is_file():
        typer.echo(f"{path} is not there: run this in a checkout of the repository.", err=True)
        raise typer.Exit(1)
    chapters = chapters_of(path.read_text(encoding="utf-8"))
    for line in table(chapters) if markdown else summary(chapters):
        typer.echo(line)
    if open:
        for line in open_ones(chapters):
            typer.echo(line)
    if lost := list(not_found(chapters, root)):
        typer.echo("\n".join(lost), err=True)
        raise typer.Exit(1)
