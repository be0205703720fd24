"""Webhooks of what changed in the registry.

Revision 8c2e4f5a9d17, after 0d5b7c31f8a4.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8c2e4f5a9d17"
down_revision = "0d5b7c31f8a4"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("webhook_endpoint") as table:
        table.add_column(sa.Column("corporations", _JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("corporations_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("corporations_place", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("webhook_endpoint") as table:
        for name in ("corporations_place", "corporations_since", "corporations"):
            table.drop_column(name)
