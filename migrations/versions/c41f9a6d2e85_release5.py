"""Ready jobs are found by name; accounts; the OpenID provider.

Revision c41f9a6d2e85, after 7d21c4e8b3f0.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c41f9a6d2e85"
down_revision = "7d21c4e8b3f0"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Jobs: with a hundred thousand of one name waiting, workers of other names read past all.
    _ready_jobs_by("name", "rank", "id")
    _assurance()
    _accounts()
    _provider()


def downgrade() -> None:
    for table in (
        "oidc_account_number",
        "oidc_device_request",
        "oidc_spent",
        "oidc_pushed_request",
        "oidc_grant",
        "oidc_consent",
        "oidc_client",
    ):
        op.drop_table(table)
    # Accounts.
    op.drop_table("representative_proof")
    for name in ("invitation", "throttle", "proof", "recovery_code", "passkey", "account"):
        op.drop_table(name)
    with op.batch_alter_table("sign_in") as batch_op:
        for name in ("acr", "amr", "authenticated_at", "device"):
            batch_op.drop_column(name)
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


def _assurance() -> None:
    """Accounts: how surely a person signed in. Those before were all of the chooser."""
    op.add_column(
        "sign_in",
        sa.Column(
            "acr", sa.String(length=40), nullable=False, server_default="urn:madoguchi:acr:1"
        ),
    )
    op.add_column("sign_in", sa.Column("amr", _JSON, nullable=False, server_default="[]"))
    op.add_column(
        "sign_in", sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute("UPDATE sign_in SET authenticated_at = created_at")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.alter_column("authenticated_at", nullable=False)
    op.add_column(
        "sign_in", sa.Column("device", sa.String(length=60), nullable=False, server_default="")
    )


def _accounts() -> None:
    """Accounts: credentials, proofs under way, limits, invitations."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "account",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("totp", sa.String(length=300), nullable=True),
        sa.Column("totp_since", moment, nullable=True),
        sa.Column("reset_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("level IN ('entry', 'prime', 'member')", name=op.f("ck_account_level")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
        sa.UniqueConstraint("address", name=op.f("uq_account_address")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=4000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])
    op.create_table(
        "recovery_code",
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])
    op.create_table(
        "proof",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("amr", _JSON, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("code_until", moment, nullable=True),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
    )
    op.create_index("ix_proof_expires_at", "proof", ["expires_at"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_index("ix_throttle_until", "throttle", ["until"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("accepted_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_invitation_invited_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("mac", name=op.f("uq_invitation_mac")),
    )
    op.create_index("ix_invitation_organisation_id", "invitation", ["organisation_id"])
    # A mail with a code belongs to no message of an inbox.
    with op.batch_alter_table("development_mail") as batch_op:
        batch_op.alter_column("message_id", existing_type=sa.String(length=26), nullable=True)
    op.create_table(
        "representative_proof",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("corporate_number", sa.String(length=13), nullable=False),
        sa.Column("organisation_name", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_type", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused')", name="ck_representative_proof_state"
        ),
        sa.CheckConstraint("decided_by <> person_id", name="ck_representative_proof_second_person"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_representative_proof_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name="fk_representative_proof_decided_by_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_representative_proof"),
    )
    op.create_index("ix_representative_proof_person_id", "representative_proof", ["person_id"])
    op.create_index("ix_representative_proof_state_id", "representative_proof", ["state", "id"])


def _provider() -> None:
    """OpenID provider: clients, consents, grants with their codes and tokens as SHA-256."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "oidc_client",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", _JSON, nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("auth_method", sa.String(length=30), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=True),
        sa.Column("jwks", _JSON, nullable=False),
        sa.Column("redirect_uris", _JSON, nullable=False),
        sa.Column("post_logout_uris", _JSON, nullable=False),
        sa.Column("backchannel_logout_uri", sa.Text(), nullable=True),
        sa.Column("grant_types", _JSON, nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("id_token_alg", sa.String(length=10), nullable=False),
        sa.Column("par_required", sa.Boolean(), nullable=False),
        sa.Column("dpop_required", sa.Boolean(), nullable=False),
        sa.Column("introspects", sa.Boolean(), nullable=False),
        sa.Column("registered_by", sa.String(length=30), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("disabled_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_client"),
    )
    op.create_table(
        "oidc_consent",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_oidc_consent_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oidc_client.id"], name="fk_oidc_consent_client_id_oidc_client"
        ),
        sa.PrimaryKeyConstraint("person_id", "client_id", name="pk_oidc_consent"),
    )
    op.create_table(
        "oidc_grant",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("sign_in_id", sa.String(length=26), nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("acr", sa.String(length=40), nullable=False),
        sa.Column("amr", _JSON, nullable=False),
        sa.Column("authenticated_at", moment, nullable=False),
        sa.Column("nonce", sa.String(length=500), nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=True),
        sa.Column("code_challenge", sa.String(length=43), nullable=True),
        sa.Column("code_sha256", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", moment, nullable=True),
        sa.Column("code_used_at", moment, nullable=True),
        sa.Column("refresh_sha256", sa.String(length=64), nullable=True),
        sa.Column("dpop_jkt", sa.String(length=43), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oidc_client.id"], name="fk_oidc_grant_client_id_oidc_client"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_oidc_grant_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_oidc_grant_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name="fk_oidc_grant_sign_in_id_sign_in"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_grant"),
        sa.UniqueConstraint("code_sha256", name="uq_oidc_grant_code_sha256"),
    )
    op.create_index("ix_oidc_grant_sign_in_id", "oidc_grant", ["sign_in_id"])
    op.create_index("ix_oidc_grant_person_id_client_id", "oidc_grant", ["person_id", "client_id"])
    op.create_index("ix_oidc_grant_expires_at", "oidc_grant", ["expires_at"])
    op.create_table(
        "oidc_spent",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_oidc_spent"),
    )
    op.create_index("ix_oidc_spent_expires_at", "oidc_spent", ["expires_at"])
    op.create_table(
        "oidc_pushed_request",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("parameters", _JSON, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oidc_client.id"], name="fk_oidc_pushed_request_client_id_oidc_client"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_oidc_pushed_request"),
    )
    op.create_index("ix_oidc_pushed_request_expires_at", "oidc_pushed_request", ["expires_at"])
    op.create_table(
        "oidc_device_request",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_code_sha256", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("grant_id", sa.String(length=26), nullable=True),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("polled_at", moment, nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oidc_client.id"], name="fk_oidc_device_request_client_id_oidc_client"
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["oidc_grant.id"], name="fk_oidc_device_request_grant_id_oidc_grant"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_oidc_device_request"),
        sa.UniqueConstraint("user_code_sha256", name="uq_oidc_device_request_user_code_sha256"),
    )
    op.create_index("ix_oidc_device_request_expires_at", "oidc_device_request", ["expires_at"])
    op.create_table(
        "oidc_account_number",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_oidc_account_number_person_id_person"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_oidc_account_number"),
        sa.UniqueConstraint("person_id", name="uq_oidc_account_number_person_id"),
    )
