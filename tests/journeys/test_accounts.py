"""A person's way with an account, in the browser: with a passkey, and without any script."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pyotp
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from playwright.async_api import Browser, Page

from tests.journeys.looking import look
from tests.journeys.people import WIDE
from tests.journeys.site import ROOT, _stop

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
PATIENCE = 120


class Mailbox(Handler):
    """Keeps the mails it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[tuple[str, str]] = []

    def handle_message(self, message: Message) -> None:
        payload = message.get_payload(decode=True)
        assert isinstance(payload, bytes)
        self.bodies.append((str(message["To"]), payload.decode()))

    def wait_for(self, address: str, pattern: str, after: int) -> str:
        """What the pattern finds in the next mail to an address after so many mails."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for to, body in self.bodies[after:]:
                found = re.search(pattern, body)
                if address in to and found:
                    return found[1]
            time.sleep(0.1)
        raise AssertionError(f"no mail with {pattern}: {self.bodies[after:]}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def production(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Mailbox]]:
    """An installation as in production: no demonstration, mail leaves, passkeys of localhost."""
    home, mailbox, port, mail_port = (
        tmp_path_factory.mktemp("home"),
        Mailbox(),
        free_port(),
        free_port(),
    )
    post = Controller(mailbox, hostname="127.0.0.1", port=mail_port)
    post.start()
    log = home / "server.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")},
        "MADOGUCHI_HOME": str(home),
        "MADOGUCHI_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "PORT": str(port),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "madoguchi.cli", "serve"],
            stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(port, log, server)
        yield f"http://localhost:{port}", mailbox
    finally:
        _stop(server)
        post.stop()


def _wait(port: int, log: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")


@pytest_asyncio.fixture(loop_scope="session")
async def window(production: tuple[str, Mailbox], browser: Browser, request: pytest.FixtureRequest):
    """A new window of the site; scripts as the test's parameter says."""
    scripts: bool = getattr(request, "param", True)
    context = await browser.new_context(
        base_url=production[0], java_script_enabled=scripts, locale="ja-JP",
        viewport={"width": WIDE, "height": 900},
    )  # fmt: skip
    page = await context.new_page()
    page.set_default_timeout(30_000)
    yield page
    await context.close()


async def sign_up(page: Page, mailbox: Mailbox, name: str, address: str) -> None:
    await page.goto("/sign-up")
    await page.get_by_label("氏名").fill(name)
    await page.get_by_label("メールアドレス").fill(address)
    seen = len(mailbox.bodies)
    await page.get_by_role("button", name="確認コードを送る").click()
    code = mailbox.wait_for(address, r"(?<!\d)(\d{6})(?!\d)", seen)
    await page.get_by_label("確認コード").fill(code)
    await page.get_by_role("button", name="アカウントを作る").click()
    await page.wait_for_url("**/account/security*")


async def test_a_passkey_is_made_and_used(production, window: Page) -> None:
    mailbox = production[1]
    devtools = await window.context.new_cdp_session(window)
    await devtools.send("WebAuthn.enable")
    await devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    await window.goto("/sign-up")
    await look(window, "sign-up")
    await sign_up(window, mailbox, "港 花子", "hanako@example.jp")
    await look(window, "security-new")
    await window.get_by_label("パスキーの名前").fill("会社のパソコン")
    await window.get_by_role("button", name="パスキーを追加する").click()
    await window.get_by_text("パスキーを追加しました").wait_for()
    await window.get_by_role("button", name="回復コードを新しく作る").click()
    await window.get_by_role("heading", name="回復コード").wait_for()
    await look(window, "recovery-codes")
    await window.goto("/account/security")
    await look(window, "security-passkey")
    await window.locator("summary", has_text="港 花子").click()
    await window.get_by_role("button", name="ログアウト").click()
    await window.wait_for_url(production[0] + "/")
    # Where the address box offers passkeys by itself, this device would answer before the button.
    await window.add_init_script(
        "PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)"
    )
    await window.goto("/sign-in?return=/account")
    await window.get_by_role("button", name="パスキーを使う").click()
    await window.wait_for_url("**/account")
    await window.get_by_role("heading", name="アカウント").first.wait_for()
    await window.goto("/account/security")
    assert await window.get_by_text("ログインした").count() >= 2


@pytest.mark.parametrize("window", [False], indirect=True)
async def test_without_scripts_an_app_and_a_password_do(production, window: Page) -> None:
    mailbox = production[1]
    await sign_up(window, mailbox, "港 太郎", "taro@example.jp")
    await window.get_by_role("button", name="認証アプリを登録する").click()
    secret = (await window.locator("code").inner_text()).replace(" ", "")
    assert await window.locator("svg.segno").count() == 1
    await window.get_by_label("アプリに表示された数字").fill(
        pyotp.TOTP(secret).at(datetime.now(UTC))
    )
    await window.get_by_role("button", name="登録する", exact=True).click()
    await window.get_by_text("認証アプリを登録しました").wait_for()
    await window.get_by_role("link", name="パスワードを設定する").click()
    await window.get_by_label("新しいパスワード").fill("短い")
    await window.get_by_role("button", name="設定する").click()
    await window.get_by_role("link", name="パスワードは12文字以上").wait_for()
    await window.get_by_label("新しいパスワード").fill("seven quiet trains at noon")
    await window.get_by_role("button", name="設定する").click()
    await window.get_by_text("パスワードを設定しました").wait_for()
    await window.locator("summary", has_text="港 太郎").click()
    await window.get_by_role("button", name="ログアウト").click()
    await window.goto("/sign-in")
    await window.get_by_label("メールアドレス").fill("taro@example.jp")
    await window.get_by_role("button", name="次へ").click()
    await window.get_by_label("パスワード").fill("seven quiet trains at noon")
    await window.get_by_role("button", name="パスワードで進む").click()
    await window.get_by_role("heading", name="2つ目の確認").wait_for()
    # The code just used is used up: the app's next one, which is good already.
    later = datetime.fromtimestamp(time.time() + 30, UTC)
    await window.get_by_label("コード").fill(pyotp.TOTP(secret).at(later))
    await window.get_by_role("button", name="ログイン").click()
    await window.get_by_text("ログインしました").wait_for()


@pytest.mark.parametrize("window", [False], indirect=True)
async def test_a_form_interrupted_by_a_fresh_proof_comes_back(production, window: Page) -> None:
    mailbox, address = production[1], "saburo@example.jp"
    await sign_up(window, mailbox, "港 三郎", address)
    await window.goto("/account")
    await window.get_by_label("トークンの名前").fill("夜間の連携")
    await window.get_by_label("365日").check()
    # Meanwhile an app is added in another browser: from now on one factor is not enough here.
    beside = await window.context.browser.new_context(
        base_url=production[0], java_script_enabled=False, locale="ja-JP"
    )
    other = await beside.new_page()
    await other.goto("/sign-in?return=/account/security")
    await by_mail(other, mailbox, address)
    await other.get_by_role("button", name="認証アプリを登録する").click()
    secret = (await other.locator("code").inner_text()).replace(" ", "")
    now = datetime.now(UTC)
    await other.get_by_label("アプリに表示された数字").fill(pyotp.TOTP(secret).at(now))
    await other.get_by_role("button", name="登録する", exact=True).click()
    await other.get_by_text("認証アプリを登録しました").wait_for()
    await beside.close()

    await window.get_by_role("button", name="トークンを作る").click()
    await window.get_by_role("heading", name="もう一度ご本人の確認をします").wait_for()
    await by_mail(window, mailbox, address)
    later = datetime.fromtimestamp(time.time() + 30, UTC)  # the one just used is used up
    await window.get_by_label("コード").fill(pyotp.TOTP(secret).at(later))
    await window.get_by_role("button", name="ログイン").click()
    await window.get_by_text("入力した内容を戻しました").wait_for()
    assert await window.get_by_label("トークンの名前").input_value() == "夜間の連携"
    assert await window.get_by_label("365日").is_checked()
    await window.get_by_role("button", name="トークンを作る").click()
    await window.get_by_text("この画面でだけ表示されます").wait_for()
    assert await window.get_by_text("入力した内容を戻しました").count() == 0


async def by_mail(page: Page, mailbox: Mailbox, address: str) -> None:
    """Prove who one is by a code sent by mail, from the page that asks for the address."""
    if await page.get_by_label("メールアドレス").is_editable():
        await page.get_by_label("メールアドレス").fill(address)
    await page.get_by_role("button", name="次へ").click()
    seen = len(mailbox.bodies)
    await page.get_by_role("button", name="コードを送る").click()
    code = mailbox.wait_for(address, r"(?<!\d)(\d{6})(?!\d)", seen)
    await page.get_by_label("確認コード").fill(code)
    await page.get_by_role("button", name="確認する").click()


async def test_the_mail_address_is_changed_and_changed_back_and_the_account_closed(
    production, window: Page
) -> None:
    mailbox = production[1]
    await sign_up(window, mailbox, "港 次郎", "jiro@example.jp")
    await window.get_by_role("link", name="メールアドレスを変える").click()
    await look(window, "address")
    await window.get_by_label("新しいメールアドレス").fill("jiro@new.example.jp")
    seen = len(mailbox.bodies)
    await window.get_by_role("button", name="確認コードを送る").click()
    code = mailbox.wait_for("jiro@new.example.jp", r"(?<!\d)(\d{6})(?!\d)", seen)
    await look(window, "address-proof")
    await window.get_by_label("確認コード").fill(code)
    await window.get_by_role("button", name="メールアドレスを変える").click()
    await window.get_by_text("メールアドレスを変えました").wait_for()
    await window.get_by_role("link", name="アカウントの終了").click()
    await window.get_by_text("72時間は、終了できません").wait_for()
    await look(window, "close-not-yet")
    link = mailbox.wait_for("jiro@example.jp", r"(http\S+/account/address/undo/\S+)", seen)
    await window.goto(link)
    await look(window, "address-undo")
    await window.get_by_role("button", name="元に戻す").click()
    await window.get_by_role("heading", name="メールアドレスを元に戻しました").wait_for()
    await look(window, "address-undone")
    await window.get_by_role("link", name="ログインの画面へ").click()
    await window.get_by_label("メールアドレス").fill("jiro@example.jp")
    await window.get_by_role("button", name="次へ").click()
    seen = len(mailbox.bodies)
    await window.get_by_role("button", name="コードを送る").click()
    code = mailbox.wait_for("jiro@example.jp", r"(?<!\d)(\d{6})(?!\d)", seen)
    await window.get_by_label("確認コード").fill(code)
    await window.get_by_role("button", name="確認する").click()
    await window.get_by_text("ログインしました").wait_for()
    await window.goto("/account/close")
    await window.get_by_role("button", name="アカウントを終了する").click()
    await window.get_by_role("link", name="チェックを入れてください").wait_for()
    await look(window, "close")
    await window.get_by_label("内容を確かめました").check()
    await window.get_by_role("button", name="アカウントを終了する").click()
    await window.get_by_text("アカウントを終了しました").wait_for()


async def test_the_other_pages_of_signing_in(production, window: Page) -> None:
    for path, name in (("/recovery", "recovery"), ("/sign-in", "begin")):
        await window.goto(path)
        await look(window, name)
    await window.get_by_label("メールアドレス").fill("nobody@example.jp")
    await window.get_by_role("button", name="次へ").click()
    await look(window, "proof")
    await window.get_by_role("button", name="コードを送る").click()
    await window.get_by_label("確認コード").fill("12")
    await window.get_by_role("button", name="確認する").click()
    await window.get_by_role("link", name="コードが正しくない").wait_for()
    await look(window, "proof-wrong")
