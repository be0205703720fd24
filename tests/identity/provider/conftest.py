"""The provider on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.identity.provider.world import Op, make_op


@pytest.fixture
async def op(database: Database, tmp_path: Path) -> AsyncIterator[Op]:
    """A provider with one client that may do everything a person can agree to."""
    made = await make_op(
        database,
        tmp_path,
        grant_types=["authorization_code", "refresh_token"],
        scopes=["openid", "profile", "email", "organisation", "offline_access"],
    )
    yield made
    await made.browser.aclose()
