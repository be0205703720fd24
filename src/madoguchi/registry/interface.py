"""An interface for programs (プログラム向けの窓口): its addresses, how it takes a key, how it refuses."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from madoguchi.kernel.errors import DomainError

Endpoint = Callable[[Request], Awaitable[Response]]
_NUMBER = re.compile("[0-9]{13}")


@dataclass(frozen=True)
class Interface:
    """One family of addresses below `prefix`.

    `key_of` finds the caller's key ("" when there is none); `keyless`: it may do without one.
    `refuse` says an error in the interface's own words. `whole`: everything below the prefix is the
    interface's; otherwise an address it does not know goes on to the rest of the site. `numbered`
    names again, by what comes before it, the routes that end in a number: they are asked for most.
    """

    prefix: str
    routes: tuple[Route, ...]
    key_of: Callable[[Request], str]
    refuse: Callable[[Request, DomainError], Response]
    keyless: bool = False
    whole: bool = True
    numbered: Mapping[str, Endpoint] = field(default_factory=dict)

    def found(self, scope: Scope) -> tuple[Endpoint | None, Mapping[str, str]]:
        """The endpoint of a request and the parts of its path; None: there is none of that method."""
        before, _, last = scope["path"].rpartition("/")
        if before in self.numbered and scope["method"] == "GET" and _NUMBER.fullmatch(last):
            return self.numbered[before], {"number": last}
        for route in self.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return cast(Endpoint, route.endpoint), child["path_params"]
        return None, {}
