"""A sheet of paper as PDF, for attachments of the demo: small, valid, and plainly a sample."""

from html import escape

from madoguchi.documents.service import html_to_pdf

_made: dict[tuple[str, str], bytes] = {}


async def sheet(title: str, owner: str) -> bytes:
    """One page that says what it stands for and whose it is."""
    if (title, owner) not in _made:
        _made[title, owner] = await html_to_pdf(
            '<html lang="ja"><head><meta charset="utf-8"><style>@page { size: A4; margin: 30mm }'
            'body { font-family: "Noto Sans CJK JP", sans-serif }</style>'
            f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1><p>{escape(owner)}</p>"
            "<p>(試用の見本)</p></body></html>"
        )
    return _made[title, owner]
