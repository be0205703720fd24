"""Drawing a workflow as plain text, one state a paragraph: for terminals, reviews and diffs."""

from madoguchi.kernel.language import pick
from madoguchi.procedures.workflow.machine import Machine


def as_text(machine: Machine, language: str = "ja") -> str:
    """Every state with the actions that leave it: who, what, where to, with what effect."""
    lines: list[str] = []
    for state in machine.states.values():
        marks = [mark for mark, on in (("■", state.final), ("⏸", state.clock == "pause")) if on]
        outcome = f" [{state.outcome}]" if state.outcome else ""
        lines.append(
            f"{''.join(marks) or '○'} {state.name} 「{pick(state.label, language)}」{outcome}"
        )
        for action in machine.leaving(state.name):
            effects = "".join(
                f" +{kind}" + (f":{key}" if key != "True" else "") for kind, key in action.effects
            )
            second = " (別の人)" if action.second_person else ""
            who = "/".join(sorted(action.by))
            lines.append(
                f"   ├─ {action.name} ({who}{second}) → {action.to or state.name}{effects}"
            )
    return "\n".join(lines)
