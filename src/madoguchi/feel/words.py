"""The words of explanations (説明の言い回し), Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from .builtins.conversion import text_of

Text = Mapping[str, str]

# For each comparison: said when it holds, and when it does not. {o} is what is compared with.
SAID = {
    "=": (("{o}である", "{o}ではない"), ("is {o}", "is not {o}")),
    "!=": (("{o}ではない", "{o}である"), ("is not {o}", "is {o}")),
    ">=": (("{o}以上である", "{o}以上ではない"), ("is at least {o}", "is not at least {o}")),
    ">": (("{o}を超える", "{o}を超えない"), ("is more than {o}", "is not more than {o}")),
    "<=": (("{o}以下である", "{o}以下ではない"), ("is at most {o}", "is not at most {o}")),
    "<": (("{o}未満である", "{o}未満ではない"), ("is less than {o}", "is not less than {o}")),
    "between": (("{o}である", "{o}ではない"), ("is {o}", "is not {o}")),
    "in": (("{o} のいずれかである", "{o} のいずれでもない"), ("is one of {o}", "is none of {o}")),
}
SAID_OF_DAYS = {
    **SAID,
    ">=": (("{o}以後である", "{o}より前である"), ("is {o} or later", "is before {o}")),
    ">": (("{o}より後である", "{o}より後ではない"), ("is after {o}", "is not after {o}")),
    "<=": (("{o}以前である", "{o}より後である"), ("is {o} or earlier", "is after {o}")),
    "<": (("{o}より前である", "{o}より前ではない"), ("is before {o}", "is not before {o}")),
}
OUTCOMES = {
    True: ("{s}に当たります。", "{s}: yes."),
    False: ("{s}に当たりません。", "{s}: no."),
    None: ("{s}かどうか分かりません。", "{s}: not known."),
}


def both(text: str) -> Text:
    """Use the same text in both languages."""
    return {"ja": text, "en": text}


def comparison(
    op: str, subject: Text, compared: Text, value: bool | None, days: bool = False
) -> Text:
    """Say that a comparison (``days``: of dates) holds, does not hold, or cannot be judged."""
    said = {}
    phrases = (SAID_OF_DAYS if days else SAID)[op]
    for language, (holds, fails) in zip(("ja", "en"), phrases, strict=True):
        said[language] = (fails if value is False else holds).format(o=compared[language])
    if value is None:
        return {
            "ja": f"{subject['ja']}が{said['ja']}かどうか分かりません。",
            "en": f"It is not known whether {subject['en']} {said['en']}.",
        }
    return {"ja": f"{subject['ja']}は{said['ja']}。", "en": f"{subject['en']} {said['en']}."}


def outcome_of(subject: Text, value: bool | None) -> Text:
    """Say whether a condition with a name of its own holds."""
    ja, en = OUTCOMES[value]
    return {"ja": ja.format(s=subject["ja"]), "en": en.format(s=subject["en"])}


def value_text(value: Any) -> Text:
    """Write a value for people."""
    if value is None:
        return {"ja": "未入力", "en": "not given"}
    if isinstance(value, bool):
        return {"ja": "はい" if value else "いいえ", "en": "yes" if value else "no"}
    if isinstance(value, str):
        return {"ja": f"「{value}」", "en": f"“{value}”"}
    if isinstance(value, date):
        return both(value.isoformat())
    return both(text_of(value, quoted=True))
