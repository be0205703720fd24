"""Playing a package's workflow in its tests (試験の実行): every role a person, time moved by hand. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import JST, as_jst, as_utc, jst_date
from madoguchi.kernel.periods import over_at, read_period, start_of_day
from madoguchi.procedures.evaluate import evaluate, evaluate_form
from madoguchi.procedures.evaluation import Evaluation
from madoguchi.procedures.package.compiled import Package, Register
from madoguchi.procedures.package.given import (
    Office,
    attached_by,
    begins_at,
    changed,
    environment_in,
    plain,
)
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.rounds import open_round
from madoguchi.procedures.workflow.advance import Transition, WorkflowError, advance
from madoguchi.procedures.workflow.machine import DRAFT, SYSTEM, Action
from madoguchi.procedures.workflow.opinions import (
    ANSWERED,
    ASKED,
    PASSED,
    Request,
    agencies_asked,
    standing,
)
from madoguchi.procedures.workflow.routes import APPROVE, CURRENT, RETURN, Happened
from madoguchi.procedures.workflow.taking_part import route_standings
from madoguchi.procedures.workflow.timers import Coming, act_by, coming

_EXPECTED = {
    "state",
    "outcome",
    "letters",
    "register",
    "register_from",
    "late",
    "act_by",
    "said",
    "agency",
}
_UNITS = {"hours": "hours", "days": "days", "weeks": "weeks"}
MOST_TIMERS = 1000


class StepFailed(Exception):
    """A step of a test that could not be played; its text says why."""


@dataclass
class Asked:
    """The opinions asked under one name: each agency's part, and when its time is over."""

    requests: list[Request] = field(default_factory=list)
    due: datetime | None = None


@dataclass
class Played:
    """A case as it goes through a test."""

    package: Package
    test: TestSpec
    office: Office
    entered: Any
    now: datetime
    verdict: Evaluation
    environment: Environment
    state: str = DRAFT
    since: datetime | None = None
    phase: str = ""
    outcome: str | None = None
    arrived: datetime | None = None
    submitted: datetime | None = None
    due: datetime | None = None
    late: bool = False
    history: list[Happened] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    acts: dict[str, datetime] = field(default_factory=dict)
    decision: dict[str, object] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)
    opinions: dict[str, Asked] = field(default_factory=dict)

    @property
    def held_by(self) -> str | None:
        """The agency that has the case: the office it goes through, until it has forwarded it."""
        forwarded = any(kind == "forward" for kind, _ in self.effects)
        return self.verdict.authority if forwarded else self.verdict.via or self.verdict.authority

    def context(self, **names: object) -> dict[str, object]:
        """What guards and timers see, as the case has it in service."""
        due = as_jst(self.due) if self.due else None
        case = {
            "state": self.state,
            "outcome": self.outcome,
            "kind": self.package.kind,
            "arrived_on": jst_date(self.arrived or self.now),
            "submitted_on": jst_date(self.submitted or self.now),
            "submitted_at": as_jst(self.submitted or self.now),
            "state_since": as_jst(self.since or self.now),
            "act_by": due,
            "act_by_day": (due - timedelta(microseconds=1)).date() if due else None,
            "late": self.late,
            "fees_paid": True,
            "agency": self.held_by,
            "via": self.verdict.via if self.held_by != self.verdict.authority else None,
        }
        return {
            **self.verdict.context,
            "case": case,
            "acts": self.acts,
            "opinions": {
                name: standing(block, self.opinions.get(name, Asked()).requests)
                for name, block in self.package.machine.opinions.items()
            },
            "decision": self.decision,
            **names,
        }


def play(package: Package, test: TestSpec, office: Office, entered: Any) -> list[str]:
    """Play the steps of a test; what did not come out as it expects, in words."""
    start = begins_at(test)
    environment = environment_in(package, test, office)
    verdict = evaluate(
        package, entered, attached_by(package, test, entered, environment), environment
    )
    case = Played(package, test, office, entered, as_utc(start), verdict, environment)
    for step in test.run or ():
        name, given = (step, {}) if isinstance(step, str) else next(iter(step.items()))
        try:
            _step(case, name, given)
        except WorkflowError as error:
            if test.expect.get("refused_action") == name:
                return []
            return [f"step {name}: {error.message['en']}"]
        except StepFailed as error:
            return [f"step {name}: {error}"]
    if "refused_action" in test.expect:
        return [f"{test.expect['refused_action']} was expected to be refused"]
    return compared(case, test.expect)


def compared(case: Played, expect: Mapping[str, Any]) -> list[str]:
    """Where a case is not as expected, in words."""
    spec = case.package.spec
    letters = [key for kind, key in case.effects if kind == "letter" and key in spec.letters]
    entered = any(kind == "register" for kind, _ in case.effects)
    register = case.package.register if entered else None
    names = {"enter": "entered", "amend": "amended", "close": "closed", "succeed": "succeeded"}
    found = {
        "state": case.state,
        "outcome": case.outcome,
        "letters": letters,
        "register": names[register.spec.action] if register else None,
        "register_from": _effective(case, register) if "register_from" in expect else None,
        "late": case.late,
        "agency": case.held_by,
        "act_by": _shown(case.due),
        "said": [key for kind, key in case.effects if kind == "message"],
    }
    wanted = {key: plain(value) for key, value in expect.items() if key in found}
    return [
        f"{key}: expected {value}, found {found[key]}"
        for key, value in wanted.items()
        if value != found[key]
    ]


def _effective(case: Played, register: Register | None) -> str | None:
    """From when on the register says what the case made it say."""
    if register is None:
        return None
    today = jst_date(case.now)
    found = register.effective(case.context(decided_on=today)) if register.effective else None
    return (found if isinstance(found, date) else today).isoformat()


def _step(case: Played, name: str, given: Any) -> None:
    if name == "until":
        _move_to(case, _moment(given))
    elif name == "wait":
        period = read_period(str(given))
        if period is None or period.unit not in _UNITS:
            raise StepFailed(f"“{given}” is not a number of hours, days or weeks")
        _move_to(case, case.now + timedelta(**{_UNITS[period.unit]: period.count}))
    elif name == "expect":
        problems = compared(case, given)
        unknown = sorted(given.keys() - _EXPECTED)
        if problems or unknown:
            raise StepFailed("; ".join(problems) or f"cannot expect “{unknown[0]}” here")
    elif name == "answer" and "answer" not in case.package.machine.actions:
        _answer(case, given)
    else:
        _act(case, name, plain(given or {}))


def _moment(given: object) -> datetime:
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise StepFailed(f"“{given}” is not a day or a moment") from None
    if isinstance(given, datetime):
        return as_utc(given if given.tzinfo else given.replace(tzinfo=JST))
    if isinstance(given, date):
        return start_of_day(given)
    raise StepFailed(f"“{given}” is not a day or a moment")


def _move_to(case: Played, moment: datetime) -> None:
    """Let time pass; the system does what falls due on the way, in order."""
    if moment < case.now:
        raise StepFailed("time does not go back")
    for _ in range(MOST_TIMERS):
        _pass_silence(case, moment)
        found = next(
            (item for item in _coming(case) if item.due <= moment and _holds(case, item)), None
        )
        if found is None:
            case.now = moment
            case.environment = _today(case)
            return
        case.now = max(case.now, found.due)
        case.environment = _today(case)
        _move(case, _advanced(case, found.action.name, SYSTEM, {}), {}, SYSTEM)
    raise StepFailed("the system acts without end")


def _coming(case: Played) -> list[Coming]:
    if case.since is None:
        return []
    return coming(case.package.machine, case.state, case.since, case.done, case.context())


def _holds(case: Played, item: Coming) -> bool:
    return item.action.guard is None or item.action.guard(case.context()) is True


def _answer(case: Played, given: Any) -> None:
    """An agency answers: {opinion, agency, form}."""
    name, agency = str(given.get("opinion")), str(given.get("agency"))
    asked, block = case.opinions.get(name), case.package.machine.opinions.get(name)
    waits = [r for r in asked.requests if r.agency == agency and r.state == ASKED] if asked else []
    if asked is None or block is None or not waits:
        raise StepFailed(f"{agency} is not asked for “{name}”")
    values, _, faults = evaluate_form(
        block.form, plain(given.get("form") or {}), case.context(), case.environment
    )
    if faults:
        raise StepFailed(f"{faults[0].pointer}: {faults[0].message['en']}")
    answered = Request(agency, ANSWERED, values)
    asked.requests = [answered if item is waits[0] else item for item in asked.requests]


def _ask(case: Played, name: str, form: Mapping[str, object]) -> None:
    block = case.package.machine.opinions[name]
    agencies = agencies_asked(block, case.context(form=form))
    if not agencies:
        raise StepFailed(f"nobody to ask for “{name}”")
    due = over_at(case.now, block.within) if block.within is not None else None
    case.opinions[name] = Asked([Request(agency, ASKED, {}) for agency in agencies], due)


def _pass_silence(case: Played, moment: datetime) -> None:
    """Whoever says nothing in time has no objection, where the package says so."""
    for name, asked in case.opinions.items():
        passes = case.package.machine.opinions[name].passes
        if passes and asked.due is not None and asked.due <= moment:
            asked.requests = [
                Request(item.agency, PASSED, {}) if item.state == ASKED else item
                for item in asked.requests
            ]


def _act(case: Played, name: str, form: dict[str, Any]) -> None:
    action = case.package.machine.actions.get(name)
    person = form.pop("as", None) if action is None or "as" not in action.form else None
    role = person or _role(case, action)
    if role == SYSTEM:
        raise StepFailed("the system does this by itself: let time pass with `until:` or `wait:`")
    entered: dict[str, object] = {}
    if action is not None and action.check:
        _write(case, form)
    else:
        fields = action.form if action else {}
        entered, _, faults = evaluate_form(fields, form, case.context(), case.environment)
        if faults:
            raise StepFailed(f"{faults[0].pointer}: {faults[0].message['en']}")
    transition = _advanced(case, name, role, entered)
    if action is not None and action.check:
        _send(case)
    _move(case, transition, entered, role)


def _role(case: Played, action: Action | None) -> str:
    """Who does it: any of the roles, in an approval route the one whose turn it is."""
    if action is None:
        return ""
    if action.part is not None and action.part.role in (APPROVE, RETURN):
        found = route_standings(case.package.machine, action.part, case.history, case.context())
        turn = next((item.step.role for item in found if item.state == CURRENT), None)
        return turn or min(action.by)
    return min(action.by)


def _write(case: Played, change: dict[str, Any]) -> None:
    """Judge the filing as it is sent now, with what the step changes in it."""
    machine = case.package.machine
    if case.state in machine.states:
        case.phase = machine.states[case.state].phase or case.phase
    case.environment = _today(case)
    case.entered = changed(case.entered, change)
    attached = attached_by(case.package, case.test, case.entered, case.environment)
    case.verdict = evaluate(case.package, case.entered, attached, case.environment)
    if not case.verdict.valid:
        faults = [f"{f.pointer} {f.code}" for f in case.verdict.errors]
        raise StepFailed(f"the filing has errors {faults}")


def _send(case: Played) -> None:
    if case.state == DRAFT:
        if case.package.spec.rounds and open_round(case.package.spec.rounds, case.now) is None:
            closed = {"ja": "受付期間ではありません。", "en": "Filings are not taken now."}
            raise WorkflowError("window-closed", 409, closed)
        case.arrived = case.now
        case.due = act_by(case.package.machine.states[DRAFT], case.verdict.context)
    case.late = case.late or (case.due is not None and case.now >= case.due)
    case.submitted = case.now


def _today(case: Played) -> Environment:
    today = jst_date(case.now)
    filed = jst_date(case.arrived or case.now)
    values = {**vars(case.environment), "today": today, "filed_on": filed, "phase": case.phase}
    rounds = case.package.spec.rounds
    intake = open_round(rounds, case.arrived or case.now)
    values["filing_round"] = intake.as_context() if intake is not None else None
    return Environment(**values)


def _advanced(case: Played, name: str, role: str, form: dict[str, object]) -> Transition:
    context = {**case.context(), "today": jst_date(case.now), "form": form}
    content = digest(dict(case.verdict.data))
    return advance(
        case.package.machine, name, case.state, {role}, role, case.history, content, context
    )


def _move(case: Played, transition: Transition, form: Mapping[str, object], person: str) -> None:
    action: Action = transition.action
    content = digest(dict(case.verdict.data))
    case.history.append(Happened(action.name, person, content, transition.step, transition.proxy))
    case.acts = {**case.acts, action.name: as_jst(case.now)}
    for kind, key in transition.effects:
        if kind == "opinion":
            _ask(case, key, form)
    told = {n: form.get(n) for n, f in action.form.items() if not f.for_officials}
    case.decision = {**case.decision, **told}
    if transition.to != transition.source or case.since is None:
        case.since, case.done = case.now, Counter()
    else:
        case.done[action.name] += 1
    case.state, case.effects = transition.to, [*case.effects, *transition.effects]
    case.outcome = transition.outcome if transition.final else None
    case.due = act_by(case.package.machine.states[case.state], case.context())


def _shown(moment: datetime | None) -> str | None:
    """A moment as tests write it: the last day where it is the end of one."""
    if moment is None:
        return None
    last = as_jst(moment) - timedelta(microseconds=1)
    end = start_of_day(last.date() + timedelta(days=1))
    return last.date().isoformat() if end == moment else as_jst(moment).isoformat()
