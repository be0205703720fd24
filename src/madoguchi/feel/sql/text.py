"""Letter case and patterns (大文字小文字と正規表現) written out, since each database has its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ..builtins.strings import lower_case, upper_case
from ..patterns import PatternError, compiled

LAST_WITH_CASE = 0x1F000
MOST_REPETITIONS = 1_000
PUNCTUATION = r"\\[-.\\|?*+(){}\[\]^$]"
IN_CLASS = rf"(?:\\d|{PUNCTUATION}|[^-\\\[\]^])"
TOKEN = re.compile(
    rf"(?P<as_is>{PUNCTUATION}|\(\?:|[()|]|[^-.\\?*+(){{}}\[\]^$|]|-|(?<![^(|])\^|\$(?![^)|]))"
    rf"|(?P<digit>\\d)|(?P<any>\.)|\[(?P<set>\^?(?:{IN_CLASS}(?:-{IN_CLASS})?)+)\]"
    r"|(?P<times>[*+?]|\{(?P<low>\d{1,3})(?:,(?P<high>\d{0,3}))?\})\??"
)


@cache
def case_tables(upper: bool) -> tuple[str, str, dict[str, str]]:
    """Give the letters that change into one, these in the same order, and those that grow."""
    change: Callable[[str], str] = upper_case if upper else lower_case
    characters = [chr(n) for n in range(LAST_WITH_CASE) if not 0xD800 <= n <= 0xDFFF]
    changed = {c: to for c in characters if (to := change(c)) != c}
    single = {c: to for c, to in changed.items() if len(to) == 1}
    growing = {c: to for c, to in changed.items() if len(to) > 1}
    return "".join(single), "".join(single.values()), growing


@cache
def decimal_digits() -> str:
    """Give the inside of a class of all digits 0 to 9 in any script, which come in tens."""
    zeros = (n for n in range(LAST_WITH_CASE + 0x1000) if chr(n).isdecimal() and int(chr(n)) == 0)
    return "".join(f"{chr(n)}-{chr(n + 9)}" for n in zeros)


def portable_pattern(pattern: str) -> str | None:
    """Write a regular expression so that RE2 and PostgreSQL find what FEEL finds; None if unsure.

    Only whether it is found matters, not where; so a lazy quantifier is as good as another. A
    repetition within another may take FEEL too long, which gives null there.
    """
    try:
        if compiled(pattern, "").nested:
            return None
    except PatternError:
        return None
    parts, at, repetitions = [], 0, 1
    while at < len(pattern):
        found = TOKEN.match(pattern, at)
        if found is None:
            return None
        at = found.end()
        match found.lastgroup:
            case "digit":
                parts.append(f"[{decimal_digits()}]")
            case "any":
                parts.append("[^\n\r]")
            case "set":
                parts.append(f"[{found['set'].replace(chr(92) + 'd', decimal_digits())}]")
            case "as_is":
                parts.append(found["as_is"])
            case _:
                if parts[-1] in ("^", "$"):
                    return None
                repetitions *= max(int(found["low"] or 1), int(found["high"] or 1), 1)
                parts.append(found["times"])
    return "".join(parts) if repetitions <= MOST_REPETITIONS else None
