"""Proving a representative by card: at once where the registry agrees, at the desk where not."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from madoguchi.app import create_app
from madoguchi.cases.proofing import rules
from madoguchi.cases.proofing.models import RepresentativeProof
from madoguchi.identity.account.models import Account
from madoguchi.identity.models import Membership, Organisation, Person, Verification
from madoguchi.identity.provider.gbizid.fields import Account as GbizidAccount
from madoguchi.identity.provider.gbizid.fields import verified_claims
from madoguchi.identity.relying.installed import card_of
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.settings import Settings
from tests.cases.proofing.test_proofing import enter, official, waiting_id, whole_site
from tests.identity.account.site import Moving, Site
from tests.identity.account.test_signing_in import secure

NUMBER = "7999901000001"  # of the simulated registry, represented by 佐々木 花子
CARD = {
    "/name": "佐々木　花子",
    "/address": "宮城県仙台市青葉区本町九丁目9番1号",
    "/birthdate": "昭和55年4月1日",
}
CORPORATION = {"/kind": "corporation", "/number": NUMBER, "/name": ""}
SOLE = {"/kind": "sole", "/number": "", "/name": "花子工房"}


def demo_site(database: Any, folder: Path) -> Site:
    clock = Moving()
    settings = Settings(home=folder, secret="x" * 40, base_url="http://testserver", demo=True)  # type: ignore[arg-type]
    app = create_app(settings, clock)
    app.state.database, app.state.blobs = database, BlobStore(folder / "blobs")
    return Site(database, clock, app)


async def person(site: Site, address: str = "hana@example.jp", name: str = "佐々木 花子") -> str:
    made = await site.person(address)
    await secure(site, made, totp=True)
    async with site.database.session() as session:
        (await session.get_one(Person, made)).name = name
        await session.commit()
    return made


async def to_provider(visitor: AsyncClient, given: dict[str, str]) -> str:
    """The address at the provider that a person is led to."""
    away = await visitor.post("/representative/card", data=given)
    assert away.status_code == 200, away.text
    return str(away.headers["refresh"].removeprefix("0; url="))


async def read(visitor: AsyncClient, given: dict[str, str], **card: str) -> str:
    """The address the provider answers at, after a card was read."""
    address = await to_provider(visitor, given)
    assert "模擬" in (await visitor.get(address)).text
    told = {**CARD, **{f"/{name}": value for name, value in card.items()}}
    answer = await visitor.post(address, data=told)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def by_card(visitor: AsyncClient, given: dict[str, str], **card: str) -> Response:
    back = await visitor.get(await read(visitor, given, **card))
    assert (back.status_code, back.headers["location"]) == (303, "/representative"), back.text
    return await visitor.get("/representative")


async def proofs(site: Site) -> list[RepresentativeProof]:
    async with site.database.reading() as session:
        query = select(RepresentativeProof).order_by(RepresentativeProof.id)
        return list(await session.scalars(query))


async def test_a_card_makes_a_prime_at_once(database, tmp_path: Path):
    site = demo_site(database, tmp_path)
    hana = await person(site)
    async with site.visitor() as visitor:
        await enter(site, visitor, "hana@example.jp")
        assert "/representative/card" in (await visitor.get("/representative")).text
        wrong = await visitor.post("/representative/card", data={**CORPORATION, "/number": "12"})
        assert (wrong.status_code, "13けた" in wrong.text) == (422, True)
        assert "確認しました" in (await by_card(visitor, CORPORATION)).text
        me = (await visitor.get("/api/v1/me")).json()
        assert me["acting_for"]["corporate_number"] == NUMBER
    async with site.database.reading() as session:
        assert (await session.get_one(Account, hana)).level == "prime"
        company = await session.scalar(select(Organisation))
        assert company is not None
        assert (company.name, company.representative_title) == (
            "青葉高圧ガス株式会社",
            "代表取締役",
        )
        entries = await session.scalars(
            select(journal.Entry).where(
                journal.Entry.action.in_(("prime_granted", "representative_proved"))
            )
        )
        assert {entry.payload["how"] for entry in entries} == {"jp_gbizid_online_corporation"}
        kept = await session.get_one(Verification, (hana, company.id))
        member = await session.get_one(Membership, (hana, company.id))
        whole = verified_claims(
            GbizidAccount(
                "1",
                "c",
                await session.get_one(Person, hana),
                company,
                member.role,
                verification=kept,
            )
        )["verified_claims"]
    assert whole["verification"]["assurance_process"] == {
        "procedure": "jp_gbizid_online_corporation"
    }
    assert whole["verification"]["time"] == "2026-04-01T10:30+09:00"
    claims = whole["claims"]
    assert (claims["family_name"], claims["given_name"]) == ("佐々木", "花子")
    assert claims["birthdate"] == "1980-04-01"


async def test_a_sole_proprietor_needs_the_card_alone_and_once(database, tmp_path: Path):
    site = demo_site(database, tmp_path)
    hana = await person(site)
    async with site.visitor() as visitor:
        await enter(site, visitor, "hana@example.jp")
        assert "確認しました" in (await by_card(visitor, SOLE)).text
        assert "すでに終わっています" in (await by_card(visitor, SOLE)).text
    async with site.database.reading() as session:
        (business,) = await session.scalars(select(Organisation))
        assert (business.corporate_number, business.name) == (None, "花子工房")
        assert business.address["prefecture"] == "宮城県"
        kept = await session.get_one(Verification, (hana, business.id))
        whole = verified_claims(
            GbizidAccount(
                "1",
                "c",
                await session.get_one(Person, hana),
                business,
                "representative",
                verification=kept,
            )
        )["verified_claims"]
    procedure = whole["verification"]["assurance_process"]["procedure"]
    assert procedure == "jp_gbizid_online_sole_proprietorship"
    assert whole["claims"]["address"]["region"] == "宮城県"


async def test_what_does_not_agree_goes_to_the_desk(database, tmp_path: Path):
    site = demo_site(database, tmp_path)
    await official(site)
    await person(site)
    other = await person(
        site, "taro@example.jp", "千葉 健一"
    )  # a director who does not represent it
    async with site.visitor() as visitor, site.visitor() as second, site.visitor() as desk:
        await enter(site, second, "taro@example.jp")
        assert "職員が確認します" in (await by_card(second, CORPORATION, name="千葉 健一")).text
        (asked,) = await proofs(site)
        assert (asked.state, asked.proved["finding"]) == ("waiting", "not_representative")
        # While it waits no second card is read.
        answer = await second.post("/representative/card", data=CORPORATION)
        assert (answer.status_code, answer.headers["location"]) == (303, "/representative")
        await enter(site, desk, "admin@meti.example.jp")
        shown = await desk.get(f"/desk/representatives/{await waiting_id(desk)}")
        assert "千葉 健一" in shown.text
        assert "昭和55" in shown.text or "1980-04-01" in shown.text
        assert (await desk.get(f"/desk/representatives/{asked.id}/file")).status_code == 404
        granted = await desk.post(f"/desk/representatives/{asked.id}", data={"decision": "grant"})
        assert granted.status_code == 303
        # Somebody else's card for one's own account, and one card for two accounts.
        await enter(site, visitor, "hana@example.jp")
        await by_card(visitor, {**SOLE, "/name": ""}, name="千葉 健一")
    assert [proof.proved["finding"] for proof in await proofs(site)][-1] == "other_name"
    async with site.database.reading() as session:
        assert (await session.get_one(Account, other)).level == "prime"
        assert await session.scalar(select(Verification.route)) == "card"


async def test_those_who_represent_it_are_heard_first(database, tmp_path: Path):
    """The registry names two; the card of the second agrees, but the first is asked."""
    site = demo_site(database, tmp_path)
    await person(site, "naoki@example.jp", "神田 直樹")
    await person(site, "maria@example.jp", "Maria Schmidt")
    given = {**CORPORATION, "/number": "6999901000002"}
    async with site.visitor() as first, site.visitor() as second:
        await enter(site, first, "naoki@example.jp")
        await by_card(first, given, name="神田直樹", address="東京都港区赤坂9-99-1")
        await enter(site, second, "maria@example.jp")
        await by_card(
            second, given, name="ＭＡＲＩＡ　ＳＣＨＭＩＤＴ", address="東京都港区赤坂９－９９－２"
        )
        assert [proof.state for proof in await proofs(site)] == ["granted", "waiting"]
        assert (await proofs(site))[1].proved["finding"] == "represented"
        assert "Maria Schmidt" in (await first.get("/organisation/succession")).text


async def test_answers_of_others_and_second_answers_are_nothing(database, tmp_path: Path):
    """A code from another browser, of another person, used twice; and one who gives up."""
    site = demo_site(database, tmp_path)
    await person(site)
    await person(site, "taro@example.jp", "千葉 健一")
    async with site.visitor() as visitor, site.visitor() as thief:
        await enter(site, visitor, "hana@example.jp")
        await enter(site, thief, "taro@example.jp")
        back = await read(visitor, SOLE)
        assert (await thief.get(back)).status_code == 400
        assert (await visitor.get(f"{back}&state=x")).status_code == 400
        assert (await visitor.get(back.replace("iss=", "iss=x"))).status_code == 400
        assert (await visitor.get(back)).status_code == 400  # its one chance is used
        again = await read(visitor, SOLE)
        site.clock.wait(minutes=11)
        assert (await visitor.get(again)).status_code == 400
        address = await to_provider(visitor, SOLE)
        stopped = await visitor.post(address, data={"decision": "deny"})
        gave_up = await visitor.get(stopped.headers["location"])
        assert (gave_up.status_code, "中止しました" in gave_up.text) == (200, True)
        for odd in ("", "?code=1", "?state=%FF&code=1", "?state=&" + "a=1&" * 50):
            assert (await visitor.get(f"/representative/card/back{odd}")).status_code == 400
        fixed = await to_provider(visitor, SOLE)
        query = parse_qs(urlsplit(fixed).query)
        assert query["code_challenge_method"] == ["S256"]
        assert (
            await visitor.get(fixed.replace("testserver%2Frep", "evil.example%2Frep"))
        ).status_code == 403
    assert await proofs(site) == []
    async with site.database.reading() as session:
        why = await session.scalars(
            select(journal.Entry.payload)
            .where(journal.Entry.subject == "provider:card")
            .order_by(journal.Entry.seq)
        )
        assert [entry["why"] for entry in why] == [
            "answer_of_another_issuer",
            "no_request",
            "access_denied",
        ]


async def test_the_simulator_serves_demonstrations_only(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    await person(site)
    async with site.visitor() as visitor:
        await enter(site, visitor, "hana@example.jp")
        assert (await visitor.get("/simulator/card/authorize")).status_code == 404
        assert (await visitor.get("/representative/card")).status_code == 404
        assert "/representative/card" not in (await visitor.get("/representative")).text
    address = "https://madoguchi.example"
    cheat = Settings(
        base_url=address,
        card_issuer=f"{address}/simulator/card",
        card_client_id="c",
        card_acr="simulated",
    )
    assert card_of(cheat) is None
    key = tmp_path / "secret"
    key.write_text("s3cret\n")
    real = card_of(
        Settings(
            card_issuer="https://card.example",
            card_client_id="c",
            card_secret_file=key,
            card_acr="jpki",
        )
    )
    assert real is not None
    assert (real.issuer, real.secret, real.acr_values) == (
        "https://card.example",
        "s3cret",
        ("jpki",),
    )


@pytest.mark.parametrize(
    ("name", "account", "record", "demo", "finding"),
    [
        ("髙橋　花子", "高橋花子", {}, False, "agrees"),
        ("高橋 花子", "高橋 花子", {"status": "merged"}, False, "closed"),
        ("高橋 花子", "高橋 太郎", {}, False, "other_name"),
        ("高橋 太郎", "高橋 太郎", {}, False, "not_representative"),
        ("監査 明", "監査 明", {}, False, "not_representative"),
        ("高橋 花子", "高橋 花子", {"simulated": True}, False, "no_record"),
        ("高橋 花子", "高橋 花子", {"simulated": True}, True, "agrees"),
        ("高橋 花子", "高橋 花子", None, True, "no_record"),
    ],
)  # fmt: skip
def test_how_a_card_compares(
    name: str, account: str, record: dict[str, Any] | None, demo: bool, finding: str
):
    officers = [
        {"title": "代表取締役", "name": "高橋 花子", "address": "東京都港区"},
        {"title": "監査役", "name": "監査 明"},
    ]
    whole = None if record is None else {"status": "active", "officers": officers, **record}
    proved = rules.proved_of(
        {"name": name, "address": {"formatted": "東京都港区"}, "birthdate": "x"}
    )
    assert proved is not None
    assert (proved.address, proved.birthdate) == ("東京都港区", "")
    assert rules.finding_on_corporation(proved, account, whole, demo=demo)[0] == finding
    assert rules.proved_of({"name": "　"}) is None
    assert not rules.same_name("", "")


def test_a_namesake_takes_no_company_and_a_trade_name_is_no_authority():
    record = {
        "status": "active",
        "officers": [{"title": "代表取締役", "name": "高橋 花子", "address": "東京都港区芝1-2-3"}],
    }

    def found(address: str, name: str = "高橋花子", **changes: Any) -> str:
        proved = rules.Proved(name, address, "")
        return rules.finding_on_corporation(proved, name, {**record, **changes}, demo=False)[0]

    assert found("東京都港区芝一丁目２番３号") == rules.AGREES
    assert found("大阪府大阪市北区梅田1-1") == found("") == rules.NAME_ONLY
    for title in ("会計参与", "支配人", "監査役"):
        officers = [{**record["officers"][0], "title": title}]
        assert found("東京都港区芝1-2-3", officers=officers) == rules.NOT_REPRESENTATIVE
    unknown = [{"title": "代表取締役", "name": "高橋 花子"}]
    assert found("東京都港区芝1-2-3", officers=unknown) == rules.NAME_ONLY
    assert not rules.same_name("たかはし はな", "タカハシ ハナ")
    for name in (
        "トヨタ自動車株式会社",
        "㈱花子",
        "花子（株）",
        "経済産業省",
        "港区役所",
        "医療法人花",
    ):
        assert rules.sounds_official(name)
    for name in ("花子工房", "カフェ 市場", ""):
        assert not rules.sounds_official(name)


def test_a_provider_of_cards_needs_the_acr_of_a_card():
    with pytest.raises(ValueError, match="MADOGUCHI_CARD_ACR"):
        Settings(card_issuer="https://card.example", card_client_id="c")
