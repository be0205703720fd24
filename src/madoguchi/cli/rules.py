"""`madoguchi feel …`: trying an expression, running the compatibility kit."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from unicodedata import east_asian_width

import typer

from madoguchi import feel
from madoguchi.cli.kinds import Folder, Language
from madoguchi.feel.builtins.conversion import text_of
from madoguchi.feel.sql.columns import infer_columns, read_columns
from madoguchi.feel.texts import TEXTS
from madoguchi.kernel.rule_functions import CALENDAR

rules = typer.Typer(
    no_args_is_help=True, help="The rule language: try an expression, run the test kit."
)
Data = Annotated[
    Path | None,
    typer.Option("--context", exists=True, dir_okay=False, help="a JSON object: names and values"),
]
Dialect = Literal["duckdb", "postgresql", "sqlite"]


@rules.command("eval")
def feel_eval(expression: str, context: Data = None, lang: Language = "ja") -> None:
    """Print the value of a FEEL expression; exit 1, saying where it is wrong, if it has a fault."""
    rule, names = _rule(expression, lang), _names(context)
    for name in sorted({path[0] for path in rule.references} - names.keys()):
        typer.echo(TEXTS["answers"]["absent"][lang].format(name), err=True)
    typer.echo(text_of(rule(names), quoted=True))
    for reason in feel.null_reasons(rule, names):
        if reason.code != "absent":
            typer.echo(f"{reason.line}:{reason.column}: {reason.message[lang]}", err=True)


@rules.command("explain")
def feel_explain(expression: str, context: Data = None, lang: Language = "ja") -> None:
    """Say why a condition is true, false or unknown, and which missing values still matter."""
    rule, names = _rule(expression, lang), _names(context)
    value, answers = rule(names), TEXTS["answers"]
    if not isinstance(value, bool | None):
        typer.echo(answers["no condition"][lang].format(text_of(value, quoted=True)), err=True)
        raise typer.Exit(1)
    found = feel.explain(rule, names)
    typer.echo(answers[str(value)][lang])
    for reason in found.reasons:
        typer.echo(f"- {reason.message[lang]}")
    if found.missing:
        missing = ", ".join(".".join(path) for path in found.missing)
        typer.echo(answers["missing" if value is None else "open"][lang].format(missing))


def _rule(expression: str, lang: str) -> feel.Expression:
    try:
        return feel.compile(expression)
    except feel.FeelError as error:
        raise _faulty(expression, error, lang) from None


def _faulty(expression: str, error: feel.FeelError, lang: str) -> typer.Exit:
    for fault in error.faults:
        line = expression.split("\n")[fault.line - 1]
        typer.echo(f"{fault.line}:{fault.column}: {fault.message[lang]}", err=True)
        before = line[: fault.column - 1]
        blank = "".join("　" if east_asian_width(c) in "FW" else " " for c in before)
        typer.echo(f"  {line}\n  {blank}^", err=True)
    return typer.Exit(1)


def _names(context: Path | None) -> dict[str, Any]:
    try:
        names = json.loads(context.read_bytes(), parse_float=Decimal) if context else {}
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{context}: {error}") from None
    if not isinstance(names, dict):
        raise typer.BadParameter(f"{context}: an object with names and values is needed")
    return {**feel.bound(CALENDAR), **names}


@rules.command("sql")
def feel_sql(
    expression: str,
    dialect: Annotated[Dialect, typer.Option(help="the database")],
    columns: Annotated[
        str, typer.Option(help="name:type,… (number(15,2), string, boolean, date); else inferred")
    ] = "",
    where: Annotated[bool, typer.Option(help="only tell for which rows it is true")] = False,
    lang: Language = "ja",
) -> None:
    """Print a FEEL expression as SQL; exit 1, saying what and where, if it has no equal."""
    try:
        scope, known = read_columns(columns) if columns else infer_columns(expression, CALENDAR)
        rule = feel.compile(expression, scope, functions=CALENDAR)
        sql = feel.to_sql(rule, known, dialect, functions=CALENDAR, where=where, inline=True)
    except feel.FeelError as error:
        raise _faulty(expression, error, lang) from None
    except ValueError as error:
        typer.echo(f"--columns: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(sql.text)
    if sql.needs_functions:
        typer.echo("SQLite needs feel.sqlite_functions(connection) for this.", err=True)


@rules.command("tck")
def feel_tck(folder: Folder) -> None:
    """Run the DMN Technology Compatibility Kit; the last line counts what passed."""
    from madoguchi.feel.dmn.tck import main

    raise typer.Exit(main(str(folder)))
