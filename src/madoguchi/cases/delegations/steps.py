"""The steps of proposing a mandate (委任の申込みの手順): what was answered so far, and what is next.

Every page carries all earlier answers in its form: nothing is kept here until it is sent, and no
address or name gets into the history of a browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Terms
from madoguchi.identity.delegation.rules import POWERS
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.web.form_input import FormInput

AGENT, PROCEDURES, POWER, PERIOD, CHECK = "agent", "procedures", "powers", "period", "check"
STEPS = (AGENT, PROCEDURES, POWER, PERIOD, CHECK)
OFFER, ASK, PASS_ON = "offer", "ask", "pass_on"
KINDS = (OFFER, ASK, PASS_ON)
LONGEST_TYPED = 400


@dataclass(frozen=True)
class Answers:
    """What was typed so far. `agent` is the other side: the principal when a mandate is asked for."""

    kind: str = OFFER
    source: str = ""
    renews: str = ""
    agent: str = ""
    scope: str = ""
    procedures: tuple[str, ...] = ()
    powers: tuple[str, ...] = tuple(POWERS)
    valid_from: str = ""
    valid_to: str = ""
    may_sub_delegate: bool = False
    complete: bool = False

    def hidden(self, at: str) -> list[tuple[str, str]]:
        """The answers of the other steps as fields of a form."""
        parts: Mapping[str, list[tuple[str, str]]] = {
            AGENT: [("/agent", self.agent)],
            PROCEDURES: [
                ("/scope", self.scope),
                *(("/procedures", procedure) for procedure in self.procedures),
            ],
            POWER: [
                ("/powers", ""),
                *(("/powers", power) for power in self.powers),
                ("/may_sub_delegate", "true" if self.may_sub_delegate else ""),
            ],
            PERIOD: [("/valid_from", self.valid_from), ("/valid_to", self.valid_to)],
        }
        always = [
            ("kind", self.kind),
            ("source", self.source),
            ("renews", self.renews),
            ("complete", "true" if self.complete else ""),
        ]
        return [*always, *(pair for step, pairs in parts.items() if step != at for pair in pairs)]


def answers_of(form: FormInput) -> Answers:
    """What a form sent; unknown values are dropped."""
    kind = form.value("kind", OFFER)
    powers = form.values("/powers")
    return Answers(
        kind=kind if kind in KINDS else OFFER,
        source=form.value("source")[:26],
        renews=form.value("renews")[:26],
        agent=form.value("/agent")[:LONGEST_TYPED],
        scope=form.value("/scope") if form.value("/scope") in ("all", "some") else "",
        procedures=tuple(dict.fromkeys(form.values("/procedures")))[:1000],
        powers=tuple(power for power in POWERS if power in powers) if powers else tuple(POWERS),
        valid_from=form.value("/valid_from")[:LONGEST_TYPED],
        valid_to=form.value("/valid_to")[:LONGEST_TYPED],
        may_sub_delegate=form.value("/may_sub_delegate") == "true",
        complete=form.value("complete") == "true",
    )


def renewal_of(mandate: Mandate, agent: str, kind: str, today: date) -> Answers:
    """The same terms for the time after a mandate (更新), for as long again, to the same side."""
    start = max(today, mandate.valid_to + timedelta(days=1)) if mandate.valid_to else today
    length = mandate.valid_to - mandate.valid_from if mandate.valid_to else None
    return Answers(
        kind=kind,
        source=mandate.source_id or "",
        renews=mandate.id,
        agent=agent,
        scope="some" if mandate.procedures else "all",
        procedures=tuple(mandate.procedures),
        powers=tuple(mandate.powers),
        valid_from=start.isoformat(),
        valid_to=(start + length).isoformat() if length is not None else "",
        may_sub_delegate=mandate.may_sub_delegate,
        complete=True,
    )


def terms_of(answers: Answers) -> tuple[Terms, dict[str, str]]:
    """The terms, and by control the key of what is wrong with what was typed."""
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        typed = getattr(answers, name).strip()
        try:
            days[name] = parse_date(typed) if typed else None
        except JapaneseInputError:
            faults[f"/{name}"] = "date"
    if answers.scope == "":
        faults["/scope"] = "scope"
    if answers.scope == "some" and not answers.procedures:
        faults["/procedures"] = "procedures"
    terms = Terms(
        procedures=answers.procedures if answers.scope == "some" else (),
        powers=answers.powers,
        valid_from=days.get("valid_from"),
        valid_to=days.get("valid_to"),
        may_sub_delegate=answers.may_sub_delegate,
    )
    return terms, faults


def step_of(pointer: str) -> str:
    """The step on which a control stands."""
    return {
        "/agent": AGENT,
        "/scope": PROCEDURES,
        "/procedures": PROCEDURES,
        "/powers": POWER,
        "/valid_from": PERIOD,
        "/valid_to": PERIOD,
    }.get(pointer, CHECK)


def following(step: str, answers: Answers) -> str:
    """The next step; back to the check when all was answered before."""
    if answers.complete or step == PERIOD:
        return CHECK
    return STEPS[STEPS.index(step) + 1]


def completed(answers: Answers) -> Answers:
    """The answers as the check page carries them."""
    return replace(answers, complete=True)
