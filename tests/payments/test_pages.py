"""The payer's pages and the simulated bank; on both databases."""

from dataclasses import replace

import pytest

import madoguchi.payments
from madoguchi.identity.delegation.rules import Held
from madoguchi.identity.service import Actor
from madoguchi.kernel.database import Database
from madoguchi.payments import routes, service
from madoguchi.payments.models import PaymentRequest
from madoguchi.settings import Settings
from tests.messages.site import HANAKO, STRANGER, site
from tests.web.app import NOW

ROUTERS = routes.routers(Settings(demo=True))


async def ask(database: Database, procedure: str = "trial") -> PaymentRequest:
    async with database.session() as session:
        payment = await service.request_payment(
            session,
            case_id=f"CASE-{procedure}",
            procedure_id=procedure,
            fee_id="tax",
            label={"ja": "登録免許税", "en": "Registration tax"},
            amount=90_000,
            payer=service.Payer(organisation="AOBA"),
            at=NOW,
        )
        await session.commit()
        return payment


async def test_from_notice_to_paid(database: Database) -> None:
    payment = await ask(database)
    async with site(database, madoguchi.payments, ROUTERS, HANAKO) as client:
        assert "登録免許税" in (await client.get("/payments")).text
        notice = (await client.get(f"/payments/{payment.id}")).text
        assert payment.notice_number in notice
        assert "90,000円" in notice
        terminal = notice.split('href="/dev/bank')[1].split('"')[0].replace("&amp;", "&")
        assert payment.notice_number in (await client.get(f"/dev/bank{terminal}")).text
        paid = await client.post(
            "/dev/bank",
            data={
                "notice": payment.notice_number,
                "confirmation": payment.confirmation_number,
                "amount": "９０，０００",
            },
        )
        assert paid.status_code == 303
        assert "納付済み" in (await client.get(f"/payments/{payment.id}")).text
        [shown] = (await client.get("/api/v1/payments")).json()
        assert (shown["state"], shown["amount"]) == ("paid", 90_000)
        assert (await client.get(f"/api/v1/payments/{payment.id}")).json() == shown


async def test_a_wrong_amount_is_shown(database: Database) -> None:
    payment = await ask(database)
    async with site(database, madoguchi.payments, ROUTERS, HANAKO) as client:
        typed = {"notice": payment.notice_number, "confirmation": payment.confirmation_number}
        await client.post("/dev/bank", data={**typed, "amount": "89999"})
        assert "89,999円" in (await client.get(f"/payments/{payment.id}")).text
        await client.post("/dev/bank", data={**typed, "amount": "90000"})
        page = (await client.get(f"/payments/{payment.id}?lang=en")).text
        assert "Paid" in page
        assert "89,999 yen that arrived in excess" in page


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"notice": "1234"}, "この納付番号は見つかりません"),
        ({"notice": ""}, "この納付番号は見つかりません"),
        ({"confirmation": "１２"}, "確認番号が違います"),
        ({"amount": "0"}, "1円以上"),
        ({"amount": "-5"}, ""),
        ({"amount": "いくら"}, ""),
        ({"amount": "9" * 30}, ""),
    ],
)
async def test_what_was_typed_wrong_is_kept_and_explained(
    database: Database, change: dict[str, str], text: str
) -> None:
    payment = await ask(database)
    typed = {
        "notice": payment.notice_number,
        "confirmation": payment.confirmation_number,
        "amount": "90000",
        **change,
    }
    async with site(database, madoguchi.payments, ROUTERS, HANAKO) as client:
        answer = await client.post("/dev/bank", data=typed)
        assert answer.status_code == 422
        assert text in answer.text
        assert all(value in answer.text for value in typed.values())
        [shown] = (await client.get("/api/v1/payments")).json()
        assert shown["state"] == "requested"


async def test_nobody_else_sees_it(database: Database) -> None:
    payment = await ask(database)
    async with site(database, madoguchi.payments, ROUTERS, STRANGER) as client:
        assert (await client.get(f"/payments/{payment.id}")).status_code == 404
        assert (await client.get(f"/api/v1/payments/{payment.id}")).status_code == 404
        assert (await client.get("/api/v1/payments")).json() == []
        assert "納付するものはありません" in (await client.get("/payments")).text


AGENT = Actor(
    id="AGENT",
    name="代書 花子",
    kind="applicant",
    organisation="AOBA",
    agent=True,
    own_organisation="FIRM",
    held=(Held("M", "AOBA", "FIRM", frozenset({"trial"})),),
)


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (replace(HANAKO, limits=frozenset({"trial"})), {"trial"}),
        (AGENT, {"trial"}),
        (replace(AGENT, limits=frozenset({"other"})), set()),  # nothing is both: not everything
        (replace(AGENT, held=(Held("M", "AOBA", "FIRM"),)), {"trial", "other"}),
        (replace(AGENT, held=()), set()),
    ],
)
async def test_who_acts_in_single_procedures_sees_the_payments_of_those_only(
    database: Database, actor: Actor, seen: set[str]
) -> None:
    asked = {procedure: await ask(database, procedure) for procedure in ("trial", "other")}
    async with site(database, madoguchi.payments, ROUTERS, actor) as client:
        listed = {one["case_id"] for one in (await client.get("/api/v1/payments")).json()}
        assert listed == {f"CASE-{procedure}" for procedure in seen}
        for procedure, payment in asked.items():
            status = 200 if procedure in seen else 404
            assert (await client.get(f"/payments/{payment.id}")).status_code == status
            assert (await client.get(f"/api/v1/payments/{payment.id}")).status_code == status
            page = (await client.get("/payments")).text
            assert (f"/payments/{payment.id}" in page) == (procedure in seen)


def test_the_bank_exists_in_demonstrations_only() -> None:
    paths = [
        route.path for router in routes.routers(Settings(demo=False)) for route in router.routes
    ]
    assert not any(path.startswith("/dev") for path in paths)
