"""The stage of a case (段階): in whose hands it is, told from its state alone."""

from madoguchi.procedures.workflow.machine import Machine

WORK, APPROVAL, APPLICANT, DONE = "work", "approval", "applicant", "done"
STAGES = (WORK, APPROVAL, APPLICANT, DONE)


def stage_of(machine: Machine, state: str) -> str:
    """work (an examiner's), approval (a second person's), applicant or done."""
    found = machine.states[state]
    if found.final:
        return DONE
    if found.waits_for == "applicant":
        return APPLICANT
    leaving = machine.leaving(state)
    return APPROVAL if any(action.second_person for action in leaving) else WORK
