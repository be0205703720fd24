"""Making PDF files (PDF作成) without stopping the server: the parent's side."""

from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.refusals import document_error

_SECONDS = 60.0
_crew = Crew("madoguchi.documents.letters.child", size=2, seconds=_SECONDS)


async def html_to_pdf(html: str) -> bytes:
    """The HTML as PDF/UA-1, set in another process; the same HTML gives the same bytes.

    Nothing outside the HTML is loaded: a letter that names an image or a font by address fails.
    Raises DocumentError letter_failed (422) with a detail for the author of the template.
    """
    try:
        _, pdf = await _crew.do({}, html.encode("utf-8", "replace"))
    except CrewError as fault:
        raise document_error("letter_failed", 422, detail=str(fault)) from fault
    return pdf
