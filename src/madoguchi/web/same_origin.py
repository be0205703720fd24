"""Same-origin check (送信元の確認): refuses requests another site makes a browser send.

The algorithm of Go 1.25 CrossOriginProtection and Datasette 1.0: no tokens in forms. Every present
browser sends Sec-Fetch-Site to https and localhost, and Origin with each POST. A request with
neither header comes from no browser, so nobody's cookies are being abused.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_same_origin(method: str, headers: Headers, trusted_host: str = "") -> bool:
    """Whether the request may change something as far as its origin is concerned.

    `trusted_host` is host[:port] of the public address, for proxies that rewrite Host.
    """
    if method in SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(host) and host in (headers.get("host"), trusted_host)
