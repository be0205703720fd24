"""A register with a yearly duty, on both databases."""

import pytest

from tests.cases.filing.conftest import office
from tests.cases.filing.office import Office
from tests.cases.obligations.world import World, open_world

__all__ = ["office"]


@pytest.fixture
async def world(office: Office) -> World:
    """The report published, one maker entered."""
    return await open_world(office)
