"""Normalising typed text: one form for one meaning, without touching people's names.

Unicode's own NFKC is too strong: it turns 塚 (U+FA10, a form registered in names) into 塚, ㈱ into
(株), ² into 2 and ～ into ~. So widths are mapped by a table, and only what composes is composed.
"""

import re
import unicodedata

# Marks of Japanese sentences that stay full width in texts; everything else of ASCII becomes half.
KEPT_MARKS = "！（），．：；？［］｛｝"
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_WIDTHS = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_WIDTHS[ord("～")] = ord("〜")  # Windows' wave dash
_WIDTHS |= {ord(wide): ord(mark) for wide, mark in zip("￠￡￢￣￤￥￦", "¢£¬‾¦¥₩", strict=True)}
_WIDTHS |= {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0xFF61, 0xFFA0)}
# Kangxi radicals (⼀ for 一) come from copying out of PDF files.
_RADICALS = {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
# Hyphens and minus; dashes (— ―) belong to sentences and stay.
_HYPHENS = {ord(mark): ord("-") for mark in "\u2010\u2011\u2012\u2013\u2212\uff0d\ufe63"}
_DASHES = str.maketrans(dict.fromkeys("—―ーｰ", "-"))
_FOLDED = _WIDTHS | _RADICALS | _HYPHENS
_NORMALISED = {code: to for code, to in _FOLDED.items() if chr(code) not in KEPT_MARKS}

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n|[\r\u000c\u0085\u2028\u2029]")
_SPACE = re.compile(f"[\t{SPACES}]")
_LINE_SPACE = re.compile("[ \n]+")
# Forms that canonical composition would replace by another character.
_COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")
# What no rule here changes: ASCII that prints, kana, the usual punctuation, the common kanji.
_UNCHANGED = re.compile(
    "[ -~\u3001\u3002\u3005\u3007\u300c\u300d\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff]*"
)
_LONE_VOICED = re.compile("(?<![\u3041-\u309f\u30a1-\u30ff])[\u3099\u309a]")


def normalise(text: str) -> str:
    """Typed text in its one form; line ends become \\n. normalise(normalise(x)) == normalise(x).

    Letters, digits and signs half width, katakana full width and composed, marks of sentences
    as typed, every space a plain one, hyphens and minus signs "-"; zero-width, control and
    direction characters and halves of surrogate pairs removed; trimmed.
    """
    return _apply(text, _NORMALISED)


def normalise_line(text: str) -> str:
    """As normalise, on one line: runs of spaces and line ends become one space."""
    return _LINE_SPACE.sub(" ", normalise(text))


def fold(text: str) -> str:
    """As normalise, but the marks of sentences become half width too: for numbers and codes."""
    return _apply(text, _FOLDED)


def fold_code(text: str) -> str:
    """As fold, for what holds no words: the dashes — ― and the long vowel ー become "-" too."""
    return fold(text.translate(_DASHES))


def _apply(text: str, widths: dict[int, int]) -> str:
    if _UNCHANGED.fullmatch(text):
        return text.strip(" ")  # most of what people write
    text = _LINE_END.sub("\n", _INVISIBLE.sub("", text))
    text = _SPACE.sub(" ", text.translate(widths))
    parts = _COMPATIBILITY_IDEOGRAPHS.split(text)
    parts[::2] = [unicodedata.normalize("NFC", part) for part in parts[::2]]
    return _LONE_VOICED.sub(_spacing_mark, "".join(parts)).strip(" \n")


def _spacing_mark(match: re.Match[str]) -> str:
    return "\u309b" if match[0] == "\u3099" else "\u309c"
