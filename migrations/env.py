"""Alembic's environment: every models module, both databases, a connection handed in by code."""

from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

from madoguchi.installation.tables import load_models
from madoguchi.kernel.database import Base, Json, UtcDateTime

load_models()


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as plain SQLAlchemy, so that old revisions do not import our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run(connection: Connection) -> None:
    """Run the migrations in the transaction of the connection's owner."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
