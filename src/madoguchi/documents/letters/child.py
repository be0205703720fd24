"""The process that typesets (組版の子プロセス): HTML in, PDF/UA out; no network, no files.

The same HTML gives the same bytes: the identifier comes from the content, no time is written.
"""

import hashlib
import logging
from typing import Any, NoReturn

import weasyprint
from weasyprint.urls import URLFetcher

from madoguchi.documents.crew_member import serve

MEMORY = 3_000_000_000  # CJK fonts are mapped whole: address space, not resident memory


class _Refusing(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Fetches nothing, from nowhere, and remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())
        self.asked: list[str] = []

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        self.asked.append(url)
        raise ValueError("a letter holds all it shows")


class _Missing(logging.Handler):
    """Collects the characters for which WeasyPrint found no glyph in any font."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the character of a ".notdef glyph" warning."""
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.characters.append(str(record.args[0]))


def typeset(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Body: HTML in UTF-8. Answer: the PDF; "pages" counts its pages.

    Fails for resources outside the letter, and when ordinary Japanese has no glyph: a letter full
    of empty boxes must not go out. Single rare characters (emoji, 外字) become an empty box.
    """
    missing.characters.clear()
    fetcher = _Refusing()
    page = weasyprint.HTML(string=body.decode("utf-8"), url_fetcher=fetcher)
    document = page.render(pdf_variant="pdf/ua-1", pdf_tags=True)
    pdf = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=hashlib.sha256(body).digest()[:16]
    )
    if fetcher.asked:
        return {"failed": f"outside resource: {fetcher.asked[0][:120]}"}, b""
    if any(map(_ordinary, missing.characters)):
        return {"failed": "no Japanese font on this server (install fonts-noto-cjk)"}, b""
    return {"pages": len(document.pages)}, pdf


def _ordinary(character: str) -> bool:
    """Whether any font made for Japanese has the character: kana and the first CJK block."""
    return "\u3041" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff"


missing = _Missing()

if __name__ == "__main__":
    weasyprint.LOGGER.handlers = [missing]
    weasyprint.LOGGER.propagate = False
    weasyprint.LOGGER.setLevel(logging.WARNING)
    serve(typeset, memory=MEMORY)
