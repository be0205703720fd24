"""Delegation, life of organisations and accounts, providers relied on, logout and registration.

Revision e6a1f0c93b27, after c41f9a6d2e85.
"""

import sqlalchemy as sa
from alembic import op
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


def downgrade() -> None:
    _organisations_down()
    _delegation_down()
    _relying_down()
    _provider_down()
    _accounts_down()


# Accounts.


def _accounts() -> None: ...


def _accounts_down() -> None: ...


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


def _provider_down() -> None:
    with op.batch_alter_table("oidc_client") as batch_op:
        batch_op.drop_column("backchannel_logout_session_required")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_column("continues")


# Providers this installation relies on.


def _relying() -> None: ...


def _relying_down() -> None: ...


# Delegation.


def _delegation() -> None: ...


def _delegation_down() -> None: ...


# Organisations.


def _organisations() -> None: ...


def _organisations_down() -> None: ...
