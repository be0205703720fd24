"""Typed text to values: plain text, kana, e-mail, telephone, numbers of organisations and places."""

import re
import unicodedata

from madoguchi.kernel import japanese
from madoguchi.procedures.fields.field import Field, InputFault

DEFAULT_LENGTH = {"text": 200, "longtext": 4000}


def text(field: Field, raw: object) -> str:
    """A single line, widths and invisible characters tidied; length counted in characters."""
    value = japanese.normalise(_string(raw))
    if "\n" in value or "\r" in value:
        raise InputFault("one-line")
    return _limits(field, value)


def longtext(field: Field, raw: object) -> str:
    """Several lines; line ends become \\n, trailing spaces go."""
    lines = _string(raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _limits(field, "\n".join(japanese.normalise(line) for line in lines).strip("\n"))


def email(field: Field, raw: object) -> str:
    """An e-mail address as it is typed on a phone, full width and all."""
    return japanese.parse_email(_string(raw))


def telephone(field: Field, raw: object) -> str:
    """A telephone number, digits and hyphens."""
    return japanese.parse_telephone(_string(raw))


def postal_code(field: Field, raw: object) -> str:
    """A postal code as 1234567 without hyphen."""
    return japanese.parse_postal_code(_string(raw))


def corporate_number(field: Field, raw: object) -> str:
    """A corporate number (法人番号): 13 digits, the first checks the others (法人番号の指定等に関する省令 第2条)."""
    digits = re.sub(r"[\s-]", "", japanese.normalise(_string(raw)))
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise InputFault("corporate-number-length", length=sum(c.isdigit() for c in digits))
    if not japanese.is_corporate_number(digits):
        raise InputFault("corporate-number")
    return digits


def unusual_characters(value: str) -> str:
    """Characters of a text that official documents may be unable to show (outside JIS X 0213)."""
    return "".join(dict.fromkeys(japanese.outside_jis_x_0213(value.replace("\n", ""))))


def _string(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise InputFault("wrong-type")
    return str(raw)


def _limits(field: Field, value: str) -> str:
    spec = field.spec
    longest = spec.max_length or DEFAULT_LENGTH.get(field.type, 200)
    if len(value) > longest:
        raise InputFault("too-long", max=longest, length=len(value))
    if value and spec.min_length and len(value) < spec.min_length:
        raise InputFault("too-short", min=spec.min_length)
    value = _characters(field, value)
    if value and spec.pattern and not re.fullmatch(spec.pattern, value):
        raise InputFault(
            "pattern", hint=spec.pattern_hint or {"ja": spec.pattern, "en": spec.pattern}
        )
    return value


def _characters(field: Field, value: str) -> str:
    # What is printable is assigned and public; looking at each character is for the rest.
    unusable = (
        ""
        if value.isprintable()
        else "".join(
            dict.fromkeys(c for c in value if unicodedata.category(c) in ("Co", "Cs", "Cn"))
        )
    )
    if unusable:  # 外字 (private use) and unassigned code points mean nothing outside one machine
        raise InputFault("characters", characters=unusable)
    match field.spec.characters:
        case "kana":
            value = japanese.hiragana_to_katakana(value)
            if not japanese.is_kana(value):
                raise InputFault("kana")
        case "ascii":
            if not value.isascii():
                raise InputFault("ascii")
        case "jis":
            outside = unusual_characters(value)
            if outside:
                raise InputFault("characters", characters=outside)
    return value
