"""The addresses of gBizINFO's files: POST /hojin/Download and POST /hojin/OutputCSV."""

from collections.abc import AsyncGenerator, AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.activities.kinds import DOWNLOAD_SETS
from madoguchi.registry.downloads.sending import activities_csv, basic_csv, chosen_csv, zipped
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.gbizinfo.errors import BadRequest, refuse
from madoguchi.registry.interface import Interface

BASIC, BASIC_NAME = "7", "Kihonjoho"
MOST_NUMBERS = 1_000
AT_ONCE = 2
_LONGEST = 20_000  # 1,000 numbers with their commas have 14,000
_NAMES = {str(item.number): item for item in DOWNLOAD_SETS}
_sending: set[object] = set()


async def download(request: Request) -> Response:
    """A whole file in a ZIP, sent while it is made. Every file is read by programs: its text is as
    published, whatever a spreadsheet would take it for.
    """
    form = await _form(request)
    number = _text(form, "downfile")
    _must(form, "downtype", "zip")
    _must(form, "downenc", "UTF-8")
    if number != BASIC and number not in _NAMES:
        raise BadRequest([("downfile", "0から7までの番号を指定してください。")])
    if len(_sending) >= AT_ONCE:
        raise _busy()
    database = request.app.state.database
    name = BASIC_NAME if number == BASIC else _NAMES[number].name
    rows = basic_csv(database) if number == BASIC else activities_csv(database, _NAMES[number].kind)
    return StreamingResponse(
        _counted(zipped(f"{name}_UTF-8.csv", rows)),
        media_type="application/zip",
        headers=_as_file(f"{name}_UTF-8.zip"),
    )


async def output(request: Request) -> Response:
    """The basic record of up to 1,000 numbers as CSV, below a line that names it."""
    form = await _form(request)
    _must(form, "csvdata", "00")
    _must(form, "output", "U")
    numbers = [part.strip() for part in _text(form, "hojinBangoList").split(",") if part.strip()]
    if not numbers or len(numbers) > MOST_NUMBERS:
        raise BadRequest([("hojinBangoList", "法人番号を1件から1,000件まで指定してください。")])
    if not all(is_corporate_number(number) for number in numbers):
        raise BadRequest([("hojinBangoList", "法人番号の形式が不正です。")])
    async with request.app.state.database.looking() as session:
        content = await chosen_csv(session, numbers)
    return Response(content, media_type="text/csv", headers=_as_file("Kihonjoho_UTF-8.csv"))


async def _form(request: Request) -> FormData:
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > _LONGEST:
        raise BadRequest([("", "フォームの長さが不正です。")])
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise BadRequest([("", "application/x-www-form-urlencoded で送ってください。")])
    return await request.form(max_fields=10)


def _text(form: FormData, name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1 or isinstance(values[0], UploadFile):
        raise BadRequest([(name, "一つだけ指定してください。")])
    return values[0]


def _must(form: FormData, name: str, value: str) -> None:
    if _text(form, name) != value:
        raise BadRequest([(name, f"「{value}」を指定してください。")])


async def _counted(parts: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    place = object()
    _sending.add(place)
    try:
        async for part in parts:
            if part:
                yield part
    finally:
        _sending.discard(place)


def _as_file(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _busy() -> RegistryError:
    return RegistryError(
        "busy",
        503,
        {
            "ja": "ほかのダウンロードを送っています。少し待ってから、もう一度お試しください。",
            "en": "Other downloads are being sent. Please wait a moment and try again.",
        },
    )


INTERFACES = (
    Interface(
        prefix="/hojin/Download",
        routes=(Route("/hojin/Download", download, methods=["POST"]),),
        key_of=lambda request: "",
        refuse=refuse,
        keyless=True,
    ),
    Interface(
        prefix="/hojin/OutputCSV",
        routes=(Route("/hojin/OutputCSV", output, methods=["POST"]),),
        key_of=lambda request: "",
        refuse=refuse,
        keyless=True,
    ),
)
