"""Taking in the files of activities gBizINFO publishes, and the report of what was found in them."""

from collections.abc import Iterator
from pathlib import Path

from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.csv_text import harmless
from madoguchi.registry.activities.cleansing import RULES, Clean
from madoguchi.registry.activities.loading import Finding, Report, Taken, Tell, load_activities
from madoguchi.settings import Settings

COLUMNS = ("file", "row", "corporate_number", "kind", "rule", "meaning", "amount", "day", "title")
_LONGEST = 200


async def load_file(
    path: Path, kind: str, complete: bool, tell: Tell, report: Report, finding: Finding
) -> Taken:
    """Take in a file. FileFault when it cannot be read."""
    async with opened(Settings()) as database:
        return await load_activities(
            database,
            system_clock,
            path,
            kind=kind,
            complete=complete,
            tell=tell,
            report=report,
            finding=finding,
        )


def lines_of(file: str, place: int, row: Clean) -> Iterator[tuple[str, ...]]:
    """The lines of the report for one row: one a rule, what was published beside it.

    This is our own file, opened in spreadsheets: no cell is taken for a formula.
    """
    published = row.published
    shown = [published.amount, published.day, published.title]
    for rule in row.findings:
        yield (
            harmless(file),
            str(place),
            published.number,
            published.kind,
            rule,
            RULES[rule],
            *(harmless(text[:_LONGEST]) for text in shown),
        )
