"""Every page of a form as people would see it (様式の試し表示), with all its questions and no answers.

Conditions are passed over, tables have one empty row: whatever a package may ever ask is shown once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from madoguchi.cases.filing.questions import Sheet, by_section, questions
from madoguchi.cases.filing.speech import speech_of
from madoguchi.kernel.language import LANGUAGES
from madoguchi.procedures.service import Environment, Evaluation, Field, Package, evaluate
from madoguchi.web.templates import Pages

_ROW = "r1"


def preview(
    pages: Pages, package: Package, language: str, today: date
) -> Iterator[tuple[str, str]]:
    """(page id, HTML) of every page."""
    entered = {
        name: [{"row": _ROW}] for name, field in package.fields.items() if field.type == "table"
    }
    verdict = evaluate(package, entered, {}, Environment(today=today, filed_on=today))
    sheet = Sheet(package, _everything_asked(package, verdict), entered, {}, language, judged=False)
    for number, page in enumerate(package.pages, 1):
        asked = questions(sheet, page)
        context = {
            **_shell(language),
            "draft": SimpleNamespace(id="preview", title=dict(package.title)),
            "page": page,
            "runs": by_section(asked, page),
            "number": number,
            "total": len(package.pages),
            "speech": speech_of(package, language, ""),
            "has_files": any(question.kind == "file" for question in asked),
        }
        yield page.id, pages.source("cases/filing/page.html", language, context)


def _everything_asked(package: Package, verdict: Evaluation) -> Evaluation:
    def pointers(fields: Mapping[str, Field], above: str) -> Iterator[str]:
        for name, field in fields.items():
            at = f"{above}/{name}"
            yield at
            yield from pointers(field.parts, at)
            yield from pointers(field.columns, f"{at}/{_ROW}")

    return replace(verdict, relevant=frozenset(pointers(package.fields, "")))


def _shell(language: str) -> dict[str, Any]:
    """What surrounds a page for somebody who is not signed in, and a draft just begun."""
    return {
        "language": language,
        "languages": LANGUAGES,
        "settings": SimpleNamespace(demo=False),
        "account": None,
        "inbox_count": None,
        "navigation": (),
        "flashes": (),
        "htmx": None,
        "wide": False,
        "errors": (),
        "reason": None,
        "asked_here": False,
        "restored": False,
        "news": (),
        "on_behalf": None,
        "sheet_id": "",
        "return_to": "",
        "locked": False,
        "live": True,
        "clash": False,
        "many": False,
        "saved": "",
        "base": "",
    }
