"""Ready jobs are found by name.

Revision c41f9a6d2e85, after 7d21c4e8b3f0.
"""

import sqlalchemy as sa
from alembic import op

revision = "c41f9a6d2e85"
down_revision = "7d21c4e8b3f0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Jobs: with a hundred thousand of one name waiting, workers of other names read past all.
    _ready_jobs_by("name", "rank", "id")


def downgrade() -> None:
    _ready_jobs_by("rank", "id")


def _ready_jobs_by(*columns: str) -> None:
    waiting = sa.text("state = 'waiting'")
    op.drop_index("ix_job_waiting", table_name="job")
    op.create_index(
        "ix_job_waiting",
        "job",
        list(columns),
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
