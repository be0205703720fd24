"""Images (画像): PNG (ISO/IEC 15948) and JPEG (ITU-T T.81), whole and of a bearable size."""

import zlib
from typing import BinaryIO

from madoguchi.documents.inspect import limits
from madoguchi.documents.inspect.kinds import HEAD, announced
from madoguchi.documents.refusals import Refusal

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame: the size is here
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xD8)])
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


def check_png(file: BinaryIO) -> None:
    """Every chunk present with its checksum, header first, end last and nothing after it."""
    if file.read(8) != _PNG:
        raise Refusal("broken")
    first, data = True, False
    while True:
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or length > 1 << 31 or (first and (kind, length) != (b"IHDR", 13)):
            raise Refusal("broken")
        start = _read_chunk(file, length, kind)
        if first:
            _check_pixels(int.from_bytes(start[:4], "big"), int.from_bytes(start[4:8], "big"))
        first, data = False, data or kind == b"IDAT"
        if kind == b"IEND":
            break
    if not data or file.read(1):
        raise Refusal("broken")


def _read_chunk(file: BinaryIO, length: int, kind: bytes) -> bytes:
    """Check the chunk's CRC; its first bytes."""
    checksum, start = zlib.crc32(kind), b""
    while length > 0:
        part = file.read(min(length, 1 << 16))
        if not part:
            raise Refusal("broken")
        start = start or part[:16]
        checksum, length = zlib.crc32(part, checksum), length - len(part)
    if file.read(4) != checksum.to_bytes(4, "big"):
        raise Refusal("broken")
    return start


def check_jpeg(file: BinaryIO) -> None:
    """Segments up to the end-of-image marker, a frame and a scan among them.

    What follows the end is allowed, cameras append previews and depth maps there, unless it is
    another kind of file: then this one is two things at once.
    """
    content = file.read()
    place, frame, scan = 2, False, False
    while True:
        marker, place = _next_marker(content, place)
        if marker == _END:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(content[place : place + 2], "big")
        if marker == _START or length < 2 or place + length > len(content):
            raise Refusal("broken")
        if marker in _FRAMES:
            size = content[place + 3 : place + 7]
            _check_pixels(int.from_bytes(size[2:], "big"), int.from_bytes(size[:2], "big"), True)
            frame = True
        place += length
        if marker == _SCAN:
            scan, place = True, _after_scan(content, place)
    hidden = announced(content[place : place + HEAD].lstrip(b"\0"))
    if not (frame and scan) or hidden not in ("jpeg", "unknown"):
        raise Refusal("broken")


def _next_marker(content: bytes, place: int) -> tuple[int, int]:
    """The marker at `place` (fill bytes FF are skipped) and where its segment begins."""
    if content[place : place + 1] != b"\xff":
        raise Refusal("broken")
    while content[place : place + 1] == b"\xff":
        place += 1
    if place >= len(content) or content[place] == 0:
        raise Refusal("broken")
    return content[place], place + 1


def _after_scan(content: bytes, place: int) -> int:
    """Where the picture's data ends: the next FF that is neither stuffing nor a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise Refusal("broken")
        following = content[place + 1]
        if following == 0xFF:
            place += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            place += 2
        else:
            return place


def _check_pixels(width: int, height: int, later_height: bool = False) -> None:
    # A JPEG may give its height only after the first scan (DNL): then it says 0 here.
    if width == 0 or (height == 0 and not later_height):
        raise Refusal("broken")
    if width * height > limits.MOST_PIXELS:
        raise Refusal("image_too_large", limit=limits.MOST_PIXELS // 10_000)
