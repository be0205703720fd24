"""The world of the duties' tests, for rules that look at other filings."""

from tests.cases.filing.conftest import office
from tests.cases.obligations.conftest import world

__all__ = ["office", "world"]
