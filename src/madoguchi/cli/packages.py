"""`madoguchi procedures …`: checking, comparing, drawing and publishing packages."""

import json

import typer

from madoguchi.cli.kinds import Folder, run
from madoguchi.kernel.language import pick

packages = typer.Typer(no_args_is_help=True, help="Check and publish procedure packages.")


@packages.command("check")
def check(folder: Folder, quiet: bool = typer.Option(False, help="faults and totals only")) -> None:
    """Report every fault, draw the workflows, run the packages' tests; exit 1 if anything fails."""
    from madoguchi.procedures import service as procedures
    from madoguchi.procedures.workflow.draw import as_text

    count = tests = failed = 0
    for place in procedures.places(folder):
        checked = procedures.check_place(place)
        count, tests = count + 1, tests + checked.tests
        for fault in checked.faults:
            typer.echo(str(fault))
        failed += not checked.publishable
        package = checked.loaded.package
        if package is not None and not quiet:
            typer.echo(
                f"\n{package.id} {package.version} — {pick(dict(package.title), 'ja')} ({package.kind})"
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


@packages.command("diff")
def diff(old: Folder, new: Folder, language: str = "ja") -> None:
    """Tell what changed between two version folders, and how grave it is for what was begun."""
    from madoguchi.procedures import service as procedures
    from madoguchi.procedures.versions.diff import compare, gravest
    from madoguchi.procedures.versions.telling import as_text as changes_as_text

    packages = [procedures.check_folder(folder).loaded.package for folder in (old, new)]
    before, after = packages
    if before is None or after is None:
        typer.echo("a package has faults: see `madoguchi procedures check`", err=True)
        raise typer.Exit(1)
    found = compare(before, after)
    typer.echo(changes_as_text(found, language))
    typer.echo(f"{len(found)} changes, gravest: {gravest(found)}")


@packages.command("publish")
def publish(
    folder: Folder, actor: str = typer.Option("command line", help="who publishes")
) -> None:
    """Publish every package below a folder; what is published already stays as it is."""
    from madoguchi.installation.publishing import publish_folder

    for line in run(publish_folder(folder, actor)):
        typer.echo(line)


@packages.command("draw")
def draw(folder: Folder, language: str = "ja") -> None:
    """Print the workflow of the package in a version folder as SVG."""
    from madoguchi.procedures import service as procedures
    from madoguchi.procedures.workflow.picture import svg

    package = procedures.check_folder(folder).loaded.package
    if package is None:
        raise typer.Exit(1)
    typer.echo(svg(package.machine, language))


@packages.command("schema")
def schema(folder: Folder, language: str = "ja") -> None:
    """Print the JSON Schema of the package in a version folder."""
    from madoguchi.procedures import service as procedures

    package = procedures.check_folder(folder).loaded.package
    if package is None:
        raise typer.Exit(1)
    typer.echo(json.dumps(procedures.json_schema(package, language), ensure_ascii=False, indent=2))
