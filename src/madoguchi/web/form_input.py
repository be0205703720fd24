"""What a form sent (フォームの入力): its fields and files, its limits, its cleaning, its faults."""

import re
import tempfile
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import IO

from madoguchi.kernel.errors import DomainError

MOST_FIELDS = 10_000
MOST_FILES = 100
LARGEST_FIELD = 1024 * 1024
LARGEST_FIELDS = 16 * 1024 * 1024
SPOOL_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024
LONGEST_FILE_NAME = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FormError(DomainError):
    """The form cannot be read (読めないフォーム)."""


def broken_form() -> FormError:
    """The body ends early or does not keep to the format."""
    return FormError(
        "broken_form",
        400,
        {
            "ja": "送信された内容を最後まで読めませんでした。"
            "通信を確かめて、もう一度送信してください。",
            "en": "What was sent could not be read to its end. "
            "Check your connection and send it again.",
        },
    )


def not_utf8() -> FormError:
    """A name or value is not UTF-8."""
    return FormError(
        "not_utf8",
        400,
        {
            "ja": "送信された文字を読めません。文字コードUTF-8で送信してください。",
            "en": "The characters sent cannot be read. Send them in UTF-8.",
        },
    )


def too_much(limit: str) -> FormError:
    """More fields, files or bytes than a form of this service can have."""
    return FormError(
        "form_too_large",
        413,
        {
            "ja": "送信された項目またはファイルが多すぎます（上限 {limit}）。"
            "分けて送信してください。",
            "en": "Too many fields or files were sent (the limit is {limit}). "
            "Send them separately.",
        },
        {"limit": limit},
    )


@dataclass
class FormFile:
    """One file of a form: its field, the name it had on the sender's computer, its content."""

    field: str
    filename: str
    content_type: str
    content: IO[bytes]
    size: int = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content from its start, in pieces of at most CHUNK_BYTES."""
        self.content.seek(0)
        while chunk := self.content.read(CHUNK_BYTES):
            yield chunk

    def read(self) -> bytes:
        """The whole content."""
        self.content.seek(0)
        return self.content.read()


@dataclass
class FormInput:
    """What a form sent: every value of every field, in order; files by field."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[FormFile]] = field(default_factory=dict)

    def value(self, name: str, default: str = "") -> str:
        """The first value of the field, or default when it was not sent."""
        values = self.fields.get(name)
        return values[0] if values else default

    def values(self, name: str) -> list[str]:
        """All values of the field, [] when it was not sent."""
        return list(self.fields.get(name, ()))

    def file(self, name: str) -> FormFile | None:
        """The first file of the field."""
        files = self.files.get(name)
        return files[0] if files else None

    def __contains__(self, name: object) -> bool:
        return name in self.fields or name in self.files

    def close(self) -> None:
        """Forget the files; they are gone from disk afterwards."""
        for files in self.files.values():
            for item in files:
                item.content.close()


def field_text(raw: bytes | bytearray) -> str:
    """A name or value as text: UTF-8, line ends as \\n, without control characters. FormError."""
    if len(raw) > LARGEST_FIELD:
        raise too_much(f"{LARGEST_FIELD // (1024 * 1024)} MB")
    try:
        text = bytes(raw).decode("utf-8")
    except UnicodeDecodeError as fault:
        raise not_utf8() from fault
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_filename(name: str) -> str:
    """The last part of a file's path, composed (NFC), printable, at most 200 characters.

    The extension survives shortening; "" stays "" (nothing was chosen).
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    last = "".join(
        character for character in last if unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    ).strip(" .")
    if len(last) <= LONGEST_FILE_NAME:
        return last
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 10:
        return last[:LONGEST_FILE_NAME]
    return f"{stem[: LONGEST_FILE_NAME - len(extension) - 1]}.{extension}"


def new_spool() -> IO[bytes]:
    """A temporary file that stays in memory while it is small."""
    return tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)
