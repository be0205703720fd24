"""What people and programs send that nobody meant, and what no answer to it may be."""

from httpx import Response

from tests.registry.corporations.records import number

# As bytes, before they are percent-encoded.
VALUES: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half a surrogate pair
    "\u202e子会社\u200b".encode(),
    "１２３".encode(),
    "²③٣".encode(),  # digits to str.isdigit, not all of them to int
    "令和99年13月45日".encode(),
    "昭和元年一月二日".encode(),
    "2026-02-3０".encode(),
    b"2026-02-30",
    b"0000-00-00",
    b"0001-01-01",
    b"9999-12-31",
    b"-1",
    b"1_0",
    b"1e999",
    b"99999999999999999999999",
    b"NaN",
    b"' OR 1=1; DROP TABLE corporation; --",
    b'=HYPERLINK("http://x")',
    b"<script>alert(1)</script>",
    b"\"'><img src=x onerror=alert(1)>",
    b"--></script><svg/onload=alert(1)>",
    b"{{1234567*7}}${1234567*7}{% raw %}",
    b"javascript:alert(1)",
    b"../../../../etc/passwd",
    b"(a+)+$",
    b'{"queries": [',
    b"[" * 3_000,
    b"%" * 200,
    "龘".encode() * 900,
    b"a" * 9_000,
    b"a,b;c\r\nd",
    b"true",
    number(1).encode(),
)
HEADERS: tuple[dict[str, str | bytes], ...] = (
    {"Accept": ""},
    {"Accept": "text/html;q=x, */*;q=-1"},
    {"Accept": "text/turtle;q=nan, text/html;q=inf"},
    {"Accept": "application/sparql-results+json;q=99999999999999999999"},
    {"Accept": ",;,=," * 500},
    {"Accept": b"\xff/\xfe"},
    {"Accept": 'application/n-triples; profile="<script>"'},
    {"Accept-Language": "xx;q=nan, ja;q=1e9"},
    {"Accept-Language": "-" * 5_000},
    {"Accept-Encoding": "gzip;q=x, br;q=2, *;q=0"},
    {"Range": "bytes=5-1, 0-0, -99999999999"},
    {"Range": "bytes=" + "0-1," * 1_500},
    {"Range": "bytes=٣-²".encode()},
    {"Range": "bytes=99999999999999999999-"},
    {"Range": "=,"},
    {"Range": "bytes=0-4", "If-Range": b"\xff"},
    {"If-None-Match": '"' * 300},
    {"If-None-Match": "W/, *x, ,"},
    {"If-Modified-Since": "令和8年".encode()},
    {"Cookie": "session=a.b.c; language=<script>; x" + ";" * 500},
    {"Cookie": b'session="\xff\\777"; =;'},
    {"X-API-Key": b"\xff" * 300},
    {"X-Forwarded-For": "x, [::1, " * 100, "Forwarded": "for="},
    {"Content-Type": "application/sparql-query; charset=utf-99"},
    {"Content-Length": "9" * 30},
    {"Content-Length": "²".encode()},
    {"Host": "<script>"},
)
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/x-www-form-urlencoded"),
    (b"%zz=%ff%fe&%00=%&&=&", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % place for place in range(5_000)), "application/x-www-form-urlencoded"),
    (b"\xff" * 100, "application/x-www-form-urlencoded; charset=utf-99"),
    (b"\x1f\x8b\x08broken", "application/gzip"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"--x\r\n\r\n--x--", "multipart/form-data"),
    (b"{" * 5_000, "application/json"),
    (b'{"a": "\\ud800"}', "application/json"),
    (b"#" * 1_100_000, "text/plain"),
    (b"a", "none; =;"),
)
METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "X")
_LIVE = ("<script>alert", "<img src=x", "<svg/onload", "8641969", 'href="javascript:')


def fault_of(answer: Response) -> str:
    """What is wrong with an answer: a 5xx, or a page that holds what was sent as more than text."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return next((live for live in _LIVE if live in answer.text), "") if is_page else ""
