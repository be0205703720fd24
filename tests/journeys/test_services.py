"""Signing in to another service with this installation, in the browser: by redirect and by a device."""

import asyncio
import base64
import hashlib
import os
import re
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.async_api import Page

from tests.journeys.looking import look
from tests.journeys.people import NAMES, PUBLIC, People
from tests.journeys.site import ROOT, Site

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
BACK = "http://127.0.0.1:9/callback"
BYE = "http://127.0.0.1:9/bye"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def register(site: Site, name: str, *options: str) -> tuple[str, str]:
    """A service registered by the operator's command: its id and its secret."""
    command = [sys.executable, "-m", "madoguchi.cli", "identity", "client", "add", name, *options]
    done = subprocess.run(
        command,
        env={**os.environ, "MADOGUCHI_HOME": str(site.home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(line.split() for line in done.stdout.splitlines() if line.startswith("client_"))
    return told["client_id"], told["client_secret"]


async def sign_in(window: Page, who: str) -> None:
    """As a person of the demo, wherever the page leads afterwards."""
    await window.get_by_role("button", name=re.compile(NAMES[who])).click()


@asynccontextmanager
async def listening() -> AsyncIterator[str]:
    """A service's own server, that answers "ok" to whatever it is asked: its address."""

    async def answer(asked: StreamReader, told: StreamWriter) -> None:
        await asked.readuntil(b"\r\n\r\n")
        told.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await told.drain()
        told.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def answered(window: Page, address: str) -> dict[str, str]:
    """What the service is told at its address."""
    await window.get_by_role("button", name="同意してログイン").click()
    await window.wait_for_url(re.compile(re.escape(address)))
    return {name: values[0] for name, values in parse_qs(urlsplit(window.url).query).items()}


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_person_signs_in_to_a_service(site: Site, people: People, scripts: bool) -> None:
    async with listening() as service:
        await signed_in_to(f"{service}/callback", site, people, scripts)


async def signed_in_to(back: str, site: Site, people: People, scripts: bool) -> None:
    """From the service's question to what it is told of who signed in, and out again."""
    name = f"補助金の窓口{scripts}"
    client, secret = register(
        site, name, "--redirect-uri", back, "--post-logout-uri", BYE, "--scope", "openid",
        "--scope", "profile", "--scope", "organisation",
    )  # fmt: skip
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
    asked = {
        "client_id": client, "redirect_uri": back, "response_type": "code", "state": "s1",
        "scope": "openid profile organisation", "nonce": "n1",
        "code_challenge": challenge.decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    window = await people.window(PUBLIC, scripts=scripts)
    await window.goto(f"/oauth/authorize?{urlencode(asked)}")
    await window.wait_for_url(re.compile("/sign-in"))
    await sign_in(window, "council")
    await window.get_by_role("heading", name=f"{name}に情報を渡しますか").wait_for()
    if scripts:  # axe is one
        await look(window, "consent")
    told = await answered(window, back)
    assert (told["state"], told["iss"]) == ("s1", site.address.replace("127.0.0.1", "localhost"))
    tokens = httpx.post(
        f"{site.address}/oauth/token",
        auth=(client, secret),
        data={
            "grant_type": "authorization_code", "code": told["code"], "redirect_uri": back,
            "code_verifier": VERIFIER,
        },
    ).json()  # fmt: skip
    claims = httpx.get(
        f"{site.address}/oauth/userinfo",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    ).json()
    assert claims["name"] == NAMES["council"]
    await window.goto(f"/oauth/logout?{urlencode({'client_id': client})}")
    if scripts:
        await look(window, "logout")
    await window.context.clear_cookies()
    await window.close()


async def test_a_device_is_signed_in_by_its_code(site: Site, people: People) -> None:
    client, secret = register(
        site, "測定器", "--grant-type", DEVICE, "--scope", "openid", "--scope", "profile"
    )
    shown = httpx.post(
        f"{site.address}/oauth/device_authorization",
        auth=(client, secret),
        data={"scope": "openid profile"},
    ).json()
    window = await people.window("minato", scripts=True)
    await window.goto("/device")
    await look(window, "device")
    await window.get_by_label("コード").fill("まちがい")
    await window.get_by_role("button", name="次へ").click()
    await look(window, "device-wrong")
    await window.get_by_label("コード").fill(shown["user_code"].lower())
    await window.get_by_role("button", name="次へ").click()
    await look(window, "device-consent")
    await window.get_by_role("button", name="同意してログイン").click()
    await window.wait_for_url("**/account/services")
    await window.get_by_text("測定器").first.wait_for()
    await look(window, "services")
    await window.get_by_role("link", name="測定器に渡す情報を変える").click()
    await look(window, "service")
    given = httpx.post(
        f"{site.address}/oauth/token",
        auth=(client, secret),
        data={"grant_type": DEVICE, "device_code": shown["device_code"]},
    )
    assert given.status_code == 200, given.text
    await window.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_an_administrator_registers_a_service(people: People, scripts: bool) -> None:
    name = f"届出の窓口{scripts}"
    window = await people.window("meti-administrator", scripts=scripts)

    async def seen(what: str) -> None:
        if scripts:  # axe is one
            await look(window, f"clients-{what}")

    await window.goto("/desk/admin")
    await window.get_by_role("link", name="接続システム").click()
    await window.get_by_role("link", name="サービスを登録").click()
    await seen("new")
    await window.get_by_label("サービスの名前（日本語）").fill(name)
    await window.get_by_label("サービスの名前（英語）").fill("Notices")
    await window.get_by_label("戻り先のアドレス（redirect_uri）").fill("http://rp.example/cb")
    await window.get_by_role("button", name="登録する").click()
    await window.get_by_text("https:// で始まる完全なもの").first.wait_for()
    await seen("wrong")
    assert await window.get_by_label("サービスの名前（日本語）").input_value() == name
    await window.get_by_label("戻り先のアドレス（redirect_uri）").fill(BACK)
    await window.get_by_role("button", name="登録する").click()
    await window.get_by_role("heading", name=f"{name}の設定に使う値").wait_for()
    assert await window.get_by_label("client_secret").input_value()
    await seen("secret")
    await window.get_by_role("link", name="控えました").click()
    await seen("list")
    await window.get_by_role("link", name=name).click()
    await window.get_by_label("サービスの名前（英語）").fill("Notices of works")
    await seen("change")
    await window.get_by_role("button", name="変更を保存").click()
    await window.get_by_text("登録内容を変えました").wait_for()
    await window.get_by_role("link", name="登録用トークンを作る").click()
    await window.get_by_label("渡す相手").fill(name)
    await seen("invite")
    await window.get_by_role("button", name="トークンを作る").click()
    await window.get_by_role("textbox", name="登録用トークン").wait_for()
    await seen("token")
    await window.get_by_role("link", name="控えました").click()
    await window.get_by_role("button", name=f"{name}: 取り消す").click()
    await window.get_by_text("登録用トークンを取り消しました").wait_for()
    await window.get_by_role("link", name=name).click()
    await window.locator("summary", has_text="サービスを停止する").click()
    await window.get_by_role("button", name="停止する", exact=True).click()
    await window.get_by_text("サービスを停止しました").wait_for()
    await window.close()
