"""Proofs that age, and the registry: activities, keys, addresses.

Revision 0d5b7c31f8a4, after e6a1f0c93b27.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0d5b7c31f8a4"
down_revision = "e6a1f0c93b27"
branch_labels = None
depends_on = None

_KEY = """CASE channel WHEN 'api' THEN '"?"' ELSE 'null' END"""
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _provider()
    _delegation()
    _organisations()
    _activities()
    _access()
    _search()
    _linked()
    _addresses()


def downgrade() -> None:
    _addresses_down()
    _linked_down()
    _search_down()
    _access_down()
    _activities_down()
    _organisations_down()
    _delegation_down()
    _provider_down()


# The OpenID provider.


def _provider() -> None:
    pass


def _provider_down() -> None:
    pass


# Mandates, and who may see what.


def _delegation() -> None:
    with op.batch_alter_table("payment_request") as table:
        table.add_column(
            sa.Column("procedure_id", sa.String(length=100), nullable=False, server_default="")
        )
    op.execute(
        "UPDATE payment_request SET procedure_id = coalesce("
        "(SELECT c.procedure_id FROM \"case\" AS c WHERE c.id = payment_request.case_id), '')"
    )
    with op.batch_alter_table("access_token") as batch_op:
        batch_op.add_column(sa.Column("acr", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True)
        )
    # What was asked for before goes on with the organisation it was asked for; a key's work, of which
    # the key is not known any more, has to be asked for anew.
    with op.batch_alter_table("export") as batch_op:
        batch_op.add_column(sa.Column("scope", _JSON, nullable=True))
    for table, key in (("export", "'null'"), ("bulk_filing", _KEY)):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("shown", _JSON, nullable=False, server_default="{}"))
        whom = """coalesce('"' || organisation_id || '"', 'null')"""
        shown = (
            f"""'{{"acting_for": ' || {whom} || ', "through": ' || {whom} || ', "token": ' || {key}"""
            """ || ', "alone": false, "agency": null}'"""
        )
        if op.get_bind().dialect.name == "postgresql":
            shown = f"CAST({shown} AS jsonb)"
        op.execute(f"UPDATE {table} SET shown = {shown}")  # noqa: S608 - names of ours alone


def _delegation_down() -> None:
    with op.batch_alter_table("access_token") as batch_op:
        batch_op.drop_column("authenticated_at")
        batch_op.drop_column("acr")
    with op.batch_alter_table("export") as batch_op:
        batch_op.drop_column("scope")
    for table in ("bulk_filing", "export"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("shown")
    with op.batch_alter_table("payment_request") as table:
        table.drop_column("procedure_id")


# Organisations and their representatives.


def _organisations() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("verification") as table:
        table.add_column(sa.Column("due_at", moment, nullable=True))
        table.add_column(
            sa.Column("doubt", sa.String(length=20), nullable=False, server_default="")
        )
        table.add_column(sa.Column("told", sa.String(length=10), nullable=False, server_default=""))
    op.create_index(op.f("ix_verification_due_at"), "verification", ["due_at"])
    op.add_column("organisation", sa.Column("proof_due_at", moment, nullable=True))
    op.create_table(
        "registry_watch",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("address", sa.String(length=1500), nullable=False),
        sa.Column("representative", sa.String(length=300), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_registry_watch")),
    )
    op.create_table(
        "organisation_closing",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "settled_by <> asked_by OR outcome = 'withdrawn'",
            name=op.f("ck_organisation_closing_two"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_closing")),
    )
    op.create_index(
        op.f("ix_organisation_closing_organisation_id"), "organisation_closing", ["organisation_id"]
    )
    for name in ("draft", "case"):
        op.add_column(name, sa.Column("branch_id", sa.String(length=26), nullable=True))
    _first_due(op.get_bind())


def _first_due(connection: sa.Connection) -> None:
    """Proofs of before are due three years after they were made, none within the next 90 days."""
    zone, now = ZoneInfo("Asia/Tokyo"), datetime.now(UTC)
    proofs = sa.table(
        "verification",
        sa.column("person_id", sa.String),
        sa.column("organisation_id", sa.String),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("due_at", sa.DateTime(timezone=True)),
    )
    keys = (proofs.c.person_id, proofs.c.organisation_id)
    for person, organisation, at in connection.execute(sa.select(*keys, proofs.c.at)).all():
        known = at if at.tzinfo else at.replace(tzinfo=UTC)
        local = known.astimezone(zone)
        leap = local.month == 2 and local.day == 29
        due = local.replace(year=local.year + 3, day=28 if leap else local.day).astimezone(UTC)
        due = max(due, now + timedelta(days=90))
        connection.execute(
            sa.update(proofs)
            .where(keys[0] == person, keys[1] == organisation)
            .values(due_at=due if at.tzinfo else due.replace(tzinfo=None))
        )


def _organisations_down() -> None:
    for name in ("case", "draft"):
        op.drop_column(name, "branch_id")
    op.drop_table("organisation_closing")
    op.drop_table("registry_watch")
    op.drop_column("organisation", "proof_due_at")
    op.drop_index(op.f("ix_verification_due_at"), "verification")
    with op.batch_alter_table("verification") as table:
        for name in ("told", "doubt", "due_at"):
            table.drop_column(name)


# Activities of corporations.


def _activities() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=600), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("department", sa.String(length=300), nullable=False),
        sa.Column("ministry", sa.String(length=2), nullable=False),
        sa.Column("target", sa.String(length=1000), nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("kind", "source", "key", name=op.f("uq_activity_kind_source_key")),
    )
    op.create_index("ix_activity_number_kind", "activity", ["number", "kind"])
    op.create_index(
        "ix_activity_kind_updated_on_number", "activity", ["kind", "updated_on", "number"]
    )
    op.create_index("ix_activity_title", "activity", ["kind", "title", "number", "withdrawn_at"])
    stands = sa.text("withdrawn_at IS NULL")
    for name, columns in (
        ("ix_activity_kind_amount", ["kind", "amount", "number"]),
        ("ix_activity_ministry", ["ministry", "kind", "number"]),
    ):
        op.create_index(name, "activity", columns, sqlite_where=stands, postgresql_where=stands)
    op.create_table(
        "corporation_detail",
        sa.Column("number", sa.String(length=13), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("figure", sa.BigInteger(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("number", "field", "source", name=op.f("pk_corporation_detail")),
    )
    op.create_index(
        "ix_corporation_detail_field", "corporation_detail", ["field", "figure", "number"]
    )
    op.create_table(
        "activity_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("rows_read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_refused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("findings", _JSON, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_activity_file")),
    )


def _activities_down() -> None:
    op.drop_table("activity_file")
    op.drop_table("corporation_detail")
    op.drop_table("activity")


# Keys of programs that read the registry, and what they used.


def _access() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("start", sa.String(length=4), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_key_sha256")),
    )
    op.create_index(op.f("ix_api_key_owner"), "api_key", ["owner"])
    op.create_table(
        "api_key_use",
        sa.Column("key_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "day", name=op.f("pk_api_key_use")),
    )


def _access_down() -> None:
    op.drop_table("api_key_use")
    op.drop_table("api_key")


# The search index.


def _search() -> None:
    op.create_index("ix_corporation_name", "corporation", ["name"])
    op.create_index(
        "ix_corporation_successor",
        "corporation",
        ["successor"],
        sqlite_where=sa.text("successor <> ''"),
        postgresql_where=sa.text("successor <> ''"),
    )
    op.create_table(
        "registry_change",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("numbers", _JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_registry_change")),
    )
    op.create_index(op.f("ix_registry_change_at"), "registry_change", ["at"])


def _search_down() -> None:
    op.drop_table("registry_change")
    op.drop_index("ix_corporation_successor", "corporation")
    op.drop_index("ix_corporation_name", "corporation")


# Linked data and dumps.


def _linked() -> None:
    pass


def _linked_down() -> None:
    pass


# Addresses.


def _addresses() -> None:
    op.create_table(
        "address_town",
        sa.Column("prefecture", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("town", sa.String(length=200), nullable=False),
        sa.Column("koaza", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("latitude", sa.Integer(), nullable=True),
        sa.Column("longitude", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "prefecture", "city", "town", "koaza", name=op.f("pk_address_town")
        ),
    )


def _addresses_down() -> None:
    op.drop_table("address_town")
