"""My filings: what waits for me first, then drafts, then everything filed."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from madoguchi.cases.filing.drafts import open_drafts
from madoguchi.cases.filing.pages.counter import Signed, Translate, day_text, texts
from madoguchi.cases.filing.queries import (
    GROUPS,
    ITSELF,
    Waiting,
    count_cases,
    list_cases,
    waiting_for_me,
)
from madoguchi.cases.models import Case, Draft
from madoguchi.identity.organisations.branches import branches_seen
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import pick
from madoguchi.procedures import service as procedures

router = APIRouter(include_in_schema=False)


@router.get("/cases")
async def my_cases(request: Request, actor: Signed) -> Response:
    """The list."""
    state, t, language = request.app.state, texts(request), request.state.language
    query = request.query_params
    group = query.get("group", "all") if query.get("group") in GROUPS else "all"
    words, cursor = query.get("q", "")[:200], query.get("cursor")
    wanted = query.get("branch", "")
    async with state.database.reading() as session:
        branches = await branches_seen(session, actor)
        branch = wanted if wanted == ITSELF or wanted in dict(branches) else ""
        page = await list_cases(
            session,
            actor,
            secret=state.settings.secret_key,
            group=group,
            words=words,
            branch=branch,
            cursor=cursor,
        )
        counts = await count_cases(session, actor, branch)
        first = not cursor and group == "all" and not words and not branch
        waiting = await waiting_for_me(session, actor) if first else []
        drafts = await open_drafts(session, actor) if first else []
        packages = {
            digest: await procedures.package(session, digest)
            for digest in {case.digest for case in page.items}
        }
    places = dict(branches)
    rows = [
        case_card(case, packages[case.digest], language, t, places.get(case.branch_id or ""))
        for case in page.items
    ]
    response: Response = state.pages.render(
        request,
        "cases/filing/list.html",
        waiting=[_waiting(item, language, t) for item in waiting],
        drafts=[_draft(item, language, t) for item in drafts],
        rows=rows,
        group=group,
        words=words,
        counts=counts,
        groups=[
            {
                "href": f"/cases?group={name}" + (f"&branch={branch}" if branch else ""),
                "text": t(f"cases.list.group.{name}"),
                "count": counts[name],
                "current": name == group,
            }
            for name in GROUPS
        ],
        next=_next(request, page.next),
        branch=branch,
        branches=_branch_options(branches, t, whole=actor.branches is None),
        on_behalf=actor.organisation_name if actor.agent else None,
    )
    return response


def _branch_options(
    branches: Sequence[tuple[str, str]], t: Translate, *, whole: bool
) -> list[tuple[str, str]]:
    """What the list may be narrowed to; [] where there are no branches."""
    if not branches:
        return []
    itself = [(ITSELF, t("cases.list.branch_itself"))] if whole else []
    return [("", t("cases.list.branch_all")), *itself, *branches]


def case_card(
    case: Case,
    package: procedures.Package,
    language: str,
    t: Translate,
    branch: str | None = None,
) -> dict[str, Any]:
    """A case in a list."""
    state = package.machine.states[case.state]
    arrived = as_jst(case.arrived_at)
    meta = [t("cases.list.arrived", date=day_text(arrived.date(), language)), case.arrival_number]
    if case.due_on is not None and case.waits_for == "agency":
        meta.append(t("cases.list.due", date=day_text(case.due_on, language)))
    if case.late:
        meta.append(t("cases.case.late"))
    if branch:
        meta.append(branch)
    if case.agent_name:
        meta.append(t("cases.agent.tag", name=case.agent_name))
    return {
        "title": case.title,
        "href": f"/cases/{case.id}",
        "tags": [(pick(state.label, language), tone_of(case))],
        "meta": meta,
    }


def tone_of(case: Case) -> str:
    """The colour of a case's state; the words say it too."""
    if case.waits_for == "applicant":
        return "warning"
    if case.waits_for == "agency":
        return "info"
    return {"granted": "success", "accepted": "success", "refused": "error"}.get(
        case.outcome or "", "neutral"
    )


def _waiting(item: Waiting, language: str, t: Translate) -> dict[str, Any]:
    meta = [item.case.arrival_number]
    if item.due_on is not None:
        meta.insert(0, t("cases.correct.due", date=day_text(item.due_on, language)))
    title = pick(item.case.title, language)
    amount = f"{item.amount:,}" if item.amount is not None else ""
    return {
        "title": t(f"cases.list.waits.{item.what}", title=title, amount=amount),
        "href": item.href,
        "tags": [(t(f"cases.list.waiting_tag.{item.what}"), "warning")],
        "meta": meta,
    }


def _draft(draft: Draft, language: str, t: Translate) -> dict[str, Any]:
    at = as_jst(draft.updated_at)
    saved = f"{day_text(at.date(), language)} {at:%H:%M}"
    again = "cases.tasks.correction" if draft.points else "cases.tasks.again"
    tag = t(again) if draft.case_id else t("cases.list.draft")
    return {
        "title": draft.title,
        "href": f"/drafts/{draft.id}",
        "tags": [(tag, "neutral")],
        "meta": [t("cases.list.saved", at=saved)],
    }


def _next(request: Request, cursor: str | None) -> str | None:
    return str(request.url.include_query_params(cursor=cursor)) if cursor else None
