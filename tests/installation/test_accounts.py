"""The first accounts of an installation; a demonstration never where mail leaves."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.models import Person
from madoguchi.installation.accounts import add_account, end_sessions, renew_codes
from madoguchi.settings import Settings
from tests.identity.account.site import make_site, sign_in


def test_a_demonstration_does_not_start_where_mail_leaves() -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        Settings(demo=True, smtp_url="smtp://mail.example.jp")


async def test_an_official_enters_with_mail_and_the_code_handed_over(database, tmp_path: Path):
    site = make_site(database)
    settings = Settings(home=tmp_path, secret=site.app.state.settings.secret_key)
    codes = await add_account(
        database, settings, "saburo@meti.example.jp", "審査 三郎", ["meti:examiner"]
    )
    assert len(codes) == 10
    assert all(re.fullmatch(r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}", code) for code in codes)
    async with site.visitor() as visitor:
        second = await sign_in(site, visitor, "saburo@meti.example.jp")
        assert second.status_code == 200
        assert (await visitor.get("/who")).json()["kind"] == "public"
        await visitor.post("/sign-in/second", data={"/code": codes[0]})
        assert (await visitor.get("/who")).json()["kind"] == "official"
    renewed = await renew_codes(database, settings, "saburo@meti.example.jp")
    async with site.visitor() as visitor:
        await sign_in(site, visitor, "saburo@meti.example.jp")
        assert (await visitor.post("/sign-in/second", data={"/code": codes[1]})).status_code == 422
        assert (
            await visitor.post("/sign-in/second", data={"/code": renewed[0]})
        ).status_code == 303


@pytest.mark.parametrize(
    ("address", "role"), [("nobody", "meti:examiner"), ("a@b.jp", "meti:king"), ("a@b.jp", "x:examiner")]
)  # fmt: skip
async def test_mistakes_are_refused(database, tmp_path: Path, address: str, role: str):
    with pytest.raises(IdentityError):
        await add_account(database, Settings(home=tmp_path), address, "人", [role])
    with pytest.raises(IdentityError):
        await renew_codes(database, Settings(home=tmp_path), "nobody@example.jp")


async def test_the_operator_ends_the_sessions_of_one_or_of_all(database):
    site = make_site(database)
    await site.person("taro@example.jp")
    await site.person("hanako@example.jp")
    async with site.visitor() as taro, site.visitor() as hanako:
        await sign_in(site, taro, "taro@example.jp")
        await sign_in(site, hanako, "hanako@example.jp")
        with pytest.raises(IdentityError):
            await end_sessions(database, "nobody@example.jp")
        assert await end_sessions(database, "Taro@example.jp") == 1
        assert (await taro.get("/who")).json()["kind"] == "public"
        assert (await hanako.get("/who")).json()["kind"] == "applicant"
        await sign_in(site, taro, "taro@example.jp")
        assert await end_sessions(database, None) == 2
        for visitor in (taro, hanako):
            assert (await visitor.get("/who")).json()["kind"] == "public"


async def test_disabling_a_person_ends_their_session(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        async with database.session() as session:
            (await session.get_one(Person, person)).active = False
            await session.commit()
        assert (await visitor.get("/who")).json()["kind"] == "public"
        await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
        await visitor.post("/sign-in/mail")
        assert "アカウントはありません" in (await site.letters())[-1][2]
