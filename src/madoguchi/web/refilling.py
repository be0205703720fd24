"""Filling a form again (入力の復元): a page as it would be, with what somebody had typed in its form.

Works on the finished page, so that every form can be given back without its page knowing. What stands
in hidden controls, passwords and files stays as the page has it.
"""

from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

_KEPT_AS_IS = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})
_Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Typed:
    """What was typed: on which page (path), in the form that is sent where (path), by control."""

    page: str
    action: str
    fields: dict[str, list[str]]


def refilled(html: str, typed: Typed) -> str:
    """The page with the controls of that form filled in; anything else as it was."""
    reader = _Reader(html, typed)
    reader.feed(html)
    reader.close()
    pieces, at = [], 0
    for start, end, text in reader.edits:
        pieces += [html[at:start], text]
        at = end
    return "".join([*pieces, html[at:]])


class _Reader(HTMLParser):
    """Finds what to replace: `edits`, from where to where (characters) by what, in the page's order."""

    def __init__(self, html: str, typed: Typed) -> None:
        super().__init__(convert_charrefs=False)
        self.typed = typed
        self.left = {name: list(values) for name, values in typed.fields.items()}
        self.edits: list[tuple[int, int, str]] = []
        self.inside = False
        self.select: str | None = None
        self.area: tuple[int, str] | None = None
        self.lines = [0]
        for line in html.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        """Fill a control of the form."""
        found = dict(attrs)
        if tag == "form":
            action = urlsplit(found.get("action") or self.typed.page).path
            self.inside = action == self.typed.action
        if not self.inside or "disabled" in found:
            return
        name = found.get("name") or ""
        if tag == "input":
            self._input(name, found, attrs)
        elif tag == "select" and name in self.typed.fields:
            self.select = name
        elif tag == "option" and self.select is not None:
            chosen = found.get("value") in self.typed.fields[self.select]
            self._replace(tag, _with(attrs, "selected", present=chosen))
        elif tag == "textarea" and self.left.get(name) and "readonly" not in found:
            self.area = self._at() + self._length(), self.left[name].pop(0)

    def handle_endtag(self, tag: str) -> None:
        """A text area is filled where it ends."""
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area is not None:
            start, text = self.area
            self.edits.append((start, self._at(), "\n" + escape(text)))
            self.area = None

    def _input(self, name: str, found: dict[str, str | None], attrs: _Attributes) -> None:
        kind = (found.get("type") or "text").lower()
        if kind in ("checkbox", "radio"):
            chosen = (found.get("value") or "on") in self.typed.fields.get(name, ())
            self._replace("input", _with(attrs, "checked", present=chosen))
        elif kind not in _KEPT_AS_IS and "readonly" not in found and self.left.get(name):
            value = self.left[name].pop(0)
            self._replace(
                "input", [*(pair for pair in attrs if pair[0] != "value"), ("value", value)]
            )

    def _replace(self, tag: str, attrs: _Attributes) -> None:
        text = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs
        )
        self.edits.append((self._at(), self._at() + self._length(), f"<{tag}{text}>"))

    def _at(self) -> int:
        row, column = self.getpos()
        return self.lines[row - 1] + column

    def _length(self) -> int:
        return len(self.get_starttag_text() or "")


def _with(attrs: _Attributes, name: str, *, present: bool) -> _Attributes:
    return [pair for pair in attrs if pair[0] != name] + ([(name, None)] if present else [])
