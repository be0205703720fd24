"""Which characters a government system must be able to show and print: JIS X 0213:2004.

Outside are emoji, other scripts, forms chosen by a variation selector (異体字, IVS), private
characters (外字) and a few forms of names such as 髙 and 﨟. They are kept; a field, or an official
who prints, is told about them.
"""

import re
import unicodedata
from functools import lru_cache

# Characters of JIS X 0213 under the number that Windows, Latin-1 or Unicode 3.2 gives them.
_TWINS = frozenset("￠￡￢—¥‾｟｠～＼∑")
_CLUSTER = re.compile(
    "(?s).(?:[\u0300-\u036f\u3099\u309a\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]|"
    "[\U0001f3fb-\U0001f3ff])*"
)
# By ranges: ASCII that prints, kana, the usual punctuation; and, since its two thousand characters
# stand together there, the first plane of kanji (第1水準): rows 16 to 47 of JIS X 0208.
_COMMON = frozenset(map(chr, (*range(0x20, 0x7F), *range(0x3041, 0x3094), *range(0x30A1, 0x30F7))))
_COMMON |= frozenset("、。「」『』・ー々〇〒")
_COMMON |= frozenset(
    bytes((row + 0x80, cell + 0x80)).decode("euc_jp", "ignore")
    for row in range(0x30, 0x50)
    for cell in range(0x21, 0x7F)
) - {""}
_PLAIN = re.compile(r"[\t\n\r\x20-\x7e]")


def outside_jis_x_0213(text: str) -> list[str]:
    """The distinct characters of text outside JIS X 0213, in order of appearance.

    A character comes with the marks that belong to it (variation selector, skin tone).
    """
    if _COMMON.issuperset(text):
        return []
    found = dict.fromkeys(_CLUSTER.findall(text))
    return [cluster for cluster in found if not _is_inside(cluster)]


@lru_cache(maxsize=20_000)  # people write with a few thousand characters
def _is_inside(cluster: str) -> bool:
    if cluster in _TWINS or _PLAIN.fullmatch(cluster):
        return True
    # A single character is asked as it is: composition would exchange forms used in names.
    composed = unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else cluster
    try:
        # Not EUC: Python's euc_jis_2004 also writes JIS X 0212, another repertoire.
        encoded = composed.encode("shift_jis_2004")
    except UnicodeEncodeError:
        return False
    # One byte: a control character, or half-width katakana, which belong to JIS X 0201.
    return len(encoded) > 1
