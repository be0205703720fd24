"""What arrives (到達): a judged draft becomes a case, its content hash and its entry in the journal.

Pure: nothing is read or written here, so whoever files, by page, by program or many at once, has
the same case made of the same content. It takes effect at arrival (行政手続法 第7条・第37条).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.cases.access import APPLICANT
from madoguchi.cases.desk.clock import due_on
from madoguchi.cases.desk.searching import name_key
from madoguchi.cases.environment import Applicant
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.evaluating import Judged, origins_of
from madoguchi.cases.filing.prefilling import BEFORE
from madoguchi.cases.grace import NO_WAIT, counted_at, wait_told
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.timers import is_late
from madoguchi.cases.transition import move, remember
from madoguchi.identity.service import Actor
from madoguchi.kernel.canonical import digest_plain, plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.database import unsaved
from madoguchi.kernel.ids import arrival_number, new_id
from madoguchi.kernel.periods import from_text, last_day_before, over_at, read_period
from madoguchi.procedures.rounds import next_round, open_round, round_taking
from madoguchi.procedures.service import (
    DRAFT,
    Action,
    Evaluation,
    Machine,
    Package,
    Transition,
    advance,
)
from madoguchi.procedures.workflow.timers import act_by


def arrive(
    draft: Draft,
    judged: Judged,
    party: Applicant,
    actor: Actor,
    at: datetime,
    waited: timedelta = NO_WAIT,
) -> tuple[Case, Transition, dict[str, Any]]:
    """The case a draft without errors becomes at a moment, the transition that made it, and what
    the journal says of the time its sender waited (see `grace`).

    The case is an unsaved row, for a session or for COPY. WorkflowError when a guard refuses, CaseError 409 between rounds.
    """
    package, verdict = judged.package, judged.evaluation
    action = filing_action(package.machine)
    transition = advance(
        package.machine, action.name, DRAFT, {APPLICANT}, actor.id, [], "", verdict.context
    )
    case = _new_case(draft, judged, transition, party, actor, at)
    case.round_id = _taken_in(package, at, waited)
    deadline = act_by(package.machine.states[DRAFT], verdict.context)
    case.late = is_late(deadline, counted_at(at, waited))
    spared = (is_late(deadline, at) and not case.late) or _shut_out(package, case.round_id, at)
    move(case, package.machine, transition, package.spec.standard_period, at)
    remember(case, action.name, actor.id, case.content_hash, at)
    return case, transition, wait_told(at, waited, applied=spared)


def filing_action(machine: Machine) -> Action:
    """The act by which a draft is filed; its label is what the button says."""
    return next(act for act in machine.leaving(DRAFT) if APPLICANT in act.by)


def entry_of(case: Case, wait: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal says of a filing that arrived: the arguments of `journal.append`."""
    return {
        "subject": f"case:{case.id}",
        "action": "filed",
        "actor": case.filer_id,
        "on_behalf_of": case.organisation_id,
        "at": case.arrived_at,
        "payload": {
            "arrival_number": case.arrival_number,
            "procedure": case.procedure_id,
            "digest": case.digest,
            "content_hash": case.content_hash,
            "agency": case.agency_id,
            **({"forward_to": case.forward_to} if case.forward_to else {}),
            "actor_name": case.filer_name,
            "side": APPLICANT,
            "agent": case.agent_name,
            "to": case.state,
            "revision": 1,
            "data": case.data,
            "attached": {
                key: [{"sha256": f["sha256"], "name": f["name"]} for f in files]
                for key, files in case.attached.items()
            },
            "omitted": case.omitted,
            **({"late": True} if case.late else {}),
            **({"round": case.round_id} if case.round_id else {}),
            **wait,
        },
    }


def files_filed(
    verdict: Evaluation, attached: Mapping[str, list[dict[str, Any]]]
) -> list[tuple[str, dict[str, Any]]]:
    """(key, file) of every file that is filed: of attachments and fields that are relevant."""
    return [(key, file) for key, files in filed_files(verdict, attached).items() for file in files]


def filed_files(
    verdict: Evaluation, attached: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The files that are filed, by attachment key or pointer of a file field."""
    kept = {key for key, state in verdict.attachments.items() if state.state != "none"}
    kept |= verdict.relevant
    return {key: files for key, files in attached.items() if key in kept and files}


def content_digest(
    package: Package,
    data: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
    applicant: Mapping[str, Any],
) -> str:
    """The content hash: what was filed, under what rules, by whom, with which files.

    `data` and `applicant` are as `plain` gives them.

    SHA-256 of the canonical JSON of {procedure, digest, data, attached, applicant}; of files, the
    key, hash, name, size and type count.
    """
    return digest_plain(content_of(package.id, package.digest, data, attached, applicant))


def content_of(
    procedure: str,
    version: str,
    data: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
    applicant: Mapping[str, Any],
) -> dict[str, Any]:
    """The value the content hash is the hash of: receipts carry it, so anyone can compute it."""
    members = ("sha256", "name", "size", "type")
    return {
        "procedure": procedure,
        "digest": version,
        "data": data,
        "attached": {
            key: [{name: file[name] for name in members} for file in files]
            for key, files in attached.items()
        },
        "applicant": applicant,
    }


def _new_case(
    draft: Draft,
    judged: Judged,
    transition: Transition,
    party: Applicant,
    actor: Actor,
    at: datetime,
) -> Case:
    package, verdict = judged.package, judged.evaluation
    attached = filed_files(verdict, draft.attached)
    data, applicant = plain(verdict.data), plain(party.as_filed)
    case_id = new_id()
    return unsaved(
        Case,
        id=case_id,
        draft_id=draft.id,
        procedure_id=package.id,
        digest=package.digest,
        kind=package.kind,
        title=draft.title,
        catalogue_id=draft.catalogue_id,
        agency_id=verdict.via or verdict.authority,
        via_agency_id=verdict.via,
        forward_to=verdict.authority if verdict.via else None,
        forward_by=_forward_by(package, at) if verdict.via else None,
        organisation_id=draft.organisation_id,
        organisation_name=party.organisation_name,
        filer_id=actor.id,
        filer_name=actor.name,
        agent_organisation_id=draft.agent_organisation_id,
        branch_id=draft.branch_id,
        agent_name=party.agent_name,
        applicant=applicant,
        data=data,
        attached=attached,
        provenance=origins_filed(draft, judged),
        omitted=left_out(verdict),
        content_hash=content_digest(package, data, attached, applicant),
        revision=1,
        state=transition.to,
        waits_for="agency",
        stage="work",
        outcome=None,
        arrival_number=arrival_number(at, case_id),
        arrived_at=at,
        due_on=due_on(package.spec.standard_period, jst_date(at)),
        paused_days=0,
        acts=[],
        name_key=name_key(party.organisation_name or actor.name),
        copied_from=draft.copied_from,
        updated_at=at,
    )


def _forward_by(package: Package, at: datetime) -> date | None:
    """The last day on which the office it goes through should forward it."""
    period = read_period(package.spec.authority.forward)
    return last_day_before(over_at(at, period)) if period is not None else None


def origins_filed(draft: Draft, judged: Judged) -> dict[str, dict[str, Any]]:
    """Where the filed answers came from that were filled in for the person; not what stood before."""
    return {
        pointer: {name: told for name, told in origin.items() if name != BEFORE}
        for pointer, origin in origins_of(draft, judged).items()
        if pointer in judged.evaluation.relevant and origin.get("label")
    }


def left_out(verdict: Evaluation) -> dict[str, dict[str, str]]:
    """The attachments that were not needed, with the reason: {key: Text}."""
    return {
        key: dict(state.reason or {})
        for key, state in verdict.attachments.items()
        if state.state == "omitted"
    }


def _taken_in(package: Package, at: datetime, waited: timedelta) -> str | None:
    """The round that takes it now. CaseError 409 between rounds; the draft is kept."""
    rounds = package.spec.rounds
    if not rounds:
        return None
    found = round_taking(rounds, at, waited)
    if found is not None:
        return found.id
    coming = next_round(rounds, at)
    opens = from_text(coming.opens) if coming is not None else {"ja": "未定", "en": "not fixed yet"}
    raise case_error(
        "window_closed",
        409,
        f"いまは受付期間ではありません。次の受付の開始: {opens['ja']}。入力した内容は下書きに残っています。",
        f"Filings are not taken now. Next opening: {opens['en']}. Your answers are kept in the draft.",
    )


def _shut_out(package: Package, taken: str | None, at: datetime) -> bool:
    """Whether the round that takes a filing is closed at its arrival: only the wait counts it in."""
    found = open_round(package.spec.rounds, at)
    return taken is not None and (found is None or found.id != taken)
