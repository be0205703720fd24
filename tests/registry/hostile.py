"""Values people and programs send that nobody meant: as bytes, before they are percent-encoded."""

from tests.registry.corporations.records import number

VALUES: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half a surrogate pair
    "\u202e子会社\u200b".encode(),
    "１２３".encode(),
    "令和99年13月45日".encode(),
    b"2026-02-30",
    b"0000-00-00",
    b"-1",
    b"1e999",
    b"99999999999999999999999",
    b"NaN",
    b"' OR 1=1; DROP TABLE corporation; --",
    b'=HYPERLINK("http://x")',
    b"<script>alert(1)</script>",
    b'{"queries": [',
    b"[" * 3_000,
    b"%" * 200,
    "龘".encode() * 900,
    b"a" * 9_000,
    b"a,b;c\r\nd",
    b"true",
    number(1).encode(),
)
