"""What a filed case asks of its applicant now (求めていること): a correction, a later part, or nothing."""

from dataclasses import dataclass

from madoguchi.cases.filing.correct import correcting_action
from madoguchi.cases.models import Case
from madoguchi.procedures.service import Action, Machine

CORRECTION, PART, AMENDMENT = "correction", "part", "amendment"


@dataclass(frozen=True)
class Asked:
    """`kind`: correction (補正), part (the next part of the filing is due), or amendment (nothing is
    asked, but the applicant may send the filing again); `action` sends it.
    """

    kind: str
    action: Action


def asked_of(case: Case, machine: Machine) -> Asked | None:
    """What the applicant may send again in the present state, None when nothing."""
    action = correcting_action(machine, case.state)
    return Asked(kind_of(case), action) if action is not None else None


def kind_of(case: Case) -> str:
    """correction | part | amendment, from the case alone."""
    if case.waits_for != "applicant":
        return AMENDMENT
    return CORRECTION if case.correction else PART
