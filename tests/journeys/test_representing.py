"""Who represents an organisation, in the browser: its programs and people, and the proof that falls due."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Browser

from tests.journeys.looking import look
from tests.journeys.site import Site
from tests.journeys.test_card import read_card, with_passkey

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
NAME = "窓口 次郎"


async def test_programs_members_and_a_proof_that_falls_due(site: Site, browser: Browser) -> None:
    window = await with_passkey(site, browser, NAME, "jiro@card.example.jp")
    await window.goto("/representative/card")
    await window.get_by_label("個人事業主", exact=True).check()
    await window.get_by_role("button", name="カードの読み取りへ進む").click()
    await read_card(window, "窓口　次郎")
    await window.get_by_text("代表者であることを確認しました").first.wait_for()

    await window.goto("/organisation")
    await look(window, "organisation")
    await window.get_by_label("メールアドレス").fill("x")
    await window.get_by_role("button", name=re.compile("招待")).first.click()
    await look(window, "organisation-fault")
    await window.goto("/organisation/branches")
    await window.get_by_label("名称").first.fill("仙台支店")
    await window.get_by_role("button", name=re.compile("加える")).click()
    await look(window, "branches")
    await window.goto("/organisation/programs")
    await look(window, "programs-none")
    await window.get_by_label("プログラムの名前").fill("会計ソフト（本店の経理が使うもの）")
    await window.get_by_role("button", name="プログラムを加える").click()
    await look(window, "program")
    await window.get_by_role("button", name=re.compile("鍵")).first.click()
    await look(window, "program-key")
    await window.goto("/organisation/programs")
    await look(window, "programs")
    await window.goto("/account/security")
    await look(window, "security-representative")

    # The proof falls due: three years later, for all its person sees.
    with closing(sqlite3.connect(site.home / "madoguchi.db", timeout=30)) as database, database:
        database.execute(
            "UPDATE verification SET due_at = datetime(at, '-1 day') "
            "WHERE person_id IN (SELECT id FROM person WHERE name = ?)",
            [NAME],
        )
        database.execute(
            "UPDATE organisation SET proof_due_at = v.due_at FROM verification v "
            "JOIN person p ON p.id = v.person_id "
            "WHERE v.organisation_id = organisation.id AND p.name = ?",
            [NAME],
        )
    await window.goto("/account")
    await look(window, "proof-due")
    await window.goto("/organisation/programs")
    await window.get_by_label("プログラムの名前").fill("別のソフト")
    await window.get_by_role("button", name="プログラムを加える").click()
    await window.get_by_text("代表者の再確認").first.wait_for()
    await look(window, "proof-needed")
    await window.goto("/representative")
    await look(window, "representative-due")
    await window.get_by_role("link", name=re.compile("カード")).first.click()
    await window.get_by_label("個人事業主", exact=True).check()
    await window.get_by_role("button", name="カードの読み取りへ進む").click()
    await read_card(window, "窓口　次郎")
    await window.get_by_text("代表者であることを確認しました").first.wait_for()
    await window.goto("/organisation/programs")
    await window.get_by_label("プログラムの名前").fill("別のソフト")
    await window.get_by_role("button", name="プログラムを加える").click()
    await window.get_by_text("プログラムを加えました").wait_for()
