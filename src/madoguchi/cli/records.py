"""`madoguchi journal|receipt …`: proofs of what was recorded."""

import os
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import File, Language, run

records = typer.Typer(no_args_is_help=True, help="The journal and its transparency log.")
receipts = typer.Typer(no_args_is_help=True, help="Receipts of filings.")


@records.command("key")
def journal_key() -> None:
    """Print the public key of this installation's log."""
    from madoguchi.installation.logbook import own_log

    typer.echo(str(own_log().key))


@records.command("verify")
def journal_verify(
    processes: Annotated[
        int, typer.Option(min=0, max=64, help="how many check side by side; 0: one a CPU")
    ] = 0,
) -> None:
    """Read the whole journal and its log; name every flaw; exit 1 if there is one."""
    from madoguchi.installation.logbook import verify_journal

    report = run(verify_journal(processes or os.cpu_count() or 1))
    for flaw in report.flaws:
        typer.echo(flaw)
    typer.echo(
        f"{report.entries} entries in the log of {report.size}, {report.waiting} waiting, "
        f"{len(report.flaws)} flaws"
    )
    if report.flaws:
        raise typer.Exit(1)


@records.command("timestamp")
def journal_timestamp(authority: str) -> None:
    """Have the newest checkpoint stamped by a time-stamping authority (RFC 3161) at a URL."""
    from madoguchi.installation.logbook import timestamp_journal

    stamped = run(timestamp_journal(authority))
    typer.echo(f"checkpoint of {stamped.size} entries stamped at {stamped.at.isoformat()}")


@receipts.command("verify")
def receipt_verify(
    file: File,
    key: Annotated[str, typer.Option(help="the log's public key (a line, or a file with it)")],
    lang: Language = "ja",
) -> None:
    """Check a receipt with nothing but the log's public key; exit 1 if it does not hold."""
    from madoguchi.kernel.transparency.notes import NoteError, read_key
    from madoguchi.kernel.transparency.receipts import check_receipt, read_receipt

    try:
        line = Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key
        flaws = check_receipt(read_receipt(file.read_bytes()), read_key(line))
    except (NoteError, ValueError) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    for flaw in flaws:
        typer.echo(f"{flaw.where}: {flaw.message[lang]}")
    typer.echo("OK" if not flaws else f"{len(flaws)} flaws")
    if flaws:
        raise typer.Exit(1)
