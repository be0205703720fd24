"""Text in CSV that spreadsheets open: marked as UTF-8, no cell taken for a formula."""

BOM = b"\xef\xbb\xbf"
# Text that a spreadsheet would take for a formula when it opens a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Text no spreadsheet takes for a formula: what looks like one gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA) else text
