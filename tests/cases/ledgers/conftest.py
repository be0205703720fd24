"""A licence with ledgers, on both databases."""

import pytest

from tests.cases.filing.conftest import office
from tests.cases.filing.office import Office
from tests.cases.ledgers.world import Ledgers, open_ledgers

__all__ = ["office"]


@pytest.fixture
async def ledgers(office: Office) -> Ledgers:
    """One licence entered."""
    return await open_ledgers(office)
