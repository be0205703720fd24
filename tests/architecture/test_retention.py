"""Whoever adds a table, or a column to a case, says what becomes of it when a case is erased."""

from pathlib import Path

from madoguchi.cases.models import Case
from madoguchi.cases.retention.parts import EMPTIED, ERASED, KEPT, SHELL
from madoguchi.kernel.database import Base
from tests.conftest import import_all_models

HOWTO = Path(__file__).parents[2] / "docs/howto/retention.md"


def test_no_table_is_forgotten() -> None:
    import_all_models()
    tables = {table.name for table in Base.metadata.sorted_tables}
    assert tables == ERASED.keys() | KEPT.keys(), "say it in cases/retention/parts.py"
    assert not ERASED.keys() & KEPT.keys()
    text = HOWTO.read_text(encoding="utf-8")
    missing = [name for name in sorted(tables) if f"`{name}`" not in text]
    assert missing == [], "say it in docs/howto/retention.md"


def test_no_column_of_a_case_is_forgotten() -> None:
    columns = {column.name for column in Case.__table__.columns}
    assert columns == SHELL | EMPTIED, "say it in cases/retention/parts.py"
    assert not SHELL & EMPTIED
