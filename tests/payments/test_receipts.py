"""What the receiving side tells: daily files and signed notices, each receipt once; refunds."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select

import madoguchi.payments
from madoguchi.kernel.database import Database
from madoguchi.payments import notices, refunding, service
from madoguchi.payments.daily_file import read_receipts, settle_file
from madoguchi.payments.models import Clearing, PaymentRequest, UnknownReceipt
from madoguchi.payments.receiving import Receipt, take
from madoguchi.webhooks.rules import secret_of, signature
from tests.messages.site import STRANGER, site
from tests.payments.test_payments import AT, ask
from tests.web.app import NOW, TestSettings

HEAD = "受付番号,納付番号,金額,納付日時,摘要\n"
SECRET = secret_of("key", "BANK", 1)


def file_of(*lines: str, total: str = "") -> bytes:
    return (HEAD + "\n".join(lines) + ("\n" + total if total else "")).encode("cp932")


def line(receipt: str, payment: Any, amount: str, paid: str = "2026/04/01 10:00") -> str:
    return f'{receipt},{payment.notice_number},"{amount}",{paid},=1+1'


async def test_a_daily_file_is_settled_once(database: Database) -> None:
    async with database.session() as session:
        exact, short, over, told = [await ask(session, fee) for fee in "abcd"]
        ended = await ask(session, "e")
        await service.cancel_payment(session, ended.id, AT)
        known = Receipt("R4", told.notice_number, 90_000, AT)
        assert await take(session, known, "notice", AT) == ("exact", told.id)
        absent = Receipt("R9", told.notice_number, 5, AT)
        assert (await take(session, absent, "notice", AT))[0] == "duplicate"
        await session.commit()
    content = file_of(
        line("R1", exact, "９０，０００"),
        line("R2", short, "89,999"),
        line("R3", over, "90001"),
        line("R4", told, "90000"),
        line("R5", exact, "90000"),
        line("R6", ended, "90000"),
        "R7,0000000000000000,70,令和8年4月1日,",
        total=f"合計,7,{90_000 * 4 + 89_999 + 90_001 + 70},,",
    )
    results = []
    for name in ("4月1日.csv", "again.csv"):
        async with database.session() as session:
            file, faults = await settle_file(session, name=name, content=content, by="A", at=AT)
            await session.commit()
            assert (faults, file is not None) == ([], True)
            results.append(file)
    assert results[0].id == results[1].id
    assert [item["outcome"] for item in results[0].lines] == [
        "exact",
        "short",
        "over",
        "repeated",
        "duplicate",
        "late",
        "unknown",
    ]
    assert results[0].missing == ["R9"]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Clearing)) == 7
        [stranger] = await session.scalars(select(UnknownReceipt))
        assert (stranger.receipt_number, stranger.amount) == ("R7", 70)
        payments = {
            item.fee_id: (item.state, item.excess)
            for item in await session.scalars(select(PaymentRequest))
        }
    assert payments == {
        "a": ("paid", 90_000),
        "b": ("mismatched", 89_999),
        "c": ("mismatched", 90_001),
        "d": ("paid", 5),
        "e": ("cancelled", 90_000),
    }


async def test_a_receipt_told_twice_with_other_content_changes_nothing(database: Database) -> None:
    async with database.session() as session:
        payment, other = await ask(session), await ask(session, "other")
        first = Receipt("R1", payment.notice_number, 90_000, AT)
        strange = Receipt("X1", "1", 5, AT)
        outcomes = [
            (await take(session, receipt, "notice", AT))[0]
            for receipt in (
                first,
                first,
                Receipt("R1", payment.notice_number, 1, AT),
                Receipt("R1", other.notice_number, 90_000, AT),
                strange,
                strange,
                Receipt("X1", "1", 6, AT),
            )
        ]
        assert outcomes == [
            "exact",
            "repeated",
            "contradiction",
            "contradiction",
            "unknown",
            "repeated",
            "contradiction",
        ]
        assert (payment.state, payment.excess, other.state) == ("paid", 0, "requested")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", [0]),
        (b"\xff\xfe\x00", [0]),
        (HEAD.encode(), [0]),
        (b"a,b,c\n1,2,3\n", [0]),
        (file_of("R1,123,100"), [2]),
        (file_of("R1,123,0,2026-04-01,", "R2,x,1,2026-04-01,", "R3,1,1,いつか,"), [2, 3, 4]),
        (file_of("R1,1,1,2026-04-01,", "R1,1,1,2026-04-01,"), [3]),
        (file_of("R1,1,1,2026-04-01,", total="合計,2,1,,"), [3]),
        (file_of("R1,1,1,0001-01-01,"), [2]),
        (file_of(f"R1,1,{'9' * 40},2026-04-01,"), [2]),
    ],
)
async def test_a_faulty_file_is_refused_as_a_whole(content: bytes, lines: list[int]) -> None:
    assert [fault.line for fault in read_receipts(content)[1]] == lines


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    receipts, faults = read_receipts(content)
    assert faults or receipts


@dataclass(frozen=True)
class BankSettings(TestSettings):
    __test__ = False
    clearing_secret: SecretStr | None = SecretStr(SECRET)  # noqa: RUF009


async def test_a_signed_notice_pays_once_and_nobody_elses_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.messages.site.TestSettings", BankSettings)
    async with database.session() as session:
        payment = await ask(session)
        await session.commit()
    receipt = {
        "receipt_number": "R1",
        "notice_number": payment.notice_number,
        "amount": 90_000,
        "paid_at": "2026-04-01T10:00:00+09:00",
    }
    stamp = int(NOW.timestamp())

    async def send(content: object, **change: str) -> Any:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        head = {
            "webhook-id": "N1",
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(SECRET, "N1", stamp, body),
            "content-type": "application/json",
            **change,
        }
        return await client.post("/api/v1/payments/clearings", content=body, headers=head)

    async with site(database, madoguchi.payments, [notices.router], STRANGER) as client:
        notice = {"receipts": [receipt]}
        for change in (
            {"webhook-signature": ""},
            {"webhook-signature": "v1,AAAA"},
            {"webhook-id": "N2"},
            {"webhook-id": ""},
            {"webhook-timestamp": str(stamp - 1_000)},
            {"webhook-timestamp": "soon"},
        ):
            assert (await send(notice, **change)).status_code == 401, change
        for bad in (
            b"",
            b"{",
            b"[" * 5_000,
            {"receipts": []},
            {"receipts": [{**receipt, "amount": "90000"}]},
            {"receipts": [{**receipt, "amount": 1.5}]},
            {"receipts": [{**receipt, "paid_at": "2026-04-01T10:00:00"}]},
            {"receipts": [{**receipt, "notice_number": "１"}]},
            {"receipts": [receipt], "more": 1},
        ):
            assert (await send(bad)).status_code == 422, bad
        answers = [(await send(notice)).json()["results"][0]["outcome"] for _ in range(2)]
        assert answers == ["exact", "repeated"]
    monkeypatch.setattr(
        "tests.messages.site.TestSettings", lambda: BankSettings(clearing_secret=None)
    )
    async with site(database, madoguchi.payments, [notices.router], STRANGER) as client:
        assert (await send(notice)).status_code == 403
    async with database.reading() as session:
        assert (await session.get_one(PaymentRequest, payment.id)).state == "paid"


async def test_a_refund_needs_two_people_and_gives_back_no_more_than_there_is(
    database: Database,
) -> None:
    async with database.session() as session:
        payment = await ask(session)
        for number in ("R1", "R2"):
            await take(session, Receipt(number, payment.notice_number, 90_000, AT), "notice", AT)
        assert await refunding.refundable(session, payment) == {"excess": 90_000, "fee": 90_000}

        async def propose(kind: str, amount: int, reason: str = "二重納付") -> Any:
            return await refunding.propose_refund(
                session, payment.id, kind=kind, amount=amount, reason=reason, by="A", at=AT
            )

        async def decide(id: str, by: str, approve: bool = True) -> Any:
            return await refunding.decide_refund(
                session, payment.id, id, approve=approve, by=by, at=AT
            )

        for kind, amount, reason, status in (
            ("excess", 90_001, "多い", 409),
            ("excess", 0, "無", 409),
            ("fee", 89_999, "一部", 409),
            ("gift", 1, "贈", 409),
            ("excess", 1, "　", 422),
            ("excess", 1, "あ" * 501, 422),
        ):
            with pytest.raises(service.PaymentError) as caught:
                await propose(kind, amount, reason)
            assert caught.value.status == status
        first = await propose("excess", 60_000)
        with pytest.raises(service.PaymentError):  # what waits for a decision is taken
            await propose("excess", 60_000)
        with pytest.raises(service.PaymentError) as caught:
            await decide(first.id, "A")
        assert caught.value.status == 403
        assert (await decide(first.id, "B")).state == "approved"
        assert (await decide(first.id, "B")).state == "approved"
        with pytest.raises(service.PaymentError) as caught:
            await decide(first.id, "C", approve=False)
        assert caught.value.status == 409
        assert payment.returned == 60_000
        second = await propose("excess", 30_000)
        assert (await decide(second.id, "A", approve=False)).state == "rejected"
        assert service.is_paid(payment)
        await decide((await propose("fee", 90_000)).id, "B")
        assert service.standing_of(payment) == "refunded"
        assert not service.is_paid(payment)
        assert (await refunding.refundable(session, payment))["fee"] == 0
        await session.commit()


def test_a_day_is_its_beginning_in_japan() -> None:
    [(_, receipt)], faults = read_receipts(file_of("R1,1,1,令和8年4月1日,"))
    assert receipt.paid_at == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert faults == []
