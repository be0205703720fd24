"""The counter of the desk's tests, for accountants."""

from tests.cases.desk.conftest import counter

__all__ = ["counter"]
