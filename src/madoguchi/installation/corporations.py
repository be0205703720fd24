"""Taking in the files of corporations the National Tax Agency publishes, and matching others to them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.registry.corporations.files import FileFault
from madoguchi.registry.corporations.loading import Report, Taken, Tell, load_changes, load_full
from madoguchi.registry.matching.service import match
from madoguchi.registry.matching.tables import read_table, row_text
from madoguchi.registry.search.generations import Busy
from madoguchi.registry.search.keeping_up import Standing, look, standing
from madoguchi.registry.search.serving import ServedIndex, serve_from
from madoguchi.registry.search.writing import build
from madoguchi.settings import Settings


def rows_in(path: Path) -> int | None:
    """How many rows a file has, where it says so without being read; None elsewhere."""
    if path.suffix.lower() != ".parquet":
        return None
    from pyarrow import ArrowException
    from pyarrow.parquet import read_metadata

    try:
        return int(read_metadata(path).num_rows)
    except (ArrowException, OSError):
        return None


async def load_file(path: Path, limit: int | None, tell: Tell, report: Report) -> Taken:
    """Take in a full file. FileFault when it cannot be read."""
    async with opened(Settings()) as database:
        return await load_full(database, system_clock, path, limit=limit, tell=tell, report=report)


async def load_day(path: Path, report: Report) -> tuple[Taken, FileFault | None]:
    """Take in a difference file; what is wrong with it when nothing was taken in."""
    async with opened(Settings()) as database:
        try:
            return await load_changes(database, system_clock, path, report=report), None
        except FileFault as fault:
            return Taken(0, 0), fault


async def match_rows(path: Path, write: Callable[[str], None]) -> Counter[str]:
    """Write each row of a table with the corporation it means; how many were decided which way.

    TableFault when the file is no such table.
    """
    decided: Counter[str] = Counter()
    settings = Settings()
    async with opened(settings) as database:
        serve_from(database, settings.index_folder)
        for number, (row, described) in enumerate(read_table(path)):
            async with database.reading() as session:
                found = await match(session, described) if described else None
            decided[found.decision if found else "none"] += 1
            write(row_text(row, found, head=number == 0))
    return decided


async def bring_index_up() -> Standing:
    """Have the index take in what changed, and say how it stands."""
    settings = Settings()
    async with opened(settings) as database:
        await look(database, settings.index_folder)
        return await standing(database, ServedIndex(settings.index_folder))


async def build_index(tell: Tell, *, anew: bool) -> int | None:
    """Build the index of corporations; how many are in it, None while another process does it."""
    settings = Settings()
    async with opened(settings) as database:
        try:
            return await build(database, settings.index_folder, tell=tell, anew=anew)
        except Busy:
            return None


async def index_standing() -> Standing:
    """How the index of corporations stands."""
    settings = Settings()
    async with opened(settings) as database:
        return await standing(database, ServedIndex(settings.index_folder))
