"""A certification that is renewed, on both databases."""

from tests.cases.filing.conftest import office

__all__ = ["office"]
