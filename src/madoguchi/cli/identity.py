"""`madoguchi identity …`: services that let people sign in with this installation, and its keys."""

import json
from pathlib import Path
from typing import Annotated

import typer

from madoguchi.cli.kinds import run

identity = typer.Typer(no_args_is_help=True, help="The OpenID provider.")
clients = typer.Typer(no_args_is_help=True, help="Services registered as its clients.")
keys = typer.Typer(no_args_is_help=True, help="The keys it signs with.")
identity.add_typer(clients, name="client")
providers = typer.Typer(no_args_is_help=True, help="Providers officials may sign in by.")
identity.add_typer(keys, name="keys")
identity.add_typer(providers, name="provider")

Several = Annotated[list[str] | None, typer.Option(help="may be given several times")]


@clients.command("add")
def add_client(
    name: Annotated[str, typer.Argument(help="what people see on the consent page, in Japanese")],
    name_en: Annotated[str, typer.Option(help="the same in English")] = "",
    redirect_uri: Several = None,
    post_logout_uri: Several = None,
    backchannel_logout_uri: Annotated[
        str | None, typer.Option(help="told when a session ends (Back-Channel Logout)")
    ] = None,
    scope: Several = None,
    grant_type: Several = None,
    auth_method: Annotated[
        str, typer.Option(help="client_secret_basic, client_secret_post, private_key_jwt or none")
    ] = "client_secret_basic",
    jwks: Annotated[Path | None, typer.Option(help="a file with its public keys")] = None,
    profile: Annotated[
        str, typer.Option(help="standard, gbizid, or gbizid_bare (its issuer without the slash)")
    ] = "standard",
    rs256: Annotated[bool, typer.Option(help="sign its ID tokens by RS256, not ES256")] = False,
    require_par: Annotated[bool, typer.Option(help="only pushed requests (RFC 9126)")] = False,
    require_dpop: Annotated[
        bool, typer.Option(help="only tokens bound to a key (RFC 9449)")
    ] = False,
    introspects: Annotated[
        bool, typer.Option(help="a resource server: may ask about tokens of other clients")
    ] = False,
) -> None:
    """Register a service; prints its id and its secret, which is shown only now."""
    from madoguchi.identity.errors import IdentityError
    from madoguchi.installation.clients import register_client

    told: dict[str, object] = {
        "name": {"ja": name, "en": name_en or name},
        "redirect_uris": redirect_uri or [],
        "post_logout_uris": post_logout_uri or [],
        "backchannel_logout_uri": backchannel_logout_uri,
        "auth_method": auth_method,
        "profile": profile,
        "introspects": introspects,
        "par_required": require_par,
        "dpop_required": require_dpop,
        "jwks": json.loads(jwks.read_text(encoding="utf-8")) if jwks else {},
    }
    if rs256:
        told |= {"id_token_alg": "RS256"}
    if scope:
        told["scopes"] = scope
    if grant_type:
        told["grant_types"] = grant_type
    try:
        client_id, secret = run(register_client(told))
    except IdentityError as fault:
        typer.echo(f"{' '.join(fault.pointers)} {fault}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"client_id      {client_id}")
    if secret:
        typer.echo(f"client_secret  {secret}")


@clients.command("invite")
def invite_client(
    label: Annotated[str, typer.Argument(help="for whom the token is")],
    uses: Annotated[int, typer.Option(help="how many services may register by it")] = 1,
    days: Annotated[int, typer.Option(help="how long it may be used")] = 7,
    scope: Several = None,
) -> None:
    """Make an initial access token: whoever has it may register a service (RFC 7591)."""
    from madoguchi.identity.errors import IdentityError
    from madoguchi.identity.provider.profiles import STANDARD
    from madoguchi.installation.clients import invite_client as invite

    try:
        token = run(invite(label, uses, days, scope or STANDARD.base_scopes))
    except IdentityError as fault:
        typer.echo(f"{' '.join(fault.pointers)} {fault}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"initial_access_token  {token}")


@clients.command("list")
def list_clients() -> None:
    """The registered services."""
    from madoguchi.installation.clients import client_lines

    for line in run(client_lines()):
        typer.echo(line)


@clients.command("disable")
def disable_client(client_id: str) -> None:
    """End a service: every request and every token of it is refused from now on."""
    from madoguchi.installation.clients import disable_client as disable

    run(disable(client_id))


@clients.command("renew-secret")
def renew_secret(client_id: str) -> None:
    """Give a service a new secret; the old one ends at once."""
    from madoguchi.installation.clients import renew_client_secret

    typer.echo(f"client_secret  {run(renew_client_secret(client_id))}")


@keys.command("rotate")
def rotate_keys() -> None:
    """Publish new keys now; they sign in two hours, the old ones stay published until a day after."""
    from madoguchi.installation.clients import rotate_signing_keys

    for line in rotate_signing_keys():
        typer.echo(line)


@providers.command("add")
def add_provider(
    id: Annotated[str, typer.Argument(help="a short name, part of its addresses here: meti")],
    name: Annotated[str, typer.Argument(help="what officials see, in Japanese")],
    agency: Annotated[str, typer.Option(help="whose officials may use it, those below it too")],
    issuer: Annotated[str, typer.Option(help="its issuer, exactly as it spells it")],
    client_id: Annotated[str, typer.Option(help="who we are there")],
    secret_file: Annotated[
        Path, typer.Option(help="our secret there, or our private key as JWK (private_key_jwt)")
    ],
    name_en: Annotated[str, typer.Option(help="the name in English")] = "",
    acr: Several = None,
    level: Annotated[
        list[str] | None,
        typer.Option(help="which acr of theirs is which of ours: ACR=1, =2 or =3; else it is 1"),
    ] = None,
) -> None:
    """Trust a provider; prints the addresses to register there."""
    from madoguchi.identity.errors import IdentityError
    from madoguchi.installation.providers import trust

    told = {
        "id": id,
        "agency": agency,
        "name": {"ja": name, "en": name_en or name},
        "issuer": issuer,
        "client_id": client_id,
        "secret": secret_file.read_text(encoding="utf-8").strip(),
        "acr_values": acr or [],
        "levels": dict(_level(one) for one in level or []),
    }
    try:
        lines = run(trust(told))
    except IdentityError as fault:
        typer.echo(f"{' '.join(fault.pointers)} {fault}", err=True)
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)


@providers.command("list")
def list_providers() -> None:
    """The providers officials may sign in by."""
    from madoguchi.installation.providers import provider_lines

    for line in run(provider_lines()):
        typer.echo(line)


@providers.command("disable")
def disable_provider(id: str) -> None:
    """Trust one no longer: who signed in by it is signed out."""
    from madoguchi.identity.errors import IdentityError
    from madoguchi.installation.providers import disable_provider as disable

    try:
        run(disable(id))
    except IdentityError as fault:
        typer.echo(f"{id}: {fault}", err=True)
        raise typer.Exit(1) from None


@providers.command("link")
def link_provider(
    id: str,
    subject: Annotated[str, typer.Argument(help="the person's `sub` there")],
    address: Annotated[str, typer.Argument(help="mail address of the account here")],
) -> None:
    """Let a provider's `sub` stand for an account, as its owner can do on their account page."""
    from madoguchi.identity.errors import IdentityError
    from madoguchi.installation.providers import link_account

    try:
        run(link_account(id, subject, address))
    except IdentityError as fault:
        typer.echo(f"{id} {address}: {fault}", err=True)
        raise typer.Exit(1) from None


def _level(text: str) -> tuple[str, str]:
    acr, _, level = text.rpartition("=")
    if not acr or level not in ("1", "2", "3"):
        raise typer.BadParameter(f"{text}: ACR=1, ACR=2 or ACR=3")
    return acr, f"urn:madoguchi:acr:{level}"
