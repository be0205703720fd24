"""`madoguchi account …`: the first accounts of an installation, and help for officials."""

from typing import Annotated

import typer

from madoguchi.cli.kinds import run

accounts = typer.Typer(no_args_is_help=True, help="Accounts people sign in with.")
Address = Annotated[str, typer.Argument(help="mail address")]


@accounts.command("add")
def add_account(
    address: Address,
    name: Annotated[str, typer.Argument(help="the person's name")],
    role: Annotated[
        list[str] | None, typer.Option(help="agency:role, as meti:examiner; several times")
    ] = None,
) -> None:
    """Open an account; prints recovery codes to hand over in person.

    An official signs in the first time with a code by mail and one of them, then adds a passkey.
    """
    _show(address, name, role or [])


@accounts.command("code")
def renew_codes(address: Address) -> None:
    """New recovery codes for an official who lost every means; earlier ones are void."""
    _show(address, None, [])


@accounts.command("end-sessions")
def end_sessions(
    address: Annotated[str | None, typer.Argument(help="mail address")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="of everybody")] = False,
) -> None:
    """End every session of one account, or of everybody: they sign in anew.

    Access tokens of programs stay; services that people signed in to are told.
    """
    from madoguchi.installation import accounts as ending
    from madoguchi.installation.publishing import opened
    from madoguchi.kernel.errors import DomainError
    from madoguchi.settings import Settings

    if (address is None) is not everybody:
        raise typer.BadParameter("give a mail address, or --all")

    async def end() -> int:
        async with opened(Settings()) as database:
            return await ending.end_sessions(database, address)

    try:
        typer.echo(run(end()))
    except DomainError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


def _show(address: str, name: str | None, roles: list[str]) -> None:
    from madoguchi.installation import accounts as making
    from madoguchi.installation.publishing import opened
    from madoguchi.kernel.errors import DomainError
    from madoguchi.settings import Settings

    async def codes() -> list[str]:
        settings = Settings()
        async with opened(settings) as database:
            if name is None:
                return await making.renew_codes(database, settings, address)
            return await making.add_account(database, settings, address, name, roles)

    try:
        made = run(codes())
    except DomainError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    for code in made:
        typer.echo(code)
