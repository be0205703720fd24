"""The command line (コマンド): `madoguchi --help`. A file holds the commands of one subject."""

import typer

from madoguchi.cli import activities as activities  # its command belongs to `registry`
from madoguchi.cli import running
from madoguchi.cli.accounts import accounts
from madoguchi.cli.addresses import addresses
from madoguchi.cli.corporations import corporations
from madoguchi.cli.erasures import erasures
from madoguchi.cli.identity import identity
from madoguchi.cli.linked import dump, snapshot
from madoguchi.cli.loading import catalogue, forms, postal_codes
from madoguchi.cli.packages import packages
from madoguchi.cli.records import receipts, records
from madoguchi.cli.rules import rules
from madoguchi.cli.security import security

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help="窓口 Madoguchi")
app.add_typer(packages, name="procedures")
app.add_typer(rules, name="feel")
app.add_typer(catalogue, name="catalogue")
app.add_typer(forms, name="forms")
app.add_typer(corporations, name="registry")
app.add_typer(records, name="journal")
app.add_typer(receipts, name="receipt")
app.add_typer(erasures, name="erasures")
app.add_typer(identity, name="identity")
app.add_typer(accounts, name="account")
app.add_typer(security, name="security")
corporations.command("snapshot")(snapshot)
corporations.command("dump")(dump)
corporations.command("addresses")(addresses)
app.command("postal-codes")(postal_codes)
for command in (
    running.migrate,
    running.prepare,
    running.serve,
    running.demo,
    running.backup,
    running.restore,
    running.doctor,
):
    app.command()(command)
