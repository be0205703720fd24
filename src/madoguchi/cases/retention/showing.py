"""The page of a case whose content was erased, for both sides of the counter."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from madoguchi.cases.models import Case
from madoguchi.cases.retention.queries import erasures_of
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.procedures import service as procedures


async def show_erased(request: Request, case: Case, *, at_desk: bool) -> Response:
    """The page of a case whose content was erased: its shell, what the journal says, the proof."""
    state = request.app.state
    async with state.database.reading() as session:
        package = await procedures.package(session, case.digest)
        erasures = await erasures_of(session, case.id)
        agency = await identity.agency(session, case.agency_id)
        entries = await journal.entries(session, f"case:{case.id}", limit=1000)
    page: Response = state.pages.render(
        request,
        "retention/erased.html",
        case=case,
        state=package.machine.states[case.state],
        agency=dict(agency.name),
        erasures=erasures,
        timeline=[_event(package, entry) for entry in reversed(entries)],
        at_desk=at_desk,
    )
    return page


def _event(package: procedures.Package, entry: journal.Entry) -> dict[str, Any]:
    """An entry by what it was, when; its content is gone."""
    action = package.machine.actions.get(entry.action)
    return {"at": entry.at, "title": action.label if action else None, "key": entry.action}
