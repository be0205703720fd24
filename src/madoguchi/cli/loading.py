"""`madoguchi catalogue|forms …` and `postal-codes`: taking in what others publish."""

import time
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import File, run

catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of all procedures.")
forms = typer.Typer(no_args_is_help=True, help="Forms of other systems as packages.")


@catalogue.command("import")
def import_catalogue(file: File) -> None:
    """Take in the national survey of procedures (行政手続等の悉皆調査) from a Parquet file."""
    from madoguchi.installation.survey import import_survey_file

    started = time.monotonic()
    count = run(
        import_survey_file(file, lambda done, total: typer.echo(f"{done}/{total}", err=True))
    )
    typer.echo(f"{count} procedures imported in {time.monotonic() - started:.1f} s")


@forms.callback()
def about_forms() -> None:
    """Forms of other systems as packages."""


@forms.command("import")
def import_forms(
    paths: Annotated[list[Path], typer.Argument(exists=True, readable=True)],
    out: Annotated[Path | None, typer.Option(help="write the packages below this folder")] = None,
    report: Annotated[Path | None, typer.Option(help="write the report as JSON")] = None,
    agency: Annotated[str, typer.Option(help="who receives the filings")] = "unassigned",
    effective: Annotated[datetime | None, typer.Option(help="from when, today if left out")] = None,
    chain: Annotated[
        bool, typer.Option(help="the paths are rounds of the same forms: v1, v2, …")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="failures and totals only")] = False,
) -> None:
    """Import Form.io, XGov and JSON Schema forms; what cannot be carried over stands in the report."""
    from madoguchi.installation import import_documents, import_rounds, importing

    def tell(outcome: importing.Outcome) -> None:
        if not quiet or outcome.state == "failed":
            typer.echo(outcome.line())

    day = effective.date() if effective else date.today()
    take_in = import_rounds.import_rounds if chain else importing.import_forms
    outcomes = take_in(paths, agency, day, tell)
    if not chain:
        outcomes = import_documents.with_documents(outcomes, importing.names_of(paths))
    if out is not None:
        typer.echo(f"{importing.write_packages(outcomes, out)} packages written to {out}")
    if report is not None:
        importing.write_report(outcomes, report)
    count = importing.totals(outcomes)
    if count["documents"]:
        typer.echo(f"{count['documents']} documents are tests of their forms")
    if count["skipped"]:
        typer.echo(f"{count['skipped']} files are not forms")
    typer.echo(
        f"{count['imported']} imported, {count['reported']} reported, {count['failed']} failed"
    )
    raise typer.Exit(1 if count["failed"] else 0)


def postal_codes(file: File) -> None:
    """Take in Japan Post's list of postal codes (KEN_ALL.CSV, UTF-8 or Shift_JIS)."""
    from madoguchi.installation.survey import import_postal_codes

    typer.echo(f"{run(import_postal_codes(file))} postal codes imported")
