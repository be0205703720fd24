"""How values are compared when entries are looked up by them (照合の鍵)."""

from datetime import date
from decimal import Decimal

from madoguchi.kernel.canonical import decimal_text
from madoguchi.kernel.japanese import search_key

LONGEST = 200


def lookup_key(value: object) -> str:
    """The form in which a value is compared: names without spaces and width, dates as ISO 8601.

    "" for what nothing is found by: null, lists, contexts.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        return decimal_text(number) if number.is_finite() and abs(number.adjusted()) < 40 else ""
    if isinstance(value, date):
        return value.isoformat()
    return search_key(value)[:LONGEST] if isinstance(value, str) else ""
