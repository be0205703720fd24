"""From a fee that is asked for to a case that goes on; accountants' pages; on both databases."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from madoguchi.app import handlers
from madoguchi.identity import service as identity
from madoguchi.kernel.jobs import Worker
from madoguchi.messages.models import Message
from madoguchi.payments import service as payments
from madoguchi.payments.models import PaymentRequest
from madoguchi.payments.receiving import Receipt, take
from madoguchi.settings import Settings
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.procedures.packages import package

WAITS = package(
    "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}\n"
    "fees:\n"
    "  - {id: tax, label: {ja: 手数料, en: Fee}, amount: '9000', within: 10 days}\n"
    "workflow:\n"
    "  states:\n"
    "    draft: {label: {ja: 下書き, en: Draft}, waits_for: applicant, clock: stop}\n"
    "    waiting: {label: {ja: 納付待ち, en: Waits}, waits_for: applicant, clock: stop}\n"
    "    done: {label: {ja: 完了, en: Done}, final: true, outcome: accepted, clock: stop}\n"
    "  actions:\n"
    "    submit: {label: {ja: 出す, en: File}, by: applicant, from: [draft], to: waiting, "
    "check: true, effects: [{fee: tax}]}\n"
    "    go_on: {label: {ja: 進む, en: Go on}, by: system, from: [waiting], to: done, "
    "after: 1 hours, guard: case.fees_paid, guard_message: {ja: 納付待ち, en: Unpaid}}\n",
    kind="notification",
    agency="pref-14",
)


async def work(counter: Counter, folder: Path) -> None:
    kinds = handlers(Settings(home=folder))
    wanted = {
        name: kinds[name] for name in ("cases.timer", "cases.payment_reported", "payments.expire")
    }
    await Worker(counter.database, wanted, counter.clock).drain()


async def asked(counter: Counter, case_id: str) -> list[PaymentRequest]:
    async with counter.database.reading() as session:
        return await payments.payments_of(session, case_id)


async def pay(counter: Counter, payment: PaymentRequest, amount: int, number: str) -> str:
    async with counter.database.session() as session:
        receipt = Receipt(number, payment.notice_number, amount, counter.now)
        outcome, _ = await take(session, receipt, "notice", counter.now)
        await session.commit()
        return outcome


async def test_a_case_that_waited_for_its_fee_goes_on(counter: Counter, tmp_path: Path) -> None:
    case_id = await counter.file_as(WAITS, {"plan": "甲"})
    [payment] = await asked(counter, case_id)
    assert (payment.amount, payment.due_on) == (9_000, date(2026, 5, 11))
    counter.at(date(2026, 5, 2))
    await work(counter, tmp_path)  # the timer is due, and its guard does not hold
    assert (await counter.case(case_id)).state == "waiting"
    assert await pay(counter, payment, 8_999, "R1") == "short"
    await work(counter, tmp_path)
    assert (await counter.case(case_id)).state == "waiting"
    assert await pay(counter, payment, 9_000, "R2") == "exact"
    await work(counter, tmp_path)
    assert (await counter.case(case_id)).state == "done"
    async with counter.database.reading() as session:
        told = [item.subject["en"] for item in await session.scalars(select(Message))]
    assert sorted(told) == ["Another amount was paid for Trial", "Please pay the fee for Trial"]


async def test_new_numbers_after_the_last_day(counter: Counter, tmp_path: Path) -> None:
    case_id = await counter.file_as(WAITS, {"plan": "甲"})
    counter.at(date(2026, 5, 13))
    await work(counter, tmp_path)
    [payment] = await asked(counter, case_id)
    assert payments.standing_of(payment) == "expired"
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "applicant") as client:
        assert "期限切れ" in (await client.get(f"/payments/{payment.id}")).text
        assert (await client.post(f"/payments/{payment.id}/again")).status_code == 303
        await client.post(f"/payments/{payment.id}/again")  # a double click
        first, second = await asked(counter, case_id)
        assert (first.state, second.state) == ("cancelled", "requested")
        assert second.due_on == date(2026, 5, 23)
        pdf = await client.get(f"/payments/{second.id}/notice.pdf")
        assert pdf.content[:5] == b"%PDF-"
        assert (await client.get(f"/payments/{second.id}")).status_code == 200
    async with signed_in(app, counter, "examiner") as client:
        assert (await client.get(f"/payments/{second.id}/notice.pdf")).status_code == 404
        assert (await client.post(f"/payments/{first.id}/again")).status_code == 404
    [_, viewed] = await asked(counter, case_id)
    assert payments.standing_of(viewed) == "viewed"


async def test_accountants_see_settle_and_refund(counter: Counter, tmp_path: Path) -> None:
    case_id = await counter.file_as(WAITS, {"plan": "=cmd"})
    [payment] = await asked(counter, case_id)
    content = (
        "receipt_number,notice_number,amount,paid_at\n"
        f"R1,{payment.notice_number},9000,2026-05-01\n"
        f"R2,{payment.notice_number},9000,2026-05-01\n"
        "R3,42,7,2026-05-01\n"
    )
    app = app_of(counter, tmp_path)
    for who, status in (("manager", 200), ("examiner", 403), ("applicant", 403)):
        async with signed_in(app, counter, who) as client:
            for path in ("/desk/payments", "/desk/receipts", "/desk/payments.csv"):
                assert (await client.get(path)).status_code == status, (who, path)
            page = await client.get(f"/desk/payments/{payment.id}")
            assert page.status_code == status
    async with signed_in(app, counter, "manager") as client:
        faulty = await client.post("/desk/receipts", files={"/file": ("a.csv", "x,y\n1,2\n")})
        assert (faulty.status_code, "見出しが必要" in faulty.text) == (422, True)
        assert (await client.post("/desk/receipts", data={"a": "b"})).status_code == 422
        taken = await client.post("/desk/receipts", files={"/file": ("日次.csv", content)})
        assert taken.status_code == 303
        result = (await client.get(taken.headers["location"])).text
        assert all(word in result for word in ("一致", "重複", "不明", "R3"))
        again = await client.post("/desk/receipts", files={"/file": ("b.csv", content)})
        assert again.headers["location"] == taken.headers["location"]
        await client.post("/desk/receipts/unknown", data={"receipt": "R3", "/note": "銀行に照会"})
        assert "銀行に照会" in (await client.get("/desk/receipts")).text
        missing = {"receipt": "R99", "/note": "x"}
        assert (await client.post("/desk/receipts/unknown", data=missing)).status_code == 404
        assert "過誤納金あり" in (await client.get("/desk/payments?standing=excess")).text
        assert payment.notice_number in (await client.get("/desk/payments.csv")).text
        home = f"/desk/payments/{payment.id}"
        wrong = {"/kind": "excess", "/amount": "たくさん", "/reason": "<b>二重"}
        kept = await client.post(f"{home}/refunds", data=wrong)
        assert (kept.status_code, "たくさん" in kept.text) == (422, True)
        assert "&lt;b&gt;二重" in kept.text
        too_much = {"/kind": "excess", "/amount": "9001", "/reason": "二重"}
        assert (await client.post(f"{home}/refunds", data=too_much)).status_code == 409
        right = {"/kind": "excess", "/amount": "９，０００", "/reason": "二重に納付されたため"}
        assert (await client.post(f"{home}/refunds", data=right)).status_code == 303
        shown = (await client.get(home)).text
        action = shown.split(f'action="{home}/refunds/')[1].split('"')[0]
        await client.post(f"{home}/refunds/{action}", data={"do": "approve"})
        assert "ほかの職員の決定待ち" in (await client.get(home)).text
    [unchanged] = await asked(counter, case_id)
    assert unchanged.returned == 0
    async with counter.database.session() as session:
        await identity.grant_role(
            session, counter.clock, counter.people["second"].id, "pref-14", "accountant", by="test"
        )
        await session.commit()
    async with signed_in(app, counter, "second") as client:
        done = await client.post(f"{home}/refunds/{action}", data={"do": "approve"})
        assert done.status_code == 303
    [refunded] = await asked(counter, case_id)
    assert refunded.returned == 9_000
