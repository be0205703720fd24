"""Known browsers (いつものブラウザ): where somebody signed in before they have tries of their own.

A limit on tries by address alone lets anybody keep others out: guess in their name, and they wait.
So a browser that signed in carries a signed cookie naming the address, and its tries are counted
apart ("device cookies" of OWASP; ASVS 6.1.1). The cookie opens nothing: who steals one gets a
limit of its own to guess within.
"""

from collections.abc import Mapping

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request

from madoguchi.identity.account.codes import mac
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.sealing import derived_key
from madoguchi.web.session import cookie_of, keep_cookie

COOKIE = "known_browser"
LIFE_SECONDS = 400 * 24 * 60 * 60  # the longest browsers keep one
MOST = 5


def known_browser(request: Request) -> Mapping[str, str]:
    """The id this browser has for each address that signed in with it, by the address's mark."""
    try:
        kept = _signer(request).loads(cookie_of(request, COOKIE)[:2000])
    except (BadData, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def remember(request: Request, address: str) -> None:
    """Have the browser known from now on as one that signed in with an address."""
    kept = dict(known_browser(request))
    mark = _mark(request.app.state.settings.secret_key, address)
    kept[mark] = kept.pop(mark, "") or new_id()  # last: the newest
    newest = dict(list(kept.items())[-MOST:])
    keep_cookie(request, COOKIE, str(_signer(request).dumps(newest)), LIFE_SECONDS)


def tries_of(key: str, browser: Mapping[str, str], purpose: str, address: str) -> str:
    """Whose tries are counted together: an address's for a purpose, known browsers' apart."""
    known = browser.get(_mark(key, address), "")
    return "\0".join((purpose, address, known))


def _mark(key: str, address: str) -> str:
    return mac(key, "browser", "", address)[:20]


def _signer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(derived_key(request.app.state.settings.secret_key, "known_browser"))
