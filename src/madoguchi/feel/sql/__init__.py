"""The SQL back-end (SQL): rules as conditions over columns, for DuckDB, PostgreSQL and SQLite.

``translate`` walks the tree; ``dialects`` holds how the databases differ. Of SQLite's gaps some are
filled by functions (``sqlite``). ``batch`` finds what many rules share, ``columns`` reads and infers
columns for the command line.
"""

from .batch import Batch, batch
from .dialects import in_every_dialect
from .sqlite import sqlite_functions
from .translate import Column, Sql, to_sql

__all__ = ["Batch", "Column", "Sql", "batch", "in_every_dialect", "sqlite_functions", "to_sql"]
