"""Uses of a licence: never more than allowed, numbered without gaps, each act once."""

import asyncio
from collections import Counter as Tally
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from madoguchi.cases.ledgers.accounts import keep_accounts
from madoguchi.cases.ledgers.models import LedgerAccount
from madoguchi.cases.ledgers.recording import LAPSE_JOB, lapse
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.service import Change
from madoguchi.cases.registers.standing import suspend
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import Worker
from madoguchi.procedures.service import check_files
from tests.cases.ledgers.world import LICENCE, SHIPMENT, Ledgers, goods, package_of


def test_packages_with_ledgers_pass_their_tests() -> None:
    for text_ in (LICENCE, SHIPMENT):
        checked = check_files({"procedure.yaml": text_}, "v1")
        assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []


@pytest.mark.parametrize(
    ("text_", "old", "new", "code"),
    [
        (LICENCE, "of: goods", "of: wares", "unknown-column"),
        (LICENCE, "opening: value", "opening: price", "rule-unknown-name"),
        (LICENCE, "'L{serial:04}'", "'L{kind}'", "number-serial"),
        (SHIPMENT, "{entry: licence,", "{entry: shipped,", "unknown-field"),
        (SHIPMENT, "{ledger: shipment}", "{ledger: shipping}", "unknown-endorsement"),
    ],
)
def test_faults_of_ledgers_are_told(text_: str, old: str, new: str, code: str) -> None:
    assert old in text_
    checked = check_files({"procedure.yaml": text_.replace(old, new)}, "v1")
    assert code in {fault.code for fault in checked.faults}


async def test_fifty_writers_never_use_more_than_is_allowed(ledgers: Ledgers) -> None:
    same = uuid4().hex
    await ledgers.left()
    amounts = [Decimal(n % 7 + 1) for n in range(50)]

    async def use(n: int) -> int:
        # Every tenth is sent twice with one key, as a program does that got no answer.
        key = same + str(n // 10) if n % 10 < 2 else None
        more = {"reference": f"twice-{n // 10}"} if key else {}
        amount = str(amounts[n // 10 * 10] if key else amounts[n])
        return (await ledgers.use("examiner", amount, key=key, **more)).status_code

    statuses = Tally(await asyncio.gather(*(use(n) for n in range(50))))
    assert set(statuses) == {201, 409}
    lines = await ledgers.lines()
    used = [Decimal(line["used"]) for line in lines if line["act"] == "used"]
    left = Decimal((await ledgers.left())["5(1)"])
    assert 0 <= left < 7, "filled up to what no longer fits"
    assert sum(used) + left == Decimal(105), "100 kg and 5 % tolerance"
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    twice = Tally(line["reference"] for line in lines if line["reference"])
    assert max(twice.values()) == 1
    async with ledgers.office.counter.database.reading() as session:
        told = await journal.entries(session, f"register:{ledgers.entry.entry_id}")
    written = [line for entry in told for line in (entry.payload or {}).get("lines", ())]
    assert [line["number"] for line in written] == [line["number"] for line in lines]


async def test_the_database_itself_refuses_more_and_keeps_lines(ledgers: Ledgers) -> None:
    database = ledgers.office.counter.database
    for statement in (
        "UPDATE ledger_account SET used = allowed + 1",
        "UPDATE ledger_account SET used = -1",
        "UPDATE ledger_line SET used = 5",
        "DELETE FROM ledger_line",
    ):
        async with database.session() as session:
            with pytest.raises(DBAPIError):
                await session.execute(text(statement))


async def test_provisional_then_final_corrected_cancelled(ledgers: Ledgers) -> None:
    answer = await ledgers.use("examiner", "40.5", state="reserved", details={"港": "横浜"})
    assert answer.status_code == 201, answer.text
    use = answer.json()
    assert use["expires_at"] is not None
    assert (await ledgers.left())["5(1)"] == "64.5"
    final = {"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "30.001"}]}
    done = await ledgers.post("examiner", f"uses/{use['id']}/finalise", final)
    assert (done.status_code, done.json()["state"]) == (200, "used")
    assert (await ledgers.left())["5(1)"] == "74.999"
    again = await ledgers.post("examiner", f"uses/{use['id']}/finalise", {})
    assert (again.status_code, again.json()["code"]) == (409, "use-settled")
    right = {"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "35"}], "reason": "計量"}
    assert (await ledgers.post("approver", f"uses/{use['id']}/correct", right)).status_code == 200
    assert (await ledgers.left())["5(1)"] == "70"
    none = await ledgers.post("approver", f"uses/{use['id']}/release", {"reason": "  "})
    assert none.status_code == 422
    gone = await ledgers.post("approver", f"uses/{use['id']}/release", {"reason": "申告の取消"})
    assert (gone.status_code, gone.json()["state"]) == (200, "released")
    assert (await ledgers.left())["5(1)"] == "105"
    lines = await ledgers.lines()
    assert [line["act"] for line in lines[3:]] == ["reserved", "finalised", "corrected", "released"]
    assert [line["left"] for line in lines[3:]] == ["64.5", "74.999", "70", "105"]
    assert [line["reason"] for line in lines[5:]] == ["計量", "申告の取消"]
    client = await ledgers.office.client("applicant")
    inbox = (await client.get("/inbox")).text
    assert "裏書の訂正:L0001" in inbox
    assert "裏書の取消:L0001" in inbox


async def test_what_is_not_made_final_in_time_is_there_again(ledgers: Ledgers) -> None:
    counter = ledgers.office.counter
    use = (await ledgers.use("examiner", "100", state="reserved")).json()
    counter.now += timedelta(days=30)
    early = await ledgers.use("examiner", "10")
    assert early.status_code == 409, "the 30th day still belongs to the reservation"
    counter.now += timedelta(days=1)
    late = await ledgers.post("examiner", f"uses/{use['id']}/finalise", {})
    assert (late.status_code, late.json()["code"]) == (409, "use-settled")
    await Worker(counter.database, {LAPSE_JOB: lapse}, counter.clock).drain()
    assert (await ledgers.left())["5(1)"] == "105"
    assert [line["act"] for line in await ledgers.lines()][-1] == "lapsed"


REFUSED: list[tuple[dict[str, object], int, str | None]] = [
        ({"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "105.001"}]}, 409, "ledger-exhausted"),
        ({"amounts": [{"ledger": "quantity", "item": "9(9)", "amount": "1"}]}, 422, "no-ledger"),
        ({"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "0"}]}, 422, "invalid-use"),
        ({"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "-1"}]}, 422, "invalid-use"),
        ({"amounts": [{"ledger": "quantity", "item": "5(1)", "amount": "0.0001"}]}, 422, "invalid-use"),
        ({"amounts": [{"ledger": "value", "amount": "0.5"}]}, 422, "invalid-use"),
        ({"amounts": [{"ledger": "value", "amount": "9" * 19}]}, 422, "invalid-use"),
        ({"amounts": [{"ledger": "value", "amount": "NaN"}]}, 422, None),
        ({"amounts": []}, 422, None),
        ({"on": "2026-05-02"}, 422, "invalid-use"),
        ({"on": "2026-04-30"}, 409, "entry-not-begun"),
        ({"reference": " \u3000"}, 422, "invalid-use"),
        ({"details": {"x": "y" * 300}}, 422, "invalid-use"),
        ({"state": "reserved", "expires_at": "2026-04-01T00:00:00"}, 422, "invalid-use"),
        ({"state": "reserved", "expires_at": "2026-06-30T00:00:00+09:00"}, 422, "invalid-use"),
        ({"more": 1}, 422, None),
]  # fmt: skip


async def test_uses_that_are_refused_leave_nothing(ledgers: Ledgers) -> None:
    for change, status, code in REFUSED:
        answer = await ledgers.use("examiner", "1", **change)
        assert answer.status_code == status, (change, answer.text)
        assert code is None or answer.json()["code"] == code, change
    assert await ledgers.left() == {"5(1)": "105", "6(2)": "3.675", "": "1000000"}
    assert len(await ledgers.lines()) == 3


async def test_all_of_a_use_or_nothing(ledgers: Ledgers) -> None:
    parts = [
        {"ledger": "value", "amount": "1000"},
        {"ledger": "quantity", "item": "6(2)", "amount": "3.676"},
    ]
    answer = await ledgers.use("examiner", "1", amounts=parts)
    assert answer.status_code == 409
    assert "3.675" in answer.json()["detail"]
    assert (await ledgers.left())[""] == "1000000"
    parts[1]["amount"] = "3.675"
    first = await ledgers.use("examiner", "1", amounts=parts, reference="Ａ－１")
    again = await ledgers.use("examiner", "1", reference="Ａ－１")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "reference-used"


async def test_others_neither_see_nor_use_it(ledgers: Ledgers) -> None:
    await ledgers.office.add_person("他人")
    expected = {"public": 404, "他人": 404, "elsewhere": 404, "applicant": 200, "approver": 200}
    where = f"/api/v1/ledgers/{ledgers.entry.entry_id}"
    for who, status in expected.items():
        client = await ledgers.office.client(who)
        found = "/api/v1/ledgers?register=trial-licences&number=L0001"
        assert (await client.get(where)).status_code == status
        assert (await client.get(found)).status_code == status
        if who != "public":
            assert (await client.get(f"{where}/lines")).status_code == status
            used = await ledgers.use(who, "1")
            assert used.status_code == (404 if status == 404 else 403)
    assert (await ledgers.use("examiner", "1")).status_code == 201


async def test_a_licence_that_has_run_out_or_ended(ledgers: Ledgers) -> None:
    counter = ledgers.office.counter
    held = (await ledgers.use("examiner", "1", state="reserved")).json()
    counter.at(date(2026, 6, 1))
    async with counter.database.session() as session:
        pause = Change("x", counter.now, date(2026, 6, 1))
        await suspend(session, ledgers.entry.entry_id, pause, date(2026, 6, 10))
        await session.commit()
    paused = await ledgers.use("examiner", "1", on="2026-05-30")
    assert (paused.status_code, paused.json()["code"]) == (409, "entry-not-in-force")
    counter.at(date(2026, 7, 1))
    late = await ledgers.use("examiner", "1", on="2026-07-01")
    assert (late.status_code, late.json()["code"]) == (409, "entry-expired")
    in_time = await ledgers.use("examiner", "1", on="2026-06-30")
    assert in_time.status_code == 201, "the day of the declaration counts"
    async with counter.database.session() as session:
        await registers.close(
            session, ledgers.entry.entry_id, Change("x", counter.now, date(2026, 7, 1))
        )
        await session.commit()
    for answer in (
        await ledgers.use("examiner", "1", on="2026-06-30"),
        await ledgers.post("examiner", f"uses/{held['id']}/finalise", {}),
    ):
        assert answer.status_code == 409
    given = await ledgers.post("examiner", f"uses/{held['id']}/release", {"reason": "取消"})
    assert given.status_code == 200


async def test_an_amended_licence_allows_what_it_says_now(ledgers: Ledgers) -> None:
    counter, licence = ledgers.office.counter, package_of(LICENCE)
    assert licence.register is not None
    await ledgers.use("examiner", "50")

    async def amend(first: str, items: int = 2) -> None:
        change = Change("x", counter.now, date(2026, 5, 2))
        columns = {"goods": goods(first, "3.5")[:items]}
        async with counter.database.session() as session:
            entry = await registers.amend(session, ledgers.entry.entry_id, columns, [], change)
            assert licence.register is not None
            await keep_accounts(session, entry, licence.register.ledgers, change)
            await session.commit()

    await amend("60", 1)
    assert await ledgers.left() == {"5(1)": "13", "6(2)": "0", "": "1000000"}
    with pytest.raises(DomainError, match="ledger-below-use"):
        await amend("47")
    await amend("200")
    assert await ledgers.left() == {"5(1)": "160", "6(2)": "3.675", "": "1000000"}
    lines = await ledgers.lines()
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))


async def test_a_filing_reserves_and_uses(ledgers: Ledgers) -> None:
    counter, licence = ledgers.office.counter, ledgers.entry.entry_id

    async def file(shipped: str) -> tuple[int, dict[str, object]]:
        client = await ledgers.office.client("applicant")
        answer = await client.post(
            "/api/v1/procedures/trial-shipment/filings",
            json={"data": {"licence": licence, "shipped": shipped}},
            headers={"Idempotency-Key": uuid4().hex},
        )
        return answer.status_code, answer.json()

    status, first = await file("60")
    assert status == 201, first
    assert await ledgers.left() == {"5(1)": "45", "6(2)": "3.675", "": "994000"}
    status, refused = await file("50")
    assert (status, refused["code"]) == (409, "ledger-exhausted")
    form = {"points": ["/shipped"], "reason": "数量の確認"}
    case = str(first["id"])
    await counter.act("examiner", case, "request_correction", form)
    await counter.resubmit(case, {"shipped": "70"})
    assert (await ledgers.left())["5(1)"] == "35"
    await counter.act("examiner", case, "confirm", {})
    assert await ledgers.left() == {"5(1)": "35", "6(2)": "3.675", "": "993000"}
    acts = [line["act"] for line in await ledgers.lines() if line["use"]]
    assert acts == [
        a for a in ("reserved", "released", "reserved", "released", "used") for _ in "qv"
    ]
    async with counter.database.reading() as session:
        accounts = list(await session.scalars(select(LedgerAccount)))
    assert {(a.item, a.reserved) for a in accounts} == {("5(1)", 0), ("6(2)", 0), ("", 0)}
