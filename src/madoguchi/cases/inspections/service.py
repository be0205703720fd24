"""The public face of inspections: the use cases others may start, one file each behind this list."""

from madoguchi.cases.inspections.acting import act
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.improving import file_report
from madoguchi.cases.inspections.models import Inspection, InspectionPlan
from madoguchi.cases.inspections.opening import open_special
from madoguchi.cases.inspections.photos import keep_photo
from madoguchi.cases.inspections.planning import approve_plan, make_plan, propose_plan
from madoguchi.cases.inspections.programme import programme_of
from madoguchi.cases.inspections.queries import of_entry, of_party
from madoguchi.cases.inspections.visiting import Incoming, record

__all__ = [
    "Incoming",
    "Inspection",
    "InspectionPlan",
    "act",
    "approve_plan",
    "file_report",
    "findings_of",
    "keep_photo",
    "make_plan",
    "of_entry",
    "of_party",
    "open_special",
    "programme_of",
    "propose_plan",
    "record",
]
