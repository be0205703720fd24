"""multipart/form-data (RFC 7578) as a stream: the parser's events become a FormInput."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from madoguchi.web.form_input import (
    LARGEST_FIELD,
    LARGEST_FIELDS,
    MOST_FIELDS,
    MOST_FILES,
    FormFile,
    FormInput,
    broken_form,
    clean_filename,
    field_text,
    new_spool,
    too_much,
)


async def read_multipart(body: AsyncIterator[bytes], boundary: bytes) -> FormInput:
    """Read a multipart body. Raises FormError; then no temporary file is left."""
    if not boundary:
        raise broken_form()
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks())  # type: ignore[arg-type]
        async for chunk in body:
            if chunk:
                parser.write(chunk)
        parser.finalize()
        if not collector.ended:
            raise broken_form()
    except FormParserError as fault:
        collector.discard()
        raise broken_form() from fault
    except BaseException:
        collector.discard()
        raise
    return collector.finish()


class _Collector:
    """Gathers the parts of one body."""

    def __init__(self) -> None:
        self.form = FormInput()
        self.ended = False
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._value: bytearray | None = None
        self._file: FormFile | None = None
        self._fields = self._files = self._bytes = 0

    def callbacks(self) -> dict[str, object]:
        """The parser's events and what hears them."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def discard(self) -> None:
        """Close every temporary file, also that of a part cut short."""
        if self._file is not None:
            self._file.content.close()
        self.form.close()

    def finish(self) -> FormInput:
        """The form, without the file controls in which nothing was chosen."""
        for name, files in list(self.form.files.items()):
            kept = [item for item in files if item.filename or item.size]
            for item in files:
                if item not in kept:
                    item.content.close()
            if kept:
                self.form.files[name] = kept
            else:
                del self.form.files[name]
        return self.form

    def _part_begin(self) -> None:
        self._headers = {}
        self._header_name = self._header_value = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise broken_form()
        self._name = field_text(options[b"name"])
        if b"filename" not in options:
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise too_much(str(MOST_FIELDS))
            self._value = bytearray()
            return
        self._files += 1
        if self._files > MOST_FILES:
            raise too_much(str(MOST_FILES))
        kind, _ = parse_options_header(self._headers.get(b"content-type", b""))
        self._file = FormFile(
            self._name,
            clean_filename(field_text(options[b"filename"])),
            kind.decode("ascii", "replace") or "application/octet-stream",
            new_spool(),
        )

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.content.write(data[start:end])
            self._file.size += end - start
            return
        if self._value is None:
            return
        self._value += data[start:end]
        self._bytes += end - start
        if len(self._value) > LARGEST_FIELD or self._bytes > LARGEST_FIELDS:
            raise too_much(f"{LARGEST_FIELD // (1024 * 1024)} MB")

    def _part_end(self) -> None:
        if self._file is not None:
            self.form.files.setdefault(self._name, []).append(self._file)
            self._file = None
        elif self._value is not None:
            text = field_text(self._value)
            self.form.fields.setdefault(self._name, []).append(text)
            self._value = None

    def _end(self) -> None:
        self.ended = True
