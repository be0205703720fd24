"""The process that typesets (組版の子プロセス): HTML in, PDF/UA out; no network, no files.

The same HTML gives the same bytes: the identifier comes from the content, no time is written.
"""

import hashlib
import logging
from typing import Any, NoReturn

import weasyprint

from madoguchi.documents.crew_member import serve

MEMORY = 3_000_000_000  # CJK fonts are mapped whole: address space, not resident memory


class NothingOutside(Exception):
    """A letter asked for something that is not in the letter itself."""


def typeset(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Body: HTML in UTF-8. Answer: the PDF; "pages" counts its pages."""
    asked: list[str] = []

    def refuse(url: str, *_: object, **__: object) -> NoReturn:
        asked.append(url)
        raise NothingOutside(url)

    page = weasyprint.HTML(string=body.decode("utf-8"), url_fetcher=refuse, base_url=None)
    document = page.render(pdf_variant="pdf/ua-1")
    pdf = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(body).digest()[:16]
    )
    if asked:
        return {"failed": f"outside resource: {asked[0][:120]}"}, b""
    return {"pages": len(document.pages)}, pdf


if __name__ == "__main__":
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    serve(typeset, memory=MEMORY)
