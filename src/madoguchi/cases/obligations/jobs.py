"""The work of duties after requests, by job name."""

from collections.abc import Mapping

from madoguchi.cases.obligations.entries import entry_changed
from madoguchi.cases.obligations.reminding import REMIND_JOB, remind
from madoguchi.cases.obligations.schedule import DAILY_JOB, GENERATE_JOB, daily, make_period
from madoguchi.cases.registers.letters import PDF_JOB, press_letter
from madoguchi.cases.registers.service import ENTRY_JOB
from madoguchi.kernel.jobs import Handler

HANDLERS: Mapping[str, Handler] = {
    DAILY_JOB: daily,
    REMIND_JOB: remind,
    ENTRY_JOB: entry_changed,
    PDF_JOB: press_letter,
}
LONG_HANDLERS: Mapping[str, Handler] = {GENERATE_JOB: make_period}
