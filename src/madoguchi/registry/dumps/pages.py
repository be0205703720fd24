"""The page of downloads, the files, and the catalogue in the format that is liked best."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pyoxigraph import serialize

from madoguchi.registry.dumps.catalogue import CREDIT, PREFIXES, TITLE, catalogue
from madoguchi.registry.dumps.edition import Edition, edition_in_place
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.linked.media import GRAPHS, HTML, WRITTEN, preferred

router = APIRouter(include_in_schema=False)

_FORMATS = {GRAPHS[name][0]: WRITTEN[name] for name in ("turtle", "jsonld", "rdfxml")}


@router.get("/open-data")
async def downloads_page(request: Request) -> Response:
    """The files of the newest edition, with their size and checksum."""
    state = request.app.state
    page: Response = state.pages.render(
        request, "dumps/downloads.html", edition=_edition(request), title=TITLE, credit=CREDIT
    )
    return page


@router.get("/open-data/files/{name}")
async def download(request: Request, name: str) -> Response:
    """A file, whole or in ranges, for who has not got it yet (ETag: its SHA-256)."""
    edition = _edition(request)
    one = edition.file(name) if edition is not None else None
    if edition is None or one is None:
        raise RegistryError(
            "download_unknown",
            404,
            {"ja": "このファイルはありません。", "en": "There is no such file."},
        )
    headers = {"ETag": f'"{one.sha256}"', "Cache-Control": "public, max-age=3600"}
    told = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in told or "*" in told:
        return Response(status_code=304, headers=headers)
    media = "application/gzip" if one.kind.compressed else one.kind.media
    return FileResponse(edition.folder / one.name, 200, headers, media, filename=one.name)


@router.get("/catalog")
async def catalogue_document(request: Request) -> Response:
    """DCAT 3 for programs, the page for people."""
    chosen = preferred(request.headers.get("accept", ""), [*_FORMATS, HTML])
    headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    if chosen == HTML:
        return RedirectResponse("/open-data", 303, headers)
    if chosen is None:
        raise RegistryError(
            "not_acceptable",
            406,
            {
                "ja": "指定された形式では答えられません。",
                "en": "None of the formats asked for is offered.",
            },
        )
    triples = catalogue(request.app.state.settings.address, _edition(request))
    body = serialize(triples, format=_FORMATS[chosen], prefixes=PREFIXES)
    return Response(body, media_type=chosen, headers=headers)


def _edition(request: Request) -> Edition | None:
    return edition_in_place(request.app.state.settings.dump_folder)
