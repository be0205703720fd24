"""What the short history of a case tells (経緯): since when it is in its state, what was filed last."""

from collections import Counter
from datetime import datetime
from typing import Any

from madoguchi.cases.models import Case
from madoguchi.procedures.service import DRAFT, Machine


def entered_at(case: Case) -> datetime:
    """Since when a case is in its state."""
    run = _since_entered(case)
    return datetime.fromisoformat(run[0]["at"]) if run else case.arrived_at


def done_since(case: Case) -> Counter[str]:
    """How often each action was done since the case came into its state."""
    return Counter(str(act["action"]) for act in _since_entered(case)[1:])


def submitted_at(case: Case, machine: Machine) -> datetime:
    """When the filing last arrived, corrections and later parts included."""
    sent = [act for act in case.acts if _sends(machine, act)]
    return datetime.fromisoformat(sent[-1]["at"]) if sent else case.arrived_at


def phase_of(case: Case, machine: Machine) -> str:
    """The phase in which the filing as it stands was written."""
    phase, source = "", DRAFT
    for act in case.acts:
        if _sends(machine, act) and source in machine.states:
            phase = machine.states[source].phase or phase
        source = str(act.get("state", source))
    return phase


def writing_phase(case: Case, machine: Machine) -> str:
    """The phase in which the filing is written from the present state on."""
    return machine.states[case.state].phase or phase_of(case, machine)


def _sends(machine: Machine, act: dict[str, Any]) -> bool:
    action = machine.actions.get(str(act["action"]))
    return action is not None and action.check


def _since_entered(case: Case) -> list[dict[str, Any]]:
    """The act that brought the case into its state, and those since."""
    run: list[dict[str, Any]] = []
    for act in reversed(case.acts):
        if act.get("state") != case.state:
            break
        run.insert(0, act)
    return run
