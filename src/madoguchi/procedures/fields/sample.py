"""Answers that go wrong in practice (よくある誤入力), for every question of any package: pure.

What people and programs send to every form sooner or later, and whether it has to be refused.
Pages, API and tests share the list: the same input must get the same verdict everywhere.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from madoguchi.procedures.evaluation import Evaluation
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.fields.parse_text import DEFAULT_LENGTH
from madoguchi.procedures.package.compiled import Package

# Harmless as text: kept as typed and never run. The last are an emoji, and 葛 with a variation selector.
HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE draft; --",
    "=cmd|'/C calc'!A0",
    "{{ 7 * 7 }} ${7*7} %s %(a)s",
    "../../etc/passwd",
    "東京\U0001f5fc",
    "葛\U000e0100飾区",
)
BLANK = ("", "  ", "\u3000", "\u200b\ufeff")
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,6})?")
MINUS = ("-", "\uff0d", "\u2212", "\u2010")
_NOT_NUMBERS = ("abc", "1e309", "NaN", "Infinity", "-", "1,2,3", "9" * 60, "3万5", "0x10", "１２三")
_NOT_DATES = (
    *(
        "平成32年1月1日",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "令和8年2月30日",
        "昨日",
        "0",
        "9" * 30,
    ),
    *(
        "R1.4.30",
        "H31.5.1",
        "S64.1.8",
        "H1.1.7",
        "令和0年1月1日",
        "R8.4",
        "2026-04-01T10:00",
        "26/4/1",
    ),
)  # the day before an era and the day after it are of another era
_DATES = (
    *("H31.4.30", "R1.5.1", "S64.1.7", "H1.1.8", "2024-02-29", "R6.2.29", "平成31年4月30日"),
    "令和元年5月1日",
    "２０２６年４月１日",
    "2026/4/1",
    " 2026-04-01\u3000",
)


@dataclass(frozen=True)
class BadInput:
    """Something typed at a place (JSON Pointer). `refused`: an error there is the only right verdict;
    otherwise it must be understood, though rules of the package may still object."""

    pointer: str
    raw: object
    refused: bool


def bad_inputs(package: Package, verdict: Evaluation) -> Iterator[BadInput]:
    """Bad input for every question these answers bring up, of a filing judged without faults."""
    for pointer in sorted(verdict.relevant):
        field, whole = package.field_at(pointer), package.fields.get(pointer.split("/")[1])
        if field is None or whole is None or not asked(whole) or not _typed(field):
            continue
        if pointer in verdict.required and not field.spec.default:
            yield from (BadInput(pointer, raw, True) for raw in BLANK)
        for raw, refused in _of_type(field):
            yield BadInput(pointer, raw, refused)


def asked(field: Field) -> bool:
    """Whether the applicant answers it: neither calculated, nor taken over, nor the officials'."""
    return not (field.calculate is not None or field.for_officials or field.spec.readonly)


def _typed(field: Field) -> bool:
    return asked(field) and not field.parts and field.type in _REFUSED


def _of_type(field: Field) -> Iterator[tuple[object, bool]]:
    yield from ((raw, True) for raw in _REFUSED[field.type](field))
    spec = field.spec
    if field.type in ("text", "longtext") and not spec.pattern and spec.characters in (None, "any"):
        lengths = range(spec.min_length or 0, (spec.max_length or 200) + 1)
        yield from ((raw, False) for raw in HOSTILE if len(raw) in lengths)
    if field.type in ("integer", "decimal", "money"):
        yield from ((f"{minus}1", False) for minus in MINUS)
        yield from (("１２", False), (" 12\u3000", False), ("1,000", False), ("1\u200b2", False))
    if field.type == "date":
        yield from ((raw, False) for raw in _DATES)


def _text(field: Field) -> Iterator[str]:
    spec = field.spec
    longest = spec.max_length or DEFAULT_LENGTH.get(field.type, 200)
    yield "あ" * (longest + 1)
    yield "\ue000"  # 外字: a private character of one machine
    if field.type == "text":
        yield "一行目\n二行目"
    if spec.characters == "kana":
        yield "漢字"
    if spec.characters == "ascii":
        yield "かな"
    if spec.pattern:
        yield "§§§"


def _integers(field: Field) -> Iterator[str]:
    yield from _NOT_NUMBERS
    yield "1.5"
    yield from _outside(field)


def _outside(field: Field) -> Iterator[str]:
    """Below the least and, as in the wrong unit, a thousand times the most, where both are numbers."""
    spec = field.spec
    least = spec.min if spec.min is not None or field.type != "money" else "0"
    if least is not None and _NUMBER.fullmatch(str(least)):
        yield str(Decimal(str(least)) - 1)
    if spec.max is not None and _NUMBER.fullmatch(str(spec.max)) and Decimal(str(spec.max)) > 0:
        yield str(Decimal(str(spec.max)) * 1000)


def _decimals(field: Field) -> Iterator[str]:
    yield from _NOT_NUMBERS
    yield from _outside(field)
    places = 3 if field.spec.decimals is None else field.spec.decimals
    yield "1." + "1" * (places + 1)


def _several(*raw: str) -> Callable[[Field], Iterator[object]]:
    return lambda field: iter(raw)


_REFUSED: Mapping[str, Callable[[Field], Iterator[object]]] = {
    "text": _text,
    "longtext": _text,
    "integer": _integers,
    "money": _integers,
    "decimal": _decimals,
    "date": _several(*_NOT_DATES),
    "year_month": _several("2026-13", "平成32年1月", "abc", "0"),
    "time": _several("25:00", "24:00", "午後12時", "14:60", "abc", "-1:00", "9" * 60),
    "datetime": _several(
        "2026-04-01", "2026-02-29 10:00", "2026-04-01 25:00", "昨日", "0", "9" * 60
    ),
    "duration": _several("abc", "-90分", "1e9分", "P1Y", "9" * 60),
    "fiscal_year": _several("abc", "平成50年度", "-1"),
    "boolean": _several("maybe", "2"),
    "choice": _several("no-such-option", "<b>"),
    "multichoice": _several("no-such-option"),
    "email": _several("a@@example.jp", "名前", "a b@example.jp", "@", "x" * 300 + "@example.jp"),
    "telephone": _several("12", "電話なし", "0" * 40),
    "postal_code": _several("12", "123-45678", "〒"),
    # One digit off, one digit short, twelve zeros and a one.
    "corporate_number": _several("1000012050002", "700001205000", "0000000000001", "七〇〇"),
    "entry": _several("somebody-elses", "../1"),
    "checkbox": _several("maybe", "2"),
    "pledge": _several("false"),
}
