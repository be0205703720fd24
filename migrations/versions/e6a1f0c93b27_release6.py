"""Delegation, life of organisations and accounts, providers relied on, logout and registration.

Revision e6a1f0c93b27, after c41f9a6d2e85.
"""

import sqlalchemy as sa
from alembic import op  # noqa: F401
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


def _provider() -> None: ...


def _provider_down() -> None: ...


# Providers this installation relies on.


def _relying() -> None: ...


def _relying_down() -> None: ...


# Delegation.


def _delegation() -> None: ...


def _delegation_down() -> None: ...


# Organisations.


def _organisations() -> None: ...


def _organisations_down() -> None: ...
