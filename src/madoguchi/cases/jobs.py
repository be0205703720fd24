"""The work of cases after requests, by job name."""

from collections.abc import Mapping

from madoguchi.cases.letters import PDF_JOB, press_letter
from madoguchi.cases.paying import REPORT_JOB, payment_reported
from madoguchi.kernel.jobs import Handler
from madoguchi.settings import Settings


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """The handlers of this module."""
    return {PDF_JOB: press_letter, REPORT_JOB: payment_reported}
