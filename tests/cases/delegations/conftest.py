"""The application of the filing tests."""

from tests.cases.filing.conftest import office

__all__ = ["office"]
