"""Postal codes, telephone numbers and e-mail addresses as people type them."""

import re

from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.normalising import fold, fold_code

EMAIL_LENGTH = 254  # RFC 5321 section 4.5.3.1.3: a path of 256 with its angle brackets
LOCAL_LENGTH = 64

_POSTAL_CODE = re.compile(r"〒?(\d{3})-?(\d{4})", re.ASCII)
_TELEPHONE = re.compile(r"\+?[\d\-() .]+", re.ASCII)
_ELEVEN_DIGITS = re.compile("0[256789]0")  # 020, 050–090
_GROUPS = (
    re.compile(r"(0120|0570|0990)(\d{3})(\d{3})"),
    re.compile(r"(0800)(\d{3})(\d{4})"),
    re.compile(r"(0[256789]0)(\d{4})(\d{4})"),
    re.compile(r"(0[36])(\d{4})(\d{4})"),
)
# The WHATWG definition of a valid e-mail address (HTML, section 4.10.5.1.5), which browsers use,
# with a dot in the domain: government mail does not go to a bare host name.
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"([a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+)@({_LABEL}(?:\.{_LABEL})+)")


def parse_postal_code(text: str) -> str:
    """Seven digits from "〒１００－８９７７". JapaneseInputError: empty, postal_code_format."""
    typed = fold_code(text).replace(" ", "")
    if not typed:
        raise JapaneseInputError("empty")
    match = _POSTAL_CODE.fullmatch(typed)
    if match is None:
        raise JapaneseInputError("postal_code_format")
    return match[1] + match[2]


def format_postal_code(code: str) -> str:
    """ "1008977" → "100-8977"; other texts stay."""
    return f"{code[:3]}-{code[3:]}" if len(code) == 7 and code.isdigit() else code


def parse_telephone(text: str) -> str:
    """Digits of a Japanese number ("0312345678"), or "+" and digits of a foreign one.

    +81 becomes the national 0; short numbers (110) are refused. Raises JapaneseInputError:
    empty, telephone_format, telephone_length (params: expected, length).
    """
    typed = fold_code(text)
    if not typed:
        raise JapaneseInputError("empty")
    if not _TELEPHONE.fullmatch(typed):
        raise JapaneseInputError("telephone_format")
    plus, digits = typed.startswith("+"), re.sub(r"[^0-9]", "", typed)
    if plus and digits.startswith("81"):
        plus, digits = False, "0" + digits[2:].removeprefix("0")
    if plus:
        if not 7 <= len(digits) <= 15 or digits[0] == "0":  # ITU-T E.164
            raise JapaneseInputError("telephone_format")
        return "+" + digits
    if not re.match("0[1-9]", digits):
        raise JapaneseInputError("telephone_format")
    expected = 11 if _ELEVEN_DIGITS.match(digits) or digits.startswith("0800") else 10
    if len(digits) != expected:
        raise JapaneseInputError("telephone_length", expected=expected, length=len(digits))
    return digits


def format_telephone(number: str) -> str:
    """Hyphens where the plan of numbers is certain: mobile, 050, 0120, 0570, 0800, 03, 06.

    Other area codes have two to five digits by a table that changes; those stay as digits.
    """
    for pattern in _GROUPS:
        match = pattern.fullmatch(number)
        if match:
            return "-".join(match.groups())
    return number


def parse_email(text: str) -> str:
    """An e-mail address in ASCII, the domain in lower case, full-width letters made half width.

    Raises JapaneseInputError: empty, email_format, email_characters, email_too_long.
    """
    typed = fold(text)
    if not typed:
        raise JapaneseInputError("empty")
    outside = dict.fromkeys(re.findall(r"[^\x21-\x7e]", typed))
    if outside:
        shown = "".join(outside)[:20].replace(" ", "空白").replace("\n", "改行")
        raise JapaneseInputError("email_characters", characters=shown)
    if len(typed) > EMAIL_LENGTH:
        raise JapaneseInputError("email_too_long")
    match = _EMAIL.fullmatch(typed)
    if match is None or len(match[1]) > LOCAL_LENGTH:
        raise JapaneseInputError("email_format")
    return f"{match[1]}@{match[2].lower()}"
