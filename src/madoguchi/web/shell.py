"""What every page shows around its own content: header links, language, account, notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from madoguchi.kernel.language import LANGUAGES, Text
from madoguchi.web.session import pop_flashes


@dataclass(frozen=True)
class Link:
    """A link of the header's menu, shown to accounts of these kinds ("public" = signed out)."""

    href: str
    text: Text
    kinds: frozenset[str] = frozenset({"public", "applicant", "official"})


def shell_context(request: Request) -> dict[str, Any]:
    """The variables layout.html needs; a page's own context may override them."""
    state = request.app.state
    account = getattr(request.state, "account", None)
    return {
        "request": request,
        "language": getattr(request.state, "language", LANGUAGES[0]),
        "languages": LANGUAGES,
        "settings": state.settings,
        "account": account,
        "inbox_count": getattr(request.state, "inbox_count", None),
        "navigation": _navigation(state, account, request.scope["path"]),
        "flashes": pop_flashes(request),
        "htmx": state.static.url("vendor/htmx.min.js") if state.static.has_htmx else None,
        "errors": (),
        "wide": False,
    }


def _navigation(state: Any, account: Mapping[str, Any] | None, path: str) -> list[dict[str, Any]]:
    kind = account["kind"] if account else "public"
    links: tuple[Link, ...] = getattr(state, "navigation", ())
    shown = [link for link in links if kind in link.kinds]
    # Of /desk and /desk/manager only the nearer is where one is.
    here = max((link.href for link in shown if _within(path, link.href)), key=len, default=None)
    return [{"href": link.href, "text": link.text, "current": link.href == here} for link in shown]


def _within(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(href.rstrip("/") + "/"))
