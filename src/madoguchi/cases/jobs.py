"""The work of cases after requests, by job name."""

from collections.abc import Mapping

from madoguchi.cases.accounting.reporting import payment_reported
from madoguchi.cases.bulk.checking import CHECK_JOB, READ_JOB, check_rows, read_file
from madoguchi.cases.bulk.filing import FILE_JOB, file_rows
from madoguchi.cases.bulk.forgetting import forget_rows
from madoguchi.cases.bulk.service import FORGET_JOB as FORGET_BULK_JOB
from madoguchi.cases.collections.jobs import make_file
from madoguchi.cases.collections.service import MAKE_JOB as COLLECTION_JOB
from madoguchi.cases.desk.timed import run_timer
from madoguchi.cases.expiry import jobs as expiry
from madoguchi.cases.exports.jobs import forget_export, make_export
from madoguchi.cases.exports.service import FORGET_JOB, MAKE_JOB
from madoguchi.cases.filing.versioning import carry_drafts
from madoguchi.cases.inspections import letters as inspection_letters
from madoguchi.cases.inspections import reminding
from madoguchi.cases.ledgers.recording import LAPSE_JOB, lapse
from madoguchi.cases.letters import PDF_JOB, press_letter
from madoguchi.cases.obligations import jobs as obligations
from madoguchi.cases.opinions.answering import opinion_due
from madoguchi.cases.opinions.asking import DUE_JOB
from madoguchi.cases.paying import REPORT_JOB
from madoguchi.cases.proofing import watching
from madoguchi.cases.registers.service import ACTIVITY_JOB
from madoguchi.cases.registers.telling import tell_activity
from madoguchi.cases.registration.service import RETRY_JOB, retry
from madoguchi.cases.retention import jobs as retention
from madoguchi.cases.timers import TIMER_JOB
from madoguchi.kernel.jobs import Handler
from madoguchi.procedures.service import VERSION_JOB
from madoguchi.settings import Settings


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """The handlers of this module."""
    return {
        **obligations.HANDLERS,
        **expiry.HANDLERS,
        **retention.handlers(settings),
        **watching.handlers(),
        PDF_JOB: press_letter,
        ACTIVITY_JOB: tell_activity,
        TIMER_JOB: run_timer,
        DUE_JOB: opinion_due,
        LAPSE_JOB: lapse,
        REPORT_JOB: payment_reported,
        VERSION_JOB: carry_drafts,
        FORGET_JOB: forget_export,
        FORGET_BULK_JOB: forget_rows,
        RETRY_JOB: retry,
        inspection_letters.PDF_JOB: inspection_letters.press_letter,
        reminding.REMIND_JOB: reminding.remind,
    }


def long_handlers(settings: Settings) -> Mapping[str, Handler]:
    """The handlers of work that takes long: letters and mail must not wait for it."""
    return {
        MAKE_JOB: make_export,
        COLLECTION_JOB: make_file,
        READ_JOB: read_file,
        CHECK_JOB: check_rows,
        FILE_JOB: file_rows,
        **obligations.LONG_HANDLERS,
    }
