"""The application on a fresh database, with a counter whose people file and export."""

from tests.cases.filing.conftest import office

__all__ = ["office"]
