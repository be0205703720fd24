"""What a program uploads (送信されたファイル): read from a request, or left to the ordinary way."""

from collections.abc import Mapping
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header

from madoguchi.documents.inspect.kinds import HEAD, announced
from madoguchi.identity.service import bearer_of
from madoguchi.web.form_input import FormError, clean_filename, field_text

_KNOWN = {"content-disposition", "content-type"}  # others may change what the content means


@dataclass(frozen=True, slots=True)
class Asked:
    """A file sent by a program: the hash of its token, the file's name and content (not copied)."""

    token: str
    name: str
    content: memoryview


def read_request(headers: Mapping[str, str], body: bytes) -> Asked | None:
    """The file a POST sends, None when it is not plainly one (`headers` in lower case)."""
    token = bearer_of(headers.get("authorization", ""))
    found = only_file(headers.get("content-type", ""), body) if token else None
    if token is None or found is None:
        return None
    name, content = found
    # An archive may unpack to much: it is looked into by itself.
    if not content or announced(bytes(content[:HEAD])) == "zip":
        return None
    return Asked(token, name, content)


def only_file(content_type: str, body: bytes) -> tuple[str, memoryview] | None:
    """Name and content of a multipart form (RFC 7578) that is one file called "file".

    None for any other form, also such as `read_form` understands.
    """
    kind, options = parse_options_header(content_type)
    mark = b"--" + options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or mark == b"--" or not body.startswith(mark + b"\r\n"):
        return None
    begin = body.find(b"\r\n\r\n")
    end = body.find(b"\r\n" + mark, begin + 4)
    if begin < 0 or body[end:].removesuffix(b"\r\n") != b"\r\n" + mark + b"--":
        return None
    name = _name(body[len(mark) + 2 : begin])
    return (name, memoryview(body)[begin + 4 : end]) if name else None


def _name(head: bytes) -> str | None:
    """The name that the headers of a part give the file."""
    fields: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon or name.lower() in fields:
            return None
        fields[name.lower()] = value.strip()
    _, options = parse_options_header(fields.pop(b"content-disposition", b""))
    fields.pop(b"content-type", None)
    if fields or options.get(b"name") != b"file":
        return None
    try:
        return clean_filename(field_text(options.get(b"filename", b"")))
    except FormError:
        return None
