"""The first page."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.drafts import open_drafts
from madoguchi.cases.filing.queries import recent_cases, waiting_for_me
from madoguchi.cases.inspections.queries import held
from madoguchi.cases.models import Case
from madoguchi.cases.obligations.showing import due_lines
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.procedures.catalogue.terms import term
from madoguchi.procedures.service import Package

router = APIRouter(include_in_schema=False)

# The ways in that most people come by; the names are the survey's own.
EVENTS = (
    "新しい事業の開始",
    "法人の設立",
    "事務所の新設・移転",
    "職員の採用・退職",
    "法人の承継・廃業",
    "引越し",
)
SHOWN = 6  # procedures on the first page; the search has them all


@router.get("/")
async def home(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> Response:
    """Search and ways in; for applicants what waits for them first."""
    if actor.kind == "official" and "as" not in request.query_params:
        return RedirectResponse("/desk", 303)
    state = request.app.state
    async with state.database.reading() as session:
        packages = await procedures.all_current(session, jst_date(state.clock()))
        edition = await catalogue.edition(session)
        mine = {}
        if actor.kind == "applicant":
            recent = await recent_cases(session, actor)
            mine = {
                "waiting": await waiting_for_me(session, actor, limit=5),
                "due": await due_lines(session, actor, jst_date(state.clock())),
                "inspected": bool(await held(session, actor)),
                "drafts": await open_drafts(session, actor, limit=5),
                "recent": [(case, await state_label(session, case)) for case in recent],
            }
    public = [package for package in packages if package.kind != "internal"]
    page: Response = state.pages.render(
        request,
        "home/home.html",
        actor=actor,
        packages=shortlist(public),
        count=len(public),
        edition=edition,
        events=[(event, term(event)) for event in EVENTS],
        **mine,
    )
    return page


def shortlist(packages: Sequence[Package]) -> list[Package]:
    """A few packages that differ: of each law the one a newcomer begins with."""
    begin = sorted(
        packages,
        key=lambda p: ("starting-business" not in p.spec.life_events, p.kind != "application"),
    )
    by_law: dict[str, Package] = {}
    for package in begin:
        by_law.setdefault(package.spec.law[0].act if package.spec.law else "", package)
    return list(by_law.values())[:SHOWN]


async def state_label(session: AsyncSession, case: Case) -> Text:
    """The state of a case as its procedure names it."""
    package = await procedures.package(session, case.digest)
    return package.machine.states[case.state].label


@router.get("/demo")
async def tour(request: Request) -> Response:
    """What a visitor of the demo can try, step by step."""
    state = request.app.state
    page: Response = state.pages.render(request, "home/tour.html")
    return page
