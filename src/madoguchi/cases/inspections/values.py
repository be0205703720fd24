"""What a record may say (記録の中身), by its key: start, signature, an item's answer, a finding."""

import re
from collections.abc import Mapping
from typing import Any

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.programme import Programme, law_text
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import AnswerError, judge_answer

LONGEST_NOTE = 2000
_NAME = re.compile(r"finding:[A-Za-z0-9_-]{1,60}")


class ValueRefused(ValueError):
    """The record says nothing that can be kept; the message is for the inspector."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.message: Text = {"ja": ja, "en": en}


def read_value(
    programme: Programme, key: str, value: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The value as it is kept. ValueRefused."""
    if key.startswith(rules.ITEM):
        return _answer(programme, key.removeprefix(rules.ITEM), value or {})
    if _NAME.fullmatch(key):
        return None if value is None else _finding(programme, value)
    if key == rules.START:
        return {"card_shown": (value or {}).get("card_shown") is True}
    if key == rules.SIGNATURE:
        return _signature(value or {})
    raise ValueRefused("何についての記録か分かりません。", "What this record is about is unknown.")


def has_place(programme: Programme, key: str) -> bool:
    """Whether a photo may be taken for this key: an item of the checklist, or any finding."""
    item = key.removeprefix(rules.ITEM)
    asked = key.startswith(rules.ITEM) and programme.block.item(item) is not None
    return asked or _NAME.fullmatch(key) is not None


def _answer(programme: Programme, name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """{answer, verdict, note}; an empty answer means that it was taken back."""
    item = programme.block.item(name)
    if item is None:
        raise ValueRefused("この検査に、その項目はありません。", "There is no such item.")
    typed, noted = _text(value, "answer", 4000), _text(value, "note", LONGEST_NOTE)
    if not typed:
        return {"answer": "", "verdict": "", "note": noted}
    try:
        answer, verdict = judge_answer(item, typed)
    except AnswerError as error:
        raise ValueRefused(error.message["ja"], error.message["en"]) from error
    return {"answer": answer, "verdict": verdict, "note": noted}


def _finding(programme: Programme, value: Mapping[str, Any]) -> dict[str, Any]:
    """{severity, text, law, item}; without a law of its own, the item's."""
    severity, item = _text(value, "severity", 64), _text(value, "item", 64)
    if severity not in programme.block.spec.severities:
        raise ValueRefused("指摘の区分を選んでください。", "Choose how grave the finding is.")
    text = _text(value, "text", 4000)
    if not text:
        raise ValueRefused("指摘の内容を入力してください。", "Say what was found.")
    found = programme.block.item(item) if item else None
    law = _text(value, "law", 300) or (law_text(found.law) if found else "")
    return {"severity": severity, "text": text, "law": law, "item": item if found else ""}


def _signature(value: Mapping[str, Any]) -> dict[str, Any]:
    """{name, title, comment, absent}: who was present, or that nobody was."""
    absent = value.get("absent") is True
    name = _text(value, "name", 100)
    if not name and not absent:
        raise ValueRefused(
            "立ち会った人の氏名を入力するか、「立会いなし」を選んでください。",
            "Enter who was present, or choose that nobody was.",
        )
    return {
        "name": name,
        "title": _text(value, "title", 100),
        "comment": _text(value, "comment", LONGEST_NOTE),
        "absent": absent,
    }


def _text(value: Mapping[str, Any], name: str, longest: int) -> str:
    given = value.get(name)
    if given is None:
        return ""
    text = given.replace("\r\n", "\n").strip() if isinstance(given, str) else str(given)
    if not isinstance(given, str) or len(text) > longest:
        raise ValueRefused(
            f"{longest}文字までの文字で入力してください。",
            f"Write a text of at most {longest} characters.",
        )
    return text
