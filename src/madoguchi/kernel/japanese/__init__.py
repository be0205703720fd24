"""Japanese text (日本語の入力): reading what people type, refusing with a reason they can mend.

Every parser returns a value or raises JapaneseInputError(code, params), whose message is in both
languages. Widths, kinds of hyphen, eras, kanji numerals, kana, numbers of corporations, telephones
and postal codes, characters outside JIS X 0213.
"""

from madoguchi.kernel.japanese.contact import (
    format_postal_code,
    format_telephone,
    parse_email,
    parse_postal_code,
    parse_telephone,
)
from madoguchi.kernel.japanese.corporate_number import (
    corporate_number_check_digit,
    is_corporate_number,
    parse_corporate_number,
)
from madoguchi.kernel.japanese.dates import parse_date, parse_year_month
from madoguchi.kernel.japanese.eras import format_wareki, format_wareki_month
from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.fiscal_years import (
    fiscal_year_of,
    format_fiscal_year,
    parse_fiscal_year,
)
from madoguchi.kernel.japanese.kana import (
    hiragana_to_katakana,
    is_kana,
    katakana_to_hiragana,
    parse_kana,
)
from madoguchi.kernel.japanese.normalising import normalise, normalise_line
from madoguchi.kernel.japanese.numbers import parse_decimal, parse_integer, parse_money
from madoguchi.kernel.japanese.repertoire import outside_jis_x_0213
from madoguchi.kernel.japanese.searching import bigrams, search_key
from madoguchi.kernel.japanese.times import (
    day_and_clock,
    format_duration,
    format_time,
    moment_of,
    parse_duration,
    parse_moment,
    parse_time,
)

__all__ = [
    "JapaneseInputError",
    "bigrams",
    "corporate_number_check_digit",
    "day_and_clock",
    "fiscal_year_of",
    "format_duration",
    "format_fiscal_year",
    "format_postal_code",
    "format_telephone",
    "format_time",
    "format_wareki",
    "format_wareki_month",
    "hiragana_to_katakana",
    "is_corporate_number",
    "is_kana",
    "katakana_to_hiragana",
    "moment_of",
    "normalise",
    "normalise_line",
    "outside_jis_x_0213",
    "parse_corporate_number",
    "parse_date",
    "parse_decimal",
    "parse_duration",
    "parse_email",
    "parse_fiscal_year",
    "parse_integer",
    "parse_kana",
    "parse_moment",
    "parse_money",
    "parse_postal_code",
    "parse_telephone",
    "parse_time",
    "parse_year_month",
    "search_key",
]
