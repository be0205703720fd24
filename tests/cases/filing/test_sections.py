"""Sections of a page, notes in rows of tables, packages in other languages: as they are shown."""

from typing import Any

import pytest

from madoguchi.cases.filing.answers import sections
from madoguchi.cases.filing.questions import Sheet, by_section, questions
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.fields.messages import message
from tests.procedures.packages import environment, loaded, package

WELSH = """\
languages: [en, cy]
pages:
  - id: who
    title: {en: You, cy: Chi}
    fields: [name, street, town, children]
    sections: [{title: {en: Address, cy: Cyfeiriad}, fields: [street, town]}]
data:
  name: {type: text, label: {en: Name, cy: Enw}, required: true, source: aBcDeF}
  street: {type: text, label: {en: Street, cy: Stryd}}
  town: {type: text, label: {en: Town, cy: Tref}}
  children:
    type: table
    label: {en: Children, cy: Plant}
    columns:
      born: {type: date, label: {en: Born, cy: Geni}}
      young: {type: note, tone: plain, relevant: born > @"2020-01-01", text: {en: Young, cy: Ifanc}}
"""


def sheet(entered: dict[str, Any]) -> Sheet:
    found = package(WELSH, kind="notification", pattern="notice")
    verdict = evaluate(found, entered, {}, environment())
    return Sheet(found, verdict, entered, {}, "en")


def test_a_package_in_other_languages_needs_those() -> None:
    faults = loaded(WELSH, kind="notification", pattern="notice").faults
    assert "language-missing" in {fault.code for fault in faults}  # its head is in ja and en
    told = {fault.message for fault in faults if fault.line >= 10}
    assert not {text for text in told if "no “ja”" in text}


def test_questions_run_in_sections() -> None:
    asked = sheet({})
    page = asked.package.pages[0]
    runs = by_section(questions(asked, page), page)
    assert [
        (section and section.title["en"], [q.field.name for q in run]) for section, run in runs
    ] == [
        (None, ["name"]),
        ("Address", ["street", "town"]),
        (None, ["children"]),
    ]
    answered = {a.pointer: a.section and a.section["cy"] for a in sections(asked)[0].answers}
    assert answered["/street"] == "Cyfeiriad"
    assert answered["/name"] is None


@pytest.mark.parametrize(
    ("born", "kinds"), [("2021-05-05", ["date", "note"]), ("1990-01-01", ["date"])]
)
def test_a_note_stands_in_the_rows_it_is_about(born: str, kinds: list[str]) -> None:
    asked = sheet({"children": [{"row": "r1", "born": born}]})
    table = questions(asked, asked.package.pages[0])[-1]
    assert [cell.kind for cell in table.rows[0].questions] == kinds
    assert asked.evaluation.data["children"] == [{"row": "r1", "born": born}]


def test_messages_name_a_field_in_the_language_there_is() -> None:
    assert message("missing", label={"cy": "Enw"})["ja"] == "「Enw」を入力してください。"
    assert "Name" in message("missing", label={"cy": "Enw", "en": "Name"})["ja"]


def test_a_section_names_fields_that_follow_each_other() -> None:
    torn = WELSH.replace("fields: [street, town]}]", "fields: [name, town]}]")
    faults = loaded(torn, kind="notification", pattern="notice").faults
    assert ("section-fields", 15) in {(fault.code, fault.line) for fault in faults}
