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


def typeset(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Body: HTML in UTF-8. Answer: the PDF; "pages" counts its pages."""
    fetcher = _Refusing()
    page = weasyprint.HTML(string=body.decode("utf-8"), url_fetcher=fetcher)
    document = page.render(pdf_variant="pdf/ua-1", pdf_tags=True)
    pdf = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=hashlib.sha256(body).digest()[:16]
    )
    if fetcher.asked:
        return {"failed": f"outside resource: {fetcher.asked[0][:120]}"}, b""
    return {"pages": len(document.pages)}, pdf


if __name__ == "__main__":
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    serve(typeset, memory=MEMORY)
