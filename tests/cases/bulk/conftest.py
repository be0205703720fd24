"""The whole application on a fresh database, and one client of it with a client of their own."""

from tests.cases.filing.conftest import office

__all__ = ["office"]
