"""Proving a representative: the certificate, the desk, and what the decision opens."""

import io
import re
from pathlib import Path

import pikepdf
import pyotp
from httpx import AsyncClient
from sqlalchemy import select

from madoguchi.app import create_app
from madoguchi.identity.account.models import Account
from madoguchi.identity.models import Organisation
from madoguchi.identity.service import grant_role, seed_agencies
from madoguchi.kernel.blobs import BlobStore
from madoguchi.messages.models import Message
from madoguchi.settings import Settings
from tests.identity.account.site import Moving, Site, sign_in
from tests.identity.account.test_signing_in import SECRET, actions, secure

NUMBER = "7000012050002"
GIVEN = {"/number": NUMBER, "/name": "株式会社みなと化学", "/title": "代表取締役"}


def certificate() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


def whole_site(database, folder: Path) -> Site:
    clock = Moving()
    app = create_app(
        Settings(home=folder, secret="x" * 40, base_url="http://testserver"), clock  # type: ignore[arg-type]
    )  # fmt: skip
    app.state.database, app.state.blobs = database, BlobStore(folder / "blobs")
    return Site(database, clock, app)


async def enter(site: Site, visitor: AsyncClient, address: str) -> None:
    """With mail and app."""
    await sign_in(site, visitor, address)
    await visitor.post("/sign-in/second", data={"/code": pyotp.TOTP(SECRET).at(site.clock.now)})


async def official(
    site: Site, address: str = "admin@meti.example.jp", role: str = "proofing"
) -> str:
    person = await site.person(address)
    await secure(site, person, totp=True)
    async with site.database.session() as session:
        await seed_agencies(session)
        await grant_role(session, site.clock, person, "meti", role, by="test")
        await session.commit()
    return person


async def ask(visitor: AsyncClient, content: bytes | None = None, **change: str):
    file = {"/file": ("証明書.pdf", content if content is not None else certificate())}
    given = {**GIVEN, **{f"/{name}": value for name, value in change.items()}}
    return await visitor.post("/representative", data=given, files=file)


async def waiting_id(visitor: AsyncClient) -> str:
    page = await visitor.get("/desk/representatives")
    return re.findall(r"/desk/representatives/(\w{26})", page.text)[-1]


async def test_a_certificate_makes_a_prime(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    person = await site.person()
    await official(site)
    async with site.visitor() as visitor, site.visitor() as desk:
        await sign_in(site, visitor)
        # A prime is never made of an account that one factor opens.
        assert (await ask(visitor)).status_code == 409
        await secure(site, person, totp=True)
        await enter(site, visitor, "taro@example.jp")
        refused = await ask(visitor, number="123", name=" ")
        assert refused.status_code == 422
        assert "代表取締役" in refused.text
        assert (await ask(visitor, b"MZ not a document")).status_code == 422
        assert (await ask(visitor)).status_code == 303
        assert (await ask(visitor)).status_code == 409
        await enter(site, desk, "admin@meti.example.jp")
        proof = await waiting_id(desk)
        page = await desk.get(f"/desk/representatives/{proof}")
        assert "株式会社みなと化学" in page.text
        file = await desk.get(f"/desk/representatives/{proof}/file")
        assert (file.status_code, file.content[:4]) == (200, b"%PDF")
        settled = await desk.post(f"/desk/representatives/{proof}", data={"decision": "grant"})
        assert settled.status_code == 303
        again = await desk.post(f"/desk/representatives/{proof}", data={"decision": "grant"})
        assert again.status_code == 409
        me = (await visitor.get("/api/v1/me")).json()
        assert me["acting_for"]["corporate_number"] == NUMBER
        assert (await visitor.get("/organisation")).status_code == 200
        assert "確認しました" in (await visitor.get("/representative")).text
    async with site.database.reading() as session:
        assert (await session.get_one(Account, person)).level == "prime"
        made = await session.scalar(select(Organisation))
        assert made is not None
        assert (made.representative_title, made.representative_name) == ("代表取締役", "港 太郎")
    assert [a for a in await actions(site, person) if "prime" in a] == [
        "prime_asked",
        "prime_granted",
    ]


async def test_a_refusal_says_why_and_one_may_ask_again(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    person = await site.person()
    await secure(site, person, totp=True)
    await official(site)
    async with site.visitor() as visitor, site.visitor() as desk:
        await enter(site, visitor, "taro@example.jp")
        await ask(visitor)
        await enter(site, desk, "admin@meti.example.jp")
        proof = await waiting_id(desk)
        silent = await desk.post(f"/desk/representatives/{proof}", data={"decision": "refuse"})
        assert silent.status_code == 422
        told = {"decision": "refuse", "/reason": "発行日が古い証明書です。"}
        assert (await desk.post(f"/desk/representatives/{proof}", data=told)).status_code == 303
        assert "発行日が古い" in (await visitor.get("/representative")).text
        assert (await ask(visitor)).status_code == 303
        odd = await desk.post(f"/desk/representatives/{proof}", data={"decision": "x"})
        assert odd.status_code == 404
    async with site.database.reading() as session:
        message = await session.scalar(select(Message).where(Message.recipient_person == person))
        assert message is not None
        assert "発行日" in message.body["ja"]


async def test_only_those_with_the_role_see_it_and_nobody_decides_on_themselves(
    database, tmp_path: Path
):
    site = whole_site(database, tmp_path)
    await official(site)
    await secure(site, await site.person(), totp=True)
    async with site.visitor() as visitor, site.visitor() as admin:
        await enter(site, visitor, "taro@example.jp")
        await ask(visitor)
        await enter(site, admin, "admin@meti.example.jp")
        assert (await ask(admin)).status_code == 303
        own = await waiting_id(admin)
        granted = await admin.post(f"/desk/representatives/{own}", data={"decision": "grant"})
        assert granted.status_code == 403
        for path in ("", f"/{own}", f"/{own}/file"):
            assert (await visitor.get(f"/desk/representatives{path}")).status_code == 403
        post = await visitor.post(f"/desk/representatives/{own}", data={"decision": "grant"})
        assert post.status_code == 403
        assert (await admin.get("/desk/representatives/nonsense")).status_code == 404
