"""Faults (誤り) of an expression: where, what (Japanese and English), and what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from .types import Type

MESSAGES = {
    "syntax": (
        "ここに「{found}」は置けません。{wanted}が必要です。",
        "“{found}” cannot stand here; {wanted_en} is needed.",
    ),
    "unclosed": (
        "「{what}」が閉じられていません。",
        "“{what}” is never closed.",
    ),
    "character": (
        "「{what}」は式に使えない文字です。",
        "The character “{what}” has no meaning in an expression.",
    ),
    "too-large": (
        "式が長すぎるか、入れ子が深すぎます。",
        "The expression is too long or nested too deeply.",
    ),
    "literal": (
        "「{what}」は正しい日付・時刻・期間ではありません。",
        "“{what}” is not a valid date, time or duration.",
    ),
    "unknown-name": (
        "「{name}」という名前はありません。",
        "There is nothing called “{name}”.",
    ),
    "full-width": (
        "「{name}」に全角の記号や数字があります。半角で書いてください。",
        "“{name}” holds full-width signs or digits; write them in half width.",
    ),
    "quotes": (
        '文字列は「」ではなく半角の "" で囲みます。',
        'A string stands between "" and not between 「」.',
    ),
    "unknown-entry": (
        "{type}に「{name}」という項目はありません。",
        "{type} has no entry “{name}”.",
    ),
    "unknown-type": (
        "「{name}」という型はありません。",
        "There is no type “{name}”.",
    ),
    "not-a-function": (
        "「{name}」は関数ではありません。",
        "“{name}” is not a function.",
    ),
    "operand-type": (
        "「{op}」は{left}と{right}には使えません。",
        "“{op}” cannot be applied to {left} and {right}.",
    ),
    "condition-type": (
        "条件は真偽でなければなりませんが、{type}です。",
        "A condition must be a boolean, but this is {type}.",
    ),
    "argument-count": (
        "「{name}」の引数の数が違います。書き方: {usage}",
        "“{name}” takes other arguments: {usage}",
    ),
    "argument-name": (
        "「{name}」に「{argument}」という引数はありません。",
        "“{name}” has no parameter “{argument}”.",
    ),
    "argument-type": (
        "「{name}」の書き方は {usage} です。{type}は渡せません。",
        "“{name}” takes {usage}, not {type}.",
    ),
    "iteration-type": (
        "{type}は順に取り出せません。リストか範囲が必要です。",
        "{type} cannot be gone through; a list or range is needed.",
    ),
    "rule-width": (
        "この規則のセルは{found}個ですが、{wanted}個必要です。",
        "This rule has {found} cells; {wanted} are needed.",
    ),
    "result-type": (
        "結果は{wanted}でなければなりませんが、{type}です。",
        "The result must be {wanted}, but it is {type}.",
    ),
    "no-sql": (
        "「{what}」は {dialect} のSQLでは同じ結果を保証できません。",
        "“{what}” has no translation to {dialect} that gives the same result.",
    ),
    "constant-condition": (
        "この条件はいつも同じ結果（{value}）になります。",
        "This condition always gives the same answer ({value}).",
    ),
}


@dataclass(frozen=True)
class Fault:
    """One fault (誤り) in an expression; line and column count from 1 within its text."""

    line: int
    column: int
    code: str
    message: dict[str, str]
    suggestion: str | None = None

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message['en']}"


class FeelError(ValueError):
    """The text is no valid expression; ``faults`` says why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def fault(
    source: str, at: int, code: str, suggestion: str | None = None, **params: object
) -> Fault:
    """Describe a fault at the offset ``at`` of ``source``, its message filled with ``params``."""
    line = source.count("\n", 0, at) + 1
    column = at - (source.rfind("\n", 0, at) + 1) + 1
    in_japanese = {
        name: value.ja if isinstance(value, Type) else value for name, value in params.items()
    }
    ja, en = MESSAGES[code][0].format(**in_japanese), MESSAGES[code][1].format(**params)
    if suggestion:
        ja, en = f"{ja}「{suggestion}」のことですか。", f"{en} Did you mean “{suggestion}”?"
    return Fault(line, column, code, {"ja": ja, "en": en}, suggestion)


def is_full_width(name: str) -> bool:
    """Tell whether a name holds signs, digits or letters in full width (＞, ３, （)."""
    return any("！" <= c <= "～" for c in name)


def unknown_name(source: str, at: int, name: str, known: Iterable[str]) -> Fault:
    """Describe a name that means nothing, with the commonest slips of Japanese input methods."""
    if name.startswith(("「", "『", "“")):
        return fault(source, at, "quotes", f'"{name.strip("「」『』“”")}"', name=name)
    if is_full_width(name):
        return fault(source, at, "full-width", normalize("NFKC", name), name=name)
    return fault(source, at, "unknown-name", nearest(name, known), name=name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that was perhaps meant."""
    candidates = list(known)
    matches = get_close_matches(name, candidates, n=1, cutoff=0.6)
    if matches:
        return matches[0]
    folded = {c.casefold().replace(" ", "").replace("_", ""): c for c in candidates}
    return folded.get(name.casefold().replace(" ", "").replace("_", ""))
