"""HTML of foreign forms as plain text (書式の除去): paragraphs, lists, links with their addresses."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = {
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "tr",
    "fieldset",
    "section",
    "blockquote",
    "dl",
    "hr",
    "pre",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "legend"}
_GONE = {"script", "style", "iframe", "img", "video", "audio", "object", "svg", "input", "button"}
_RUBY = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>|&[a-zA-Z#][a-zA-Z0-9]*;")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Plain:
    """A text without markup. `heading`: the text of headings that stood first; `gone`: elements
    with no text that had to go."""

    text: str
    heading: str = ""
    gone: tuple[str, ...] = ()


def plain(markup: object) -> str:
    """The text of HTML or of plain text, tidied."""
    return parsed(markup).text


def one_line(markup: object) -> str:
    """The text in one line."""
    return " ".join(plain(markup).split())


def parsed(markup: object) -> Plain:
    """The text of HTML, its first heading apart."""
    text = _CONTROL.sub("", markup) if isinstance(markup, str) else ""
    text = _RUBY.sub(r"(\1|\2)", text)  # braces with a bar would be furigana here
    if not _MARKUP.search(text):
        return Plain(_tidy(text))
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # the parser gives up on odd declarations
        return Plain(_tidy(html.unescape(_MARKUP.sub(" ", text))))
    return Plain(_tidy("".join(reader.out)), _tidy(" ".join(reader.headings)), tuple(reader.gone))


@dataclass
class _Reader(HTMLParser):
    out: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    hidden: int = 0
    in_heading: bool = False
    link: str = ""
    words: list[str] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin on a line of their own, items with a bullet or their number."""
        given = dict(attrs)
        if tag in _GONE:
            self.gone.append(given.get("alt") or tag)
            if given.get("alt") and tag == "img":
                self.out.append(str(given["alt"]))
            self.hidden += tag in ("script", "style")
        elif tag in _HEADINGS:
            self.in_heading = not self.out or not "".join(self.out).strip()
            self.out.append("\n\n")
        elif tag == "li":
            self.out.append("\n")
            if self.counters and self.counters[-1] >= 0:
                self.counters[-1] += 1
            number = self.counters[-1] if self.counters else -1
            self.out.append(f"{number}. " if number > 0 else "• ")
        elif tag == "br":
            self.out.append("\n")
        elif tag in ("td", "th", "dd"):
            self.out.append(" ")
        elif tag in _BLOCKS or tag == "dt":
            self.out.append("\n\n")
            if tag in ("ul", "ol"):
                self.counters.append(0 if tag == "ol" else -1)
        elif tag == "a":
            self.link, self.words = str(given.get("href") or ""), []

    def handle_endtag(self, tag: str) -> None:
        """A link is followed by its address, unless it is its own text."""
        if tag in ("script", "style"):
            self.hidden = max(0, self.hidden - 1)
        elif tag in _HEADINGS:
            self.in_heading = False
            self.out.append("\n\n")
        elif tag in _BLOCKS:
            self.out.append("\n\n")
            if tag in ("ul", "ol") and self.counters:
                self.counters.pop()
        elif tag == "a" and self.link:
            address = self.link.removeprefix("mailto:").removeprefix("tel:").strip()
            said = "".join(self.words)
            if address and not address.startswith(("#", "javascript:")) and address not in said:
                self.out.append(f" ({address})")
            self.link = ""

    def handle_data(self, data: str) -> None:
        """Text; line ends within it are spaces."""
        if self.hidden:
            return
        if self.in_heading:
            self.headings.append(data)
            return
        if self.link:
            self.words.append(data)
        self.out.append(re.sub(r"\s+", " ", data))


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t\u00a0\u200b]+", " ", line).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
