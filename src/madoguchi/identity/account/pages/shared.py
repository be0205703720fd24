"""What the pages of accounts share: reading a small form, showing a page with its faults."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from madoguchi.identity.account.limits import CLIENT, admit
from madoguchi.kernel.language import Text
from madoguchi.web import answering
from madoguchi.web.forms import form_of

SMALL = 40_000


async def fields_of(request: Request, *names: str) -> list[str]:
    """The first values of these fields of a small form."""
    async with form_of(request, SMALL) as form:
        return [form.value(name) for name in names]


def page(
    request: Request,
    name: str,
    faults: Mapping[str, str | Text] | None = None,
    status: int | None = None,
    /,
    **context: Any,
) -> HTMLResponse:
    """A page of accounts. `faults`: by control, codes under `account.fault` of what is wrong."""
    said = {
        place: f"account.fault.{code}" if isinstance(code, str) else code
        for place, code in (faults or {}).items()
    }
    return answering.page(request, f"account/{name}", said, status, **context)


async def client_admitted(request: Request) -> bool:
    """Whether the client's address has tries left. Behind a proxy, the proxy has to limit them:
    clients then share one private address.
    """
    host = request.client.host if request.client else ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = False
    if not public:
        return True
    if ":" in host:  # who has one IPv6 address has a whole /64 of them
        host = str(ipaddress.ip_network(f"{host.partition('%')[0]}/64", strict=False))
    state = request.app.state
    async with state.database.session() as session:
        allowed = await admit(session, CLIENT, host, state.clock())
        await session.commit()
    return allowed
