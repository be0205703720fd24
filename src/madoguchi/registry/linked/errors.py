"""Errors of linked data, with texts a person can act on."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text

_TEXTS: dict[str, tuple[int, Text]] = {
    "unreadable": (
        400,
        {"ja": "SPARQLの問合せとして読めません。", "en": "This cannot be read as a SPARQL query."},
    ),
    "malformed": (
        400,
        {
            "ja": "query を1つだけ、UTF-8で送ってください。",
            "en": "Send exactly one query, in UTF-8.",
        },
    ),
    "update": (
        400,
        {
            "ja": "ここでは読むことだけできます。更新（UPDATE）はできません。",
            "en": "Here one can only read. Updates are not accepted.",
        },
    ),
    "service": (
        400,
        {
            "ja": "ほかのエンドポイントへの問合せ（SERVICE）はできません。",
            "en": "Queries to other endpoints (SERVICE) are not answered here.",
        },
    ),
    "not_acceptable": (
        406,
        {
            "ja": "指定された形式では答えられません。Accept を変えてください。",
            "en": "None of the formats asked for is offered. Change the Accept header.",
        },
    ),
    "not_allowed": (
        405,
        {"ja": "GET か POST で送ってください。", "en": "Use GET or POST."},
    ),
    "graph_not_allowed": (
        405,
        {
            "ja": "グラフは読むことだけできます。GET か HEAD で送ってください。",
            "en": "Graphs can only be read. Use GET or HEAD.",
        },
    ),
    "unsupported": (
        415,
        {
            "ja": "application/sparql-query か application/x-www-form-urlencoded で送ってください。",
            "en": "Send application/sparql-query or application/x-www-form-urlencoded.",
        },
    ),
    "too_large": (
        413,
        {
            "ja": "答えが大きすぎます。条件を加えるか、LIMIT と OFFSET で分けてください。"
            "全件はダウンロードできます。",
            "en": "The answer is too large. Add conditions, or take it in parts by LIMIT and "
            "OFFSET. Everything can be downloaded as files.",
        },
    ),
    "timeout": (
        504,
        {
            "ja": "時間内に終わりませんでした。条件を加えて、対象を絞ってください。",
            "en": "The query did not end in time. Add conditions that narrow it down.",
        },
    ),
    "memory": (
        413,
        {
            "ja": "この問合せは記憶域を使いすぎます。条件を加えて、対象を絞ってください。",
            "en": "The query needs too much memory. Add conditions that narrow it down.",
        },
    ),
    "busy": (
        503,
        {
            "ja": "ただいま混み合っています。少し待ってから、もう一度お試しください。",
            "en": "The service is busy. Please wait a moment and try again.",
        },
    ),
    "none": (
        503,
        {
            "ja": "リンクトデータはまだ用意されていません。",
            "en": "Linked data has not been prepared here yet.",
        },
    ),
    "engine": (
        500,
        {"ja": "システムに問題が起きました。", "en": "Something went wrong on our side."},
    ),
    "unknown": (
        404,
        {"ja": "このIRIのデータはありません。", "en": "Nothing is known of this IRI."},
    ),
}


class LinkedError(DomainError):
    """A query or an IRI that is not answered (リンクトデータのエラー); `detail` is the engine's word."""

    def __init__(self, reason: str, detail: str = "") -> None:
        status, message = _TEXTS[reason]
        self.detail = detail[:500]
        super().__init__(f"sparql_{reason}", status, message)


def refuse(request: Request, fault: DomainError) -> Response:
    """The answer for an error: a problem (RFC 9457) in both languages."""
    content = {
        "type": f"urn:madoguchi:problem:{fault.code}",
        "title": fault.message["en"],
        "status": fault.status,
        "detail": getattr(fault, "detail", "") or fault.message["en"],
        "code": fault.code,
        "message": dict(fault.message),
    }
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    if fault.status == 405:
        graph = fault.code == "sparql_graph_not_allowed"
        headers["Allow"] = "GET, HEAD" if graph else "GET, HEAD, POST"
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content, fault.status, headers, media_type="application/problem+json")
