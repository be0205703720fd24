"""Quotas shared by all filers, granted at the same moment; reports of two filers compared."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from madoguchi.cases.crosscase.amounts import amount_of, millionths
from madoguchi.cases.crosscase.matching import Tolerance, mismatches, periods_of
from madoguchi.cases.crosscase.models import QuotaClaim, QuotaPool
from madoguchi.cases.crosscase.pools import release
from madoguchi.cases.desk.view import case_view
from madoguchi.cases.models import Case
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import check_files
from tests.cases.desk.counter import KANAGAWA, TOKYO
from tests.cases.filing.office import publish_package
from tests.cases.obligations.world import HEAD, World

SMALL = (
    HEAD.format(id="trial-small", kind="application", title="少量新規")
    + """\
standard_period: 30 open days
data:
  structure: {type: text, label: {ja: 構造, en: Structure}, required: true}
  fy: {type: fiscal_year, label: {ja: 年度, en: Year}, required: true}
  kilograms: {type: decimal, label: {ja: 数量, en: Amount}, required: true}
about: {period: fy}
quotas:
  small: {title: {ja: 全国合計1t, en: One tonne in all}, pool: structure, amount: kilograms, limit: 1000}
checks:
  - id: room
    on: kilograms
    severity: warning
    must: quota("trial-small/small", structure, fy).applied + kilograms <= 1000
    message: {ja: 全国の合計が1tを超えます。, en: Over one tonne in all.}
workflow:
  pattern: permission
  actions: {approve_grant: {effects: [{quota: small}, {message: granted}]}}
tests:
  - name: over the limit together with others
    given: {structure: A, fy: 2026, kilograms: 600}
    quotas: {small: {applied: 500, granted: 0, filers: 1}}
    expect: {warnings: [kilograms]}
"""
)
TRADE = (
    HEAD.format(id="trial-trade", kind="report", title="譲渡譲受報告")
    + """\
data:
  licence: {type: text, label: {ja: 許可番号, en: Licence}, required: true}
  fy: {type: fiscal_year, label: {ja: 年度, en: Year}, required: true}
  partners:
    type: table
    label: {ja: 相手, en: Partners}
    columns:
      licence_no: {type: text, label: {ja: 相手の許可番号, en: Their licence}}
      direction: {type: choice, label: {ja: 区分, en: Direction}, options: {out: {ja: 譲渡, en: Out}, in: {ja: 譲受, en: In}}}
      degree: {type: decimal, label: {ja: 度数, en: Degree}}
      litres: {type: decimal, label: {ja: 数量, en: Amount}}
about: {period: fy}
matches:
  transfers:
    title: {ja: 譲渡と譲受, en: Given and taken}
    list: transfers
    rows: partners
    own: licence
    other: licence_no
    side: 'if direction = "out" then "given" else "taken"'
    key: string(degree)
    amount: litres
    tolerance: {percent: 0.5}
workflow: {pattern: notice}
"""
)


async def publish(world: World, *texts: str) -> None:
    async with world.office.counter.database.session() as session:
        for text in texts:
            loaded = load({"procedure.yaml": text}, "v1")
            assert loaded.package is not None, loaded.faults
            await publish_package(session, loaded.package, world.office.counter.clock)
        await session.commit()


async def file(world: World, procedure: str, who: str = "applicant", **data: Any) -> str:
    client = await world.office.client(who)
    answer = await client.post(
        f"/api/v1/procedures/{procedure}/filings",
        json={"data": data},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def proposed(world: World, kilograms: str, who: str = "applicant") -> str:
    """An application for a small amount, ready to be granted."""
    case = await file(world, "trial-small", who, structure="ＡＢＣ", fy=2026, kilograms=kilograms)
    await world.office.counter.act("examiner", case, "start_examination")
    await world.office.counter.act("examiner", case, "propose_grant", {})
    return case


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_amounts_are_kept_exactly(amount: Decimal) -> None:
    whole = millionths(amount)
    assert whole is not None
    assert amount_of(whole) == amount


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e30", "9000000000001"])
def test_amounts_that_no_column_holds_are_none(amount: str) -> None:
    assert millionths(Decimal(amount) * 10 if amount[0] == "9" else Decimal(amount)) is None


def test_a_package_tests_its_quota() -> None:
    checked = check_files({"procedure.yaml": SMALL}, "v1")
    assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []


async def test_a_quota_is_never_exceeded_also_at_the_same_moment(world: World) -> None:
    await publish(world, SMALL)
    cases = [await proposed(world, "150.5") for _ in range(8)]

    async def approve(case: str) -> bool:
        try:
            await world.office.counter.act("approver", case, "approve_grant")
        except DomainError as error:
            return error.code != "quota-exhausted"
        return True

    granted = await asyncio.gather(*(approve(case) for case in cases))
    assert sum(granted) == 6  # 6 × 150.5 = 903, a seventh would be 1053.5
    async with world.office.counter.database.reading() as session:
        pool = (await session.scalars(select(QuotaPool))).one()
        claims = list(await session.scalars(select(QuotaClaim)))
        refused = cases[granted.index(False)]
        seen = await case_view(
            session,
            world.office.counter.people["examiner"],
            refused,
            "ja",
            world.office.counter.now,
        )
    assert amount_of(pool.granted) == Decimal(903)
    assert sum(claim.granted or 0 for claim in claims) == pool.granted
    assert [fault.pointer for fault in seen.judged.verdict.warnings] == ["/kilograms"]
    state = (await world.office.counter.case(refused)).state
    assert state == "approving_grant", "nothing of the refused approval is kept"


async def test_applicants_do_not_learn_what_others_claim(world: World) -> None:
    await publish(world, SMALL)
    await file(world, "trial-small", structure="ABC", fy=2026, kilograms="999")
    client = await world.office.client("applicant")
    answer = await client.post(
        "/api/v1/procedures/trial-small/validate",
        json={"data": {"structure": "ABC", "fy": 2026, "kilograms": "999"}},
    )
    assert answer.json()["valid"] is True
    assert answer.json()["warnings"] == []


async def test_what_was_granted_is_given_back(world: World) -> None:
    await publish(world, SMALL)
    first, second = await proposed(world, "600"), await proposed(world, "900")
    await world.office.counter.act("approver", first, "approve_grant")
    with pytest.raises(DomainError):
        await world.office.counter.act("approver", second, "approve_grant")
    async with world.office.counter.database.session() as session:
        case = await session.get(Case, first)
        assert case is not None
        await release(session, case)
        await session.commit()
    await world.office.counter.act("approver", second, "approve_grant")
    async with world.office.counter.database.reading() as session:
        pool = (await session.scalars(select(QuotaPool))).one()
    assert amount_of(pool.granted) == Decimal(900)


async def test_reports_of_two_filers_are_compared(world: World) -> None:
    await publish(world, TRADE)
    await world.office.add_person("乙")

    def row(name: str, other: str, direction: str, litres: str) -> dict[str, str]:
        return {
            "row": name,
            "licence_no": other,
            "direction": direction,
            "degree": "95",
            "litres": litres,
        }

    await file(
        world,
        "trial-trade",
        licence="M-1",
        fy=2025,
        partners=[
            row("a", "S-1", "out", "600"),
            row("b", "Ｓ-1", "out", "400"),
            row("c", "S-2", "out", "10"),
            row("d", "S-3", "in", "5"),
        ],
    )
    theirs = [row("a", "M-1", "in", "994.9"), row("b", "M-2", "in", "3")]
    case = await file(world, "trial-trade", "乙", licence="S-1", fy=2025, partners=theirs)
    await file(world, "trial-trade", "乙", licence="S-2", fy=2025, partners=[])
    half = Tolerance(0, Decimal("0.5"))
    database = world.office.counter.database
    async with database.reading() as session:
        assert await periods_of(session, [KANAGAWA]) == [("transfers", "2025", 3)]
        found = await mismatches(session, "transfers", "2025", half, [KANAGAWA])
        elsewhere = await mismatches(session, "transfers", "2025", half, [TOKYO])
    assert [(m.giver, m.taker, m.given, m.taken, m.why) for m in found] == [
        ("M-1", "S-1", 1000, Decimal("994.9"), "differs"),
        ("M-1", "S-2", 10, None, "not_told"),
        ("M-2", "S-1", None, 3, "not_filed"),
        ("S-3", "M-1", None, 5, "not_filed"),
    ]
    assert elsewhere == []
    counter = world.office.counter
    form = {"points": ["/partners/a/litres"], "reason": "相手の報告と違います。"}
    await counter.act("examiner", case, "request_correction", form)
    theirs[0]["litres"] = "995"
    applicant = counter.people["applicant"]
    counter.people["applicant"] = counter.people["乙"]
    await counter.resubmit(case, {"partners": theirs})
    counter.people["applicant"] = applicant
    async with database.reading() as session:
        found = await mismatches(session, "transfers", "2025", half, [KANAGAWA])
    assert [m.taker for m in found] == ["S-2", "S-1", "M-1"]
    assert counter.now.date() >= date(2026, 5, 1)


async def test_two_tables_of_a_report_go_into_one_list(world: World) -> None:
    """Rows of both may bear the same id, and the report counts once."""
    more = TRADE[TRADE.index("  partners:\n") : TRADE.index("about:")].replace(
        "partners", "others", 1
    )
    block = TRADE[TRADE.index("  transfers:\n") : TRADE.index("workflow:")]
    second = block.replace("  transfers:\n", "  more:\n", 1).replace(
        "rows: partners", "rows: others"
    )
    text = TRADE.replace("about: {period", more + "about: {period").replace(
        "workflow: {pattern", second + "workflow: {pattern"
    )
    await publish(world, text)
    row = {"row": "a", "licence_no": "S-1", "direction": "out", "degree": "95", "litres": "1"}
    await file(world, "trial-trade", licence="M-1", fy=2025, partners=[row], others=[row])
    async with world.office.counter.database.reading() as session:
        assert await periods_of(session, [KANAGAWA]) == [("transfers", "2025", 1)]
        (found,) = await mismatches(
            session, "transfers", "2025", Tolerance(0, Decimal(0)), [KANAGAWA]
        )
    assert (found.given, found.taken) == (2, None)


async def test_officials_read_pools_and_mismatches(world: World) -> None:
    await publish(world, SMALL, TRADE)
    await file(world, "trial-small", structure="=A<b>", fy=2026, kilograms="1200")
    rows = [{"row": "a", "licence_no": "=S-1", "direction": "out", "degree": "95", "litres": "6.5"}]
    await file(world, "trial-trade", licence="M-1", fy=2025, partners=rows)
    where = "?list=transfers&period=2025"
    for who, status in (("examiner", 200), ("elsewhere", 200), ("applicant", 403)):
        client = await world.office.client(who)
        for path in ("/desk/quotas", "/desk/matches", f"/desk/matches{where}"):
            answer = await client.get(path)
            assert answer.status_code == status
            assert ("6.5" in answer.text) == (who == "examiner" and "list=" in path)
    client = await world.office.client("examiner")
    pools = (await client.get("/api/v1/desk/quotas")).json()
    assert [(p["applied"], p["limit"], p["granted"]) for p in pools] == [("1200", "1000", "0")]
    claims = await client.get(
        "/desk/quotas", params={k: pools[0][k] for k in ("quota", "pool", "period")}
    )
    assert "1,200" in claims.text
    assert "<b>" not in claims.text
    csv = await client.get(f"/desk/matches{where}&format=csv")
    assert csv.text.splitlines()[1] == "M-1,'=S-1,95,6.5,,相手が未報告"
    found = (await client.get("/api/v1/desk/matches/transfers?period=2025")).json()
    assert [(m["given"], m["taken"], m["why"]) for m in found] == [("6.5", None, "not_filed")]
    assert (await client.get("/api/v1/desk/matches/unknown?period=2025")).status_code == 404
    assert (await client.get("/desk/matches?list=%27&period=%22&format=csv")).status_code == 200
