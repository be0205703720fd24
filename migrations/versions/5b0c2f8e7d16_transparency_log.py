"""Places of journal entries in the transparency log; what others attest of its checkpoints.

Revision 5b0c2f8e7d16, after 90198f815e3d. Entries that were written before wait for their place.
"""

import sqlalchemy as sa
from alembic import op

revision = "5b0c2f8e7d16"
down_revision = "90198f815e3d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint_attestation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_attestation")),
        sa.UniqueConstraint(
            "kind", "signer", "size", name=op.f("uq_checkpoint_attestation_kind_signer_size")
        ),
    )
    with op.batch_alter_table("checkpoint_attestation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkpoint_attestation_size"), ["size"], unique=False)
    op.create_table(
        "journal_place",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_place")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_place_entry_id")),
    )
    op.create_table(
        "journal_unplaced",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_journal_unplaced")),
    )
    op.execute("INSERT INTO journal_unplaced (entry_id) SELECT id FROM journal")


def downgrade() -> None:
    op.drop_table("journal_unplaced")
    op.drop_table("journal_place")
    op.drop_table("checkpoint_attestation")
