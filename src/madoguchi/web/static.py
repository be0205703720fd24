"""Static files (静的ファイル): served from memory, fingerprinted, cached for a year.

The address holds one digest of the whole folder, /static/<digest>/css/page.css, so relative
addresses among the files keep working. The stylesheet css/madoguchi.css is the files of css/
joined in the order of STYLES: no build step is needed.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
STYLESHEET = "css/madoguchi.css"
STYLES = (
    "tokens.css",
    "base.css",
    "layout.css",
    "header.css",
    "forms.css",
    "buttons.css",
    "notices.css",
    "lists.css",
    "tables.css",
    "charts.css",
    "staff.css",
    "visits.css",
    "pages.css",
    "utilities.css",
    "media.css",
)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_COMPRESSED = {".js", ".css", ".svg", ".json", ".txt"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    compressed: bytes | None
    content_type: str


class StaticFiles:
    """The static folder in memory; an ASGI application for paths under PREFIX."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.assets = _load(folder)
        digest = hashlib.sha256()
        for path, asset in sorted(self.assets.items()):
            digest.update(path.encode() + b"\0" + asset.content + b"\0")
        self.digest = digest.hexdigest()[:16]
        self.has_htmx = "vendor/htmx.min.js" in self.assets

    def url(self, path: str) -> str:
        """The fingerprinted address of a file; KeyError when there is no such file."""
        if path not in self.assets:
            raise KeyError(f"no static file {path}")
        return f"{PREFIX}{self.digest}/{path}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._respond(Request(scope))(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("405", 405, headers={"Allow": "GET, HEAD"})
        digest, _, path = request.scope["path"].removeprefix(PREFIX).partition("/")
        asset = self.assets.get(path)
        if asset is None:
            return PlainTextResponse("404", 404)
        headers = {
            "Cache-Control": FOR_EVER if digest == self.digest else "no-cache",
            "Content-Type": asset.content_type,
            "ETag": f'"{self.digest}"',
            "Vary": "Accept-Encoding",
        }
        if f'"{self.digest}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = asset.content
        if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            content = asset.compressed
            headers["Content-Encoding"] = "gzip"
        response = Response(content, headers=headers)
        if request.method == "HEAD":
            response.body = b""
        return response


def _load(folder: Path) -> dict[str, Asset]:
    assets = {
        path.relative_to(folder).as_posix(): _asset(path.suffix, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {*_TYPES, ".png", ".ico", ".woff2", ".txt", ".json"}
    }
    parts = [folder / "css" / name for name in STYLES if (folder / "css" / name).is_file()]
    assets[STYLESHEET] = _asset(".css", b"\n".join(part.read_bytes() for part in parts))
    return assets


def _asset(suffix: str, content: bytes) -> Asset:
    kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    compressed = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSED else None
    return Asset(content, compressed, kind)
