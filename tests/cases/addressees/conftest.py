"""The counter with an official of the ministry, on both databases."""

from tests.cases.collections.conftest import counter

__all__ = ["counter"]
