"""The database (データベース): SQLite for one machine, PostgreSQL for many, by one face.

`create_database(url)` opens it; `database.session()` is for work that writes, `database.reading()`
for work that only reads; `migrate(url)` brings the tables up to date.
"""

from madoguchi.kernel.database.among import among
from madoguchi.kernel.database.analysing import analyse, has_doubled
from madoguchi.kernel.database.append_only import APPEND_ONLY
from madoguchi.kernel.database.columns import Base, Json, UnstorableText, UtcDateTime
from madoguchi.kernel.database.engine import STATEMENT_SECONDS, Database, create_database
from madoguchi.kernel.database.explaining import DatabaseAway, DatabaseBusy, ValueTooLarge
from madoguchi.kernel.database.migration import migrate
from madoguchi.kernel.database.padding import padded
from madoguchi.kernel.database.storing import store, store_new
from madoguchi.kernel.database.unsaved import unsaved
from madoguchi.kernel.database.waiting import when_there

__all__ = [
    "APPEND_ONLY",
    "STATEMENT_SECONDS",
    "Base",
    "Database",
    "DatabaseAway",
    "DatabaseBusy",
    "Json",
    "UnstorableText",
    "UtcDateTime",
    "ValueTooLarge",
    "among",
    "analyse",
    "create_database",
    "has_doubled",
    "migrate",
    "padded",
    "store",
    "store_new",
    "unsaved",
    "when_there",
]
