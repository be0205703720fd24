"""Officials' pages across cases: shared quotas, and what two filers tell differently. With API."""

import csv
import io
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import millionths
from madoguchi.cases.crosscase.matching import Mismatch, Tolerance, mismatches, periods_of
from madoguchi.cases.crosscase.reading import claims_of, pools
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.errors import not_found
from madoguchi.identity.service import agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.csv_text import harmless
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/desk", tags=["desk"])
Period = Annotated[str, Query(max_length=20)]


class MismatchOut(BaseModel):
    """What two filers tell differently."""

    giver: str
    taker: str
    key: str
    given: str | None
    taken: str | None
    why: str = Field(description="differs | not_told | not_filed")


class PoolOut(BaseModel):
    """A pool of a shared quota."""

    quota: str
    pool: str
    period: str
    limit: str
    applied: str
    granted: str
    filers: int


@router.get("/desk/quotas")
async def quotas(request: Request, actor: Official) -> Response:
    """Every pool, and the claims of one (?quota=&pool=&period=)."""
    state, params = request.app.state, request.query_params
    agencies = agencies_where(actor)
    chosen = [params.get(name, "")[:200] for name in ("quota", "pool", "period")]
    async with state.database.reading() as session:
        found = await pools(session, agencies)
        claims = await claims_of(session, agencies, *chosen) if chosen[0] else []
        packages = await _packages(request, session)
    titles = {quota.id: quota.spec for package in packages for quota in package.quotas.values()}
    page: Response = state.pages.render(
        request,
        "cases/crosscase/quotas.html",
        wide=True,
        pools=found,
        titles=titles,
        chosen=chosen if chosen[0] else None,
        claims=claims,
    )
    return page


@router.get("/desk/matches")
async def matches(request: Request, actor: Official) -> Response:
    """The lists that are compared, and what does not match in one (?list=&period=[&format=csv])."""
    state, params = request.app.state, request.query_params
    agencies = agencies_where(actor)
    list_, period = params.get("list", "")[:64], params.get("period", "")[:20]
    async with state.database.reading() as session:
        lists = await periods_of(session, agencies)
        packages = await _packages(request, session)
        known = _lists(packages)
        found = (
            await mismatches(session, list_, period, known[list_][1], agencies)
            if list_ in known
            else []
        )
    if params.get("format") == "csv" and list_ in known:
        return _csv(request, found, list_, period)
    page: Response = state.pages.render(
        request,
        "cases/crosscase/matches.html",
        wide=True,
        lists=lists,
        titles={name: title for name, (title, _) in known.items()},
        chosen=(list_, period) if list_ in known else None,
        found=found,
    )
    return page


@api.get("/matches/{list}", operation_id="listMismatches")
async def mismatches_out(
    request: Request, list: str, actor: Official, period: Period
) -> list[MismatchOut]:
    """What does not match in a list and period, of filers at one's agencies."""
    async with request.app.state.database.reading() as session:
        known = _lists(await _packages(request, session))
        if list not in known:
            raise not_found()
        found = await mismatches(session, list, period, known[list][1], agencies_where(actor))
    return [MismatchOut(**_plain(asdict(item))) for item in found]


@api.get("/quotas", operation_id="listQuotas")
async def quotas_out(request: Request, actor: Official) -> list[PoolOut]:
    """The pools of shared quotas of which cases at one's agencies claim something."""
    async with request.app.state.database.reading() as session:
        found = await pools(session, agencies_where(actor))
    return [PoolOut(**_plain(asdict(item))) for item in found]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if value is None or isinstance(value, int | str) else f"{value:f}"
        for name, value in values.items()
    }


async def _packages(request: Request, session: AsyncSession) -> list[Package]:
    today: date = jst_date(request.app.state.clock())
    return await procedures.all_current(session, today)


def _lists(packages: list[Package]) -> dict[str, tuple[Text, Tolerance]]:
    """The lists that packages in force compare: title and tolerance by name."""
    found: dict[str, tuple[Text, Tolerance]] = {}
    for package in packages:
        for match in package.matches.values():
            spec = match.spec
            amount = millionths(spec.tolerance.amount) or 0
            found.setdefault(
                spec.list_, (dict(spec.title), Tolerance(amount, spec.tolerance.percent))
            )
    return found


def _csv(request: Request, found: list[Mismatch], list_: str, period: str) -> Response:
    texts, language = request.app.state.texts, request.state.language
    names = ("giver", "taker", "key", "given", "taken", "why")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([texts.t(f"cases.crosscase.column.{name}", language) for name in names])
    for item in found:
        row = [item.giver, item.taker, item.key, _text(item.given), _text(item.taken)]
        why = pick(texts.text(f"cases.crosscase.why.{item.why}"), language)
        writer.writerow([harmless(cell) for cell in (*row, why)])
    headers = {"Content-Disposition": f'attachment; filename="{list_}-{period}.csv"'}
    content = b"\xef\xbb\xbf" + out.getvalue().encode()
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _text(amount: object) -> str:
    return "" if amount is None else f"{amount:f}"
