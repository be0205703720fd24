"""Delegation, life of organisations and accounts, providers relied on, logout and registration.

Revision e6a1f0c93b27, after c41f9a6d2e85.
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy.dialects import postgresql

revision = "e6a1f0c93b27"
down_revision = "c41f9a6d2e85"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _accounts()
    _provider()
    _relying()
    _delegation()
    _organisations()
    _registry()


def downgrade() -> None:
    _registry_down()
    _organisations_down()
    _delegation_down()
    _relying_down()
    _provider_down()
    _accounts_down()


# Accounts.


def _accounts() -> None:
    """Former mail addresses: a change can be undone, a closed account's address rests."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "former_address",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("followed_by", sa.String(length=320), nullable=True),
        sa.Column("mac", sa.String(length=64), nullable=True),
        sa.Column("left_at", moment, nullable=False),
        sa.Column("free_at", moment, nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_former_address_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_address")),
        sa.UniqueConstraint("mac", name=op.f("uq_former_address_mac")),
    )
    for column in ("person_id", "address"):
        op.create_index(f"ix_former_address_{column}", "former_address", [column])


def _accounts_down() -> None:
    op.drop_table("former_address")


# OpenID provider.


def _provider() -> None:
    op.add_column("sign_in", sa.Column("continues", sa.String(length=26), nullable=True))
    op.add_column(
        "oidc_client",
        sa.Column(
            "backchannel_logout_session_required",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    )
    op.add_column("oidc_client", sa.Column("initial_token_id", sa.String(length=26), nullable=True))
    op.add_column(
        "oidc_client", sa.Column("registration_sha256", sa.String(length=64), nullable=True)
    )
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "oidc_initial_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", _JSON, nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=30), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_initial_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_oidc_initial_token_sha256")),
    )


def _provider_down() -> None:
    op.drop_table("oidc_initial_token")
    with op.batch_alter_table("oidc_client") as batch_op:
        for name in (
            "registration_sha256",
            "initial_token_id",
            "backchannel_logout_session_required",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_column("continues")


# Providers this installation relies on.


def _relying() -> None:
    """Providers relied on, requests under way, links, sessions; proofs by card."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "trusted_provider",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency_id", sa.String(length=60), nullable=False),
        sa.Column("name", _JSON, nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.String(length=4000), nullable=False),
        sa.Column("acr_values", _JSON, nullable=False),
        sa.Column("levels", _JSON, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("disabled_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_trusted_provider_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_provider")),
    )
    op.create_index("ix_trusted_provider_agency_id", "trusted_provider", ["agency_id"])
    op.create_table(
        "provider_link",
        sa.Column("provider_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["trusted_provider.id"],
            name=op.f("fk_provider_link_provider_id_trusted_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_provider_link_person_id_person")
        ),
        sa.PrimaryKeyConstraint("provider_id", "subject", name=op.f("pk_provider_link")),
        sa.UniqueConstraint(
            "person_id", "provider_id", name=op.f("uq_provider_link_person_id_provider_id")
        ),
    )
    op.create_table(
        "provider_request",
        sa.Column("state_sha256", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_provider_request")),
    )
    op.create_index("ix_provider_request_expires_at", "provider_request", ["expires_at"])
    op.create_table(
        "provider_session",
        sa.Column("sign_in_id", sa.String(length=26), nullable=False),
        sa.Column("provider_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_provider_session_sign_in_id_sign_in")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["trusted_provider.id"],
            name=op.f("fk_provider_session_provider_id_trusted_provider"),
        ),
        sa.PrimaryKeyConstraint("sign_in_id", name=op.f("pk_provider_session")),
    )
    op.create_index(
        "ix_provider_session_provider_id_subject", "provider_session", ["provider_id", "subject"]
    )
    op.create_table(
        "verification",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("claims", _JSON, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_verification_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_verification_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name=op.f("pk_verification")),
    )
    op.create_index("ix_verification_organisation_id", "verification", ["organisation_id"])
    with op.batch_alter_table("representative_proof") as batch_op:
        batch_op.alter_column("sha256", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(
            sa.Column("route", sa.String(length=20), nullable=False, server_default="document")
        )
        batch_op.add_column(sa.Column("card", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("proved", _JSON, nullable=False, server_default="{}"))
    op.create_index("ix_representative_proof_card", "representative_proof", ["card"])


def _relying_down() -> None:
    op.drop_index("ix_representative_proof_card", table_name="representative_proof")
    with op.batch_alter_table("representative_proof") as batch_op:
        for name in ("route", "card", "proved"):
            batch_op.drop_column(name)
    for table in (
        "verification",
        "provider_session",
        "provider_request",
        "provider_link",
        "trusted_provider",
    ):
        op.drop_table(table)


# Delegation.


_ONE_AGENT = (
    "(agent_organisation_id IS NULL) <> (agent_person_id IS NULL AND agent_address IS NULL)"
)


def _delegation() -> None:
    """Mandates are offered and accepted; those before were given by command."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.add_column(sa.Column("agent_address", sa.String(length=320), nullable=True))
        batch_op.add_column(
            sa.Column("powers", _JSON, nullable=False, server_default='["file","letters"]')
        )
        batch_op.add_column(
            sa.Column("may_sub_delegate", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("source_id", sa.String(length=26), nullable=True))
        batch_op.add_column(
            sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("members", _JSON, nullable=True))
        batch_op.add_column(
            sa.Column("tell_filings", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("proposed_by", sa.String(length=120), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("accepted_by", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("accepted_at", moment, nullable=True))
        batch_op.add_column(sa.Column("ended_how", sa.String(length=20), nullable=True))
        batch_op.create_index("ix_mandate_source_id", ["source_id"])
        batch_op.create_index("ix_mandate_agent_address", ["agent_address"])
        batch_op.create_foreign_key(
            op.f("fk_mandate_source_id_mandate"), "mandate", ["source_id"], ["id"]
        )
        _one_agent(batch_op, _ONE_AGENT)
    op.execute("UPDATE mandate SET accepted_at = created_at")
    op.execute("UPDATE mandate SET ended_how = 'withdrawn' WHERE revoked_at IS NOT NULL")


def _delegation_down() -> None:
    # What was never accepted, or only to an address, cannot be said by the older version.
    op.execute("UPDATE mandate SET source_id = NULL")
    op.execute(
        "DELETE FROM mandate WHERE accepted_at IS NULL"
        " OR (agent_person_id IS NULL AND agent_organisation_id IS NULL)"
    )
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.drop_constraint(op.f("fk_mandate_source_id_mandate"), type_="foreignkey")
        _one_agent(batch_op, "(agent_person_id IS NULL) <> (agent_organisation_id IS NULL)")
        batch_op.drop_index("ix_mandate_agent_address")
        batch_op.drop_index("ix_mandate_source_id")
        for name in (
            *("ended_how", "accepted_at", "accepted_by", "proposed_by", "tell_filings", "members"),
            *("asked", "source_id", "may_sub_delegate", "powers", "agent_address"),
        ):
            batch_op.drop_column(name)


def _one_agent(batch_op: BatchOperations, condition: str) -> None:
    """SQLite's tables are made anew, and alembic carries no CHECK over to the new one."""
    if op.get_bind().dialect.name == "postgresql":
        batch_op.drop_constraint(op.f("ck_mandate_one_agent"), type_="check")
    batch_op.create_check_constraint(op.f("ck_mandate_one_agent"), condition)


# Organisations.


def _organisations() -> None:
    """The life of organisations: closing, succession of representatives."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "succession",
        sa.Column("proof_id", sa.String(length=26), nullable=False),
        sa.Column("instead", sa.Boolean(), nullable=False),
        sa.Column("consents", sa.Boolean(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=26), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("first_by", sa.String(length=26), nullable=True),
        sa.Column("first_at", moment, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], ["person.id"], name=op.f(f"fk_succession_{column}_person")
            )
            for column in ("answered_by", "first_by")
        ),
        sa.ForeignKeyConstraint(
            ["proof_id"],
            ["representative_proof.id"],
            name=op.f("fk_succession_proof_id_representative_proof"),
        ),
        sa.PrimaryKeyConstraint("proof_id", name=op.f("pk_succession")),
    )
    op.add_column("organisation", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))

    # Officials: roles for a time, invitations.
    for name in ("valid_from", "valid_to"):
        op.add_column("role_grant", sa.Column(name, sa.Date(), nullable=True))
    op.create_table(
        "official_invitation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency_id", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("accepted_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_official_invitation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_official_invitation_invited_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_invitation")),
        sa.UniqueConstraint("mac", name=op.f("uq_official_invitation_mac")),
    )
    op.create_index("ix_official_invitation_agency_id", "official_invitation", ["agency_id"])

    # Branches, what members may file, programs.
    op.create_table(
        "branch",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_branch_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["branch.id"], name=op.f("fk_branch_parent_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
    )
    for column in ("organisation_id", "parent_id"):
        op.create_index(f"ix_branch_{column}", "branch", [column])
    op.add_column(
        "person", sa.Column("program", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("membership", sa.Column("procedures", _JSON, nullable=False, server_default="[]"))
    for table in ("membership", "invitation"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("branch_id", sa.String(length=26), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_branch_id_branch"), "branch", ["branch_id"], ["id"]
            )
    op.create_index("ix_membership_branch_id", "membership", ["branch_id"])


def _organisations_down() -> None:
    op.drop_index("ix_membership_branch_id", table_name="membership")
    for table in ("membership", "invitation"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"fk_{table}_branch_id_branch"), type_="foreignkey")
            batch_op.drop_column("branch_id")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_column("procedures")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("program")
    op.drop_table("branch")
    op.drop_table("official_invitation")
    with op.batch_alter_table("role_grant") as batch_op:
        for name in ("valid_from", "valid_to"):
            batch_op.drop_column(name)
    op.drop_table("succession")
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_column("closed_at")


# Corporations.


def _state() -> list[sa.Column[object]]:
    """What is published of a corporation, now and before."""
    texts = {
        "name": 600,
        "name_image": 8,
        "kind": 3,
        "prefecture": 10,
        "city": 60,
        "street": 600,
        "address_image": 8,
        "prefecture_code": 2,
        "city_code": 3,
        "postal_code": 7,
        "abroad": 600,
        "abroad_image": 8,
    }
    later = {
        "close_cause": 2,
        "successor": 13,
        "change_cause": 1000,
    }
    english = {
        "english_name": 600,
        "english_prefecture": 60,
        "english_city": 600,
        "english_abroad": 600,
        "kana": 600,
    }

    def text(names: dict[str, int]) -> list[sa.Column[object]]:
        return [
            sa.Column(name, sa.String(length=length), nullable=False)
            for name, length in names.items()
        ]

    return [
        sa.Column("process", sa.String(length=2), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        *text(texts),
        sa.Column("closed_on", sa.Date(), nullable=True),
        *text(later),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        *text(english),
        sa.Column("hidden", sa.Boolean(), nullable=False),
    ]


def _registry() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "corporation",
        sa.Column("number", sa.String(length=13), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_corporation")),
    )
    op.create_index("ix_corporation_updated_on_number", "corporation", ["updated_on", "number"])
    op.create_table(
        "corporation_past",
        sa.Column("number", sa.String(length=13), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        *_state(),
        sa.PrimaryKeyConstraint(
            "number", "updated_on", "sequence", name=op.f("pk_corporation_past")
        ),
    )
    op.create_table(
        "corporation_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("rows_read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_refused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_corporation_file")),
    )
    op.create_index("ix_corporation_file_day", "corporation_file", ["day"])


def _registry_down() -> None:
    for table in ("corporation_file", "corporation_past", "corporation"):
        op.drop_table(table)
