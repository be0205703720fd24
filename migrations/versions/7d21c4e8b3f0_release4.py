"""What retention and erasure keep.

Revision 7d21c4e8b3f0, after 3c7e51d09ab4.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7d21c4e8b3f0"
down_revision = "3c7e51d09ab4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The largest index of the journal, and the only one written at random places: nobody asks by
    # the hash, and the id in each leaf makes it unique already.
    with op.batch_alter_table("journal") as batch_op:
        batch_op.drop_constraint("uq_journal_leaf_hash", type_="unique")
    op.add_column("case", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("draft", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_draft_unfiled",
        "draft",
        ["updated_at", "id"],
        sqlite_where=sa.text("filed_at IS NULL"),
        postgresql_where=sa.text("filed_at IS NULL"),
    )
    op.create_index(
        "ix_bulk_row_case",
        "bulk_row",
        ["case_id"],
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("ix_letter_sha256", "letter", ["sha256"])
    op.create_index("ix_document_received", "document", ["received_at", "id"])
    op.create_index(
        "ix_journal_erased",
        "journal",
        ["id"],
        sqlite_where=sa.text("action = 'erased'"),
        postgresql_where=sa.text("action = 'erased'"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=26), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("left", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "ground IN ('retention', 'request', 'mistake')", name=op.f("ck_erasure_ground")
        ),
        sa.CheckConstraint(
            "state IN ('listed', 'held', 'proposed', 'approved', 'done', 'dropped')",
            name=op.f("ck_erasure_state"),
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_erasure_second_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_erasure_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_agency", "erasure", ["agency_id", "state", "kept_until", "id"])
    op.create_index("ix_erasure_case", "erasure", ["case_id"])
    _open = sa.text("state IN ('listed', 'held', 'proposed', 'approved')")
    op.create_index(
        "uq_erasure_open",
        "erasure",
        ["case_id"],
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_index("ix_journal_erased", table_name="journal")
    op.drop_index("ix_document_received", table_name="document")
    op.drop_index("ix_letter_sha256", table_name="letter")
    op.drop_index("ix_bulk_row_case", table_name="bulk_row")
    op.drop_index("ix_draft_unfiled", table_name="draft")
    with op.batch_alter_table("draft") as batch_op:
        batch_op.drop_column("reminded_at")
    with op.batch_alter_table("case") as batch_op:
        batch_op.drop_column("erased_at")
    with op.batch_alter_table("journal") as batch_op:
        batch_op.create_unique_constraint("uq_journal_leaf_hash", ["leaf_hash"])
