"""The command line: `madoguchi --help`."""

import asyncio
import json
import time
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from madoguchi.procedures import service as procedures
from madoguchi.procedures.workflow.draw import as_text

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help="窓口 Madoguchi")
packages = typer.Typer(no_args_is_help=True, help="Check and publish procedure packages.")
catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of all procedures.")
rules = typer.Typer(
    no_args_is_help=True, help="The rule language: try an expression, run the test kit."
)
app.add_typer(packages, name="procedures")
app.add_typer(rules, name="feel")
app.add_typer(catalogue, name="catalogue")

T = TypeVar("T")
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, readable=True)]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@packages.command("check")
def check(folder: Folder, quiet: bool = typer.Option(False, help="faults and totals only")) -> None:
    """Report every fault, draw the workflows, run the packages' tests; exit 1 if anything fails."""
    count = tests = failed = 0
    for path in procedures.folders(folder):
        checked = procedures.check_folder(path)
        count, tests = count + 1, tests + checked.tests
        for fault in checked.faults:
            typer.echo(str(fault))
        failed += not checked.publishable
        package = checked.loaded.package
        if package is not None and not quiet:
            typer.echo(
                f"\n{package.id} {package.version} — {package.title.get('ja')} ({package.kind})"
            )
            typer.echo(as_text(package.machine))
            typer.echo(
                f"  {len(package.fields)} fields, {checked.tests} tests, {package.digest[:19]}…\n"
            )
    if failed or not count:
        typer.echo(
            f"{failed} of {count} procedures have faults" if count else f"no packages in {folder}"
        )
        raise typer.Exit(1)
    typer.echo(f"{count} procedures, {tests} tests passed")


@packages.command("publish")
def publish(
    folder: Folder, actor: str = typer.Option("command line", help="who publishes")
) -> None:
    """Publish every package below a folder; what is published already stays as it is."""
    from madoguchi.installation import publish_folder

    for line in _run(publish_folder(folder, actor)):
        typer.echo(line)


@packages.command("schema")
def schema(folder: Folder, language: str = "ja") -> None:
    """Print the JSON Schema of the package in a version folder."""
    package = procedures.check_folder(folder).loaded.package
    if package is None:
        raise typer.Exit(1)
    typer.echo(json.dumps(procedures.json_schema(package, language), ensure_ascii=False, indent=2))


@catalogue.command("import")
def import_catalogue(file: File) -> None:
    """Take in the national survey of procedures (行政手続等の悉皆調査) from a Parquet file."""
    from madoguchi.installation import import_survey_file

    started = time.monotonic()
    count = _run(
        import_survey_file(file, lambda done, total: typer.echo(f"{done}/{total}", err=True))
    )
    typer.echo(f"{count} procedures imported in {time.monotonic() - started:.1f} s")


@rules.command("eval")
def feel_eval(
    expression: str,
    context: Annotated[Path | None, typer.Option(help="a JSON file with the names")] = None,
    explain: Annotated[bool, typer.Option(help="say why, in both languages")] = False,
) -> None:
    """Evaluate a FEEL expression; with --explain a condition tells why it is true, false or unknown."""
    from madoguchi import feel
    from madoguchi.feel.builtins.conversion import text_of
    from madoguchi.feel.explain import explain as reasons

    names = json.loads(context.read_text("utf-8"), parse_float=Decimal) if context else {}
    try:
        compiled = feel.compile(expression)
    except feel.FeelError as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    typer.echo(text_of(compiled(names), quoted=True))
    if explain:
        found = reasons(compiled, names)
        typer.echo(f"{found.message['ja']}\n{found.message['en']}")


@rules.command("tck")
def feel_tck(folder: Folder) -> None:
    """Run the DMN Technology Compatibility Kit; the last line counts what passed."""
    from madoguchi.feel.dmn.tck import main

    raise typer.Exit(main(str(folder)))


@app.command("postal-codes")
def postal_codes(file: File) -> None:
    """Take in Japan Post's list of postal codes (KEN_ALL.CSV, UTF-8 or Shift_JIS)."""
    from madoguchi.installation import import_postal_codes

    typer.echo(f"{_run(import_postal_codes(file))} postal codes imported")


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    from madoguchi.kernel.database import migrate as upgrade
    from madoguchi.settings import Settings

    _run(upgrade(Settings().url))


@app.command()
def prepare() -> None:
    """Bring the installation up to date without serving it (serve and demo do this by themselves)."""
    from madoguchi.installation import prepare as run

    run()


@app.command()
def serve() -> None:
    """Serve the installation the environment describes (MADOGUCHI_HOME, MADOGUCHI_DATABASE_URL, PORT …)."""
    from madoguchi.installation import serve as run

    run()


@app.command()
def demo() -> None:
    """Fill an installation with demo data where it is empty, then serve it with the demo sign-in."""
    from madoguchi.installation import serve as run

    run(demo=True)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


if __name__ == "__main__":
    app()
