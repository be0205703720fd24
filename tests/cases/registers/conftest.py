"""The counter of the desk's tests."""

from tests.cases.desk.conftest import counter

__all__ = ["counter"]
