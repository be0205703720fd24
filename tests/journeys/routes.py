"""Every page the router lists; which route an address belongs to."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from madoguchi.app import create_app
from madoguchi.settings import Settings


def page_routes(home: Path) -> list[str]:
    """The paths of all GET routes outside the API, in the order in which the router tries them."""
    app = create_app(Settings(home=home, demo=True))
    found = (route for route in api_routes(app.routes) if "GET" in (route.methods or set()))
    return list(dict.fromkeys(route.path for route in found if not route.path.startswith("/api/")))


def all_routes(home: Path) -> list[tuple[str, str]]:
    """Method and path of every route."""
    app = create_app(Settings(home=home, demo=True))
    return [
        (method, route.path) for route in api_routes(app.routes) for method in sorted(route.methods)
    ]


def route_of(address: str, routes: Iterable[str]) -> str | None:
    """The route that answers an address of the site, None when there is none."""
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    for route in routes:
        pattern = re.sub(r"\\\{\w+:path\\\}", ".+", re.escape(route))
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
        if re.fullmatch(pattern, path):
            return route
    return None


def api_routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """The routes of an application and of the routers in it."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from api_routes(route.original_router.routes)
