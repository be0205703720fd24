"""Payments: asked once, settled once, nothing lost; on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Job
from madoguchi.payments import rules, service

AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
LABEL = {"ja": "登録免許税", "en": "Registration tax"}


async def ask(session: Any, fee: str = "tax") -> Any:
    return await service.request_payment(
        session,
        procedure_id="trial",
        case_id="CASE",
        fee_id=fee,
        label=LABEL,
        amount=90_000,
        payer=service.Payer(organisation="ORG"),
        at=AT,
        report_job="cases.payment",
    )


async def clear(session: Any, request: Any, amount: int, receipt: str) -> Any:
    return await service.record_clearing(
        session,
        notice_number=request.notice_number,
        amount=amount,
        receipt_number=receipt,
        paid_at=AT,
        at=AT,
    )


async def test_asked_once(database: Database) -> None:
    async with database.session() as session:
        first, second, other = await ask(session), await ask(session), await ask(session, "fee")
        await session.commit()
        assert first.id == second.id != other.id
        assert rules.is_notice_number(first.notice_number)
        assert len(first.confirmation_number) == 6
        assert not await service.all_paid(session, "CASE")
        assert await service.all_paid(session, "ANOTHER")


async def test_paid_once_however_often_reported(database: Database) -> None:
    async with database.session() as session:
        request = await ask(session)
        await clear(session, request, 90_000, "R1")
        await clear(session, request, 90_000, "R1")
        await session.commit()
        assert request.state == "paid"
        assert await service.all_paid(session, "CASE")
        jobs = list(await session.scalars(select(Job).where(Job.name == "cases.payment")))
        assert [job.payload["state"] for job in jobs] == ["paid"]


@pytest.mark.parametrize(
    ("amounts", "state", "excess", "settled"),
    [
        ([90_000, 90_000], "paid", 90_000, True),
        ([89_999], "mismatched", 89_999, False),
        ([89_999, 1], "mismatched", 90_000, False),
        ([89_999, 90_000, 5], "paid", 90_004, True),
    ],
)
async def test_money_that_does_not_fit_stays_in_sight(
    database: Database, amounts: list[int], state: str, excess: int, settled: bool
) -> None:
    async with database.session() as session:
        request = await ask(session)
        for number, amount in enumerate(amounts):
            await clear(session, request, amount, f"R{number}")
        assert (request.state, request.excess) == (state, excess)
        assert await service.all_paid(session, "CASE") == settled


async def test_cancelling(database: Database) -> None:
    async with database.session() as session:
        request = await ask(session)
        await service.cancel_payment(session, request.id, AT)
        assert (await service.cancel_payment(session, request.id, AT)).state == "cancelled"
        late = await clear(session, request, 90_000, "R1")
        assert (late.state, late.excess) == ("cancelled", 90_000)
        again = await ask(session)
        assert (again.id != request.id, again.state) == (True, "requested")
        await clear(session, again, 90_000, "R2")
        with pytest.raises(service.PaymentError) as caught:
            await service.cancel_payment(session, again.id, AT)
        assert caught.value.status == 409


async def test_only_the_payer_sees_it(database: Database) -> None:
    async with database.session() as session:
        request = await ask(session)
        found = await service.payment_for(
            session, request.id, person="P", organisations={"ORG": frozenset()}
        )
        assert found.id == request.id
        for person, organisations in [("P", {}), (None, {}), ("P", {"OTHER": frozenset()})]:
            with pytest.raises(service.PaymentError) as caught:
                await service.payment_for(
                    session, request.id, person=person, organisations=organisations
                )
            assert caught.value.status == 404
            assert (
                await service.payments_for(session, person=person, organisations=organisations)
                == []
            )


async def test_unknown_notice_number(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(service.PaymentError):
            await service.payment_by_notice(session, "0000000000000000")


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 15), st.integers(1, 9))
def test_every_wrong_digit_is_found(digits: str, place: int, shift: int) -> None:
    right = digits + rules.luhn_digit(digits)
    assert rules.is_notice_number(right)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert not rules.is_notice_number(wrong)


@given(
    st.sampled_from(["requested", "mismatched", "paid", "cancelled"]),
    st.integers(1, 10**9),
    st.integers(1, 10**9) | st.just(0),
    st.booleans(),
)
def test_no_yen_is_lost_and_only_the_right_amount_pays(
    state: str, asked: int, shift: int, in_time: bool
) -> None:
    arrived = asked if shift == 0 else shift
    in_time = in_time and state == "cancelled"
    outcome, after, excess = rules.settle(state, asked, arrived, in_time=in_time)
    was_open = state in ("requested", "mismatched") or in_time
    assert (outcome == "exact") == (was_open and arrived == asked)
    assert excess == (0 if outcome == "exact" else arrived)
    assert (after == "paid") == (outcome == "exact" or state == "paid")
    assert (outcome in ("short", "over")) == (was_open and arrived != asked)
    assert outcome in ("exact", "short", "over") or outcome == (
        "duplicate" if state == "paid" else "late"
    )


async def test_what_was_paid_in_the_last_second_counts_and_later_does_not(
    database: Database,
) -> None:
    async with database.session() as session:
        made = []
        for fee in ("early", "late"):
            made.append(
                await service.request_payment(
                    session,
                    procedure_id="trial",
                    case_id="CASE",
                    fee_id=fee,
                    label=LABEL,
                    amount=90_000,
                    payer=service.Payer(organisation="ORG"),
                    at=AT,
                    due_on=date(2026, 4, 10),
                )
            )
        await service.expire_payment(session, made[0].id, datetime(2026, 4, 10, 16, tzinfo=UTC))
        assert made[0].state == "requested"  # told of it, the bank may still be
        over = datetime(2026, 4, 11, 15, tzinfo=UTC)
        for payment in made:
            await service.expire_payment(session, payment.id, over)
            assert service.standing_of(payment) == "expired"
        for payment, paid_at, standing in (
            (made[0], datetime(2026, 4, 10, 14, 59, 59, tzinfo=UTC), "paid"),
            (made[1], datetime(2026, 4, 10, 15, 0, 0, tzinfo=UTC), "expired"),
        ):
            await service.record_clearing(
                session,
                notice_number=payment.notice_number,
                amount=90_000,
                receipt_number=f"R{payment.id}",
                paid_at=paid_at,
                at=over,
            )
            assert service.standing_of(payment) == standing
        assert (made[0].excess, made[1].excess) == (0, 90_000)
