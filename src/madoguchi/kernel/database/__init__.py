"""The database (データベース): SQLite for one machine, PostgreSQL for many, by one face.

`create_database(url)` opens it; `database.session()` is for work that writes, `database.reading()`
for work that only reads; `migrate(url)` brings the tables up to date.
"""

from madoguchi.kernel.database.columns import Base, Json, UtcDateTime
from madoguchi.kernel.database.engine import Database, create_database
from madoguchi.kernel.database.migration import migrate

__all__ = ["Base", "Database", "Json", "UtcDateTime", "create_database", "migrate"]
