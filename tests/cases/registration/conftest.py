"""The counter of the desk's tests, for registration checks."""

from tests.cases.desk.conftest import counter

__all__ = ["counter"]
