"""Codes: from a secure generator, long enough, kept as hashes; no way in that is not written down."""

import ast
import re
from pathlib import Path

from sqlalchemy import func, select

from madoguchi.identity.account import codes
from madoguchi.identity.account.models import Account, RecoveryCode
from madoguchi.identity.account.rules import CODE_LIFE
from madoguchi.identity.models import Person
from madoguchi.web.session import SessionCookie
from tests.identity.account.site import make_site, sign_in

SOURCE = Path(codes.__file__).parents[2]
DOCUMENT = Path(__file__).parents[3] / "docs" / "security" / "authentication.md"


def test_codes_are_as_long_as_they_say() -> None:
    made = {codes.recovery_code() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{24}", code) for code in made)  # 24 × 5 = 120 bits
    mails = {codes.mail_code() for _ in range(200)}
    assert all(re.fullmatch("[0-9]{6}", code) for code in mails)
    assert len(mails) > 150
    assert len(codes.link_token()) >= 43  # 256 bits
    assert CODE_LIFE.total_seconds() <= 600


# What they make is invented data, the same for everybody, and nothing secret.
INVENTING = {"registry/activities/synthesising.py", "installation/demo/corporations.py"}


def test_nothing_secret_comes_from_a_guessable_generator() -> None:
    for path in SOURCE.rglob("*.py"):
        if str(path.relative_to(SOURCE)) in INVENTING:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "random" not in names, path


async def test_recovery_codes_are_kept_as_keyed_hashes(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        page = await visitor.post("/account/security/recovery-codes")
    shown = {part.split("<")[0].replace("-", "") for part in page.text.split('dads-secret">')[1:]}
    async with site.database.reading() as session:
        kept = set(await session.scalars(select(RecoveryCode.mac)))
    assert len(shown) == len(kept) == 10
    assert all(re.fullmatch("[0-9a-f]{64}", mac) for mac in kept)
    assert not shown & kept


def test_a_session_is_shown_by_160_bits_of_signature() -> None:
    cookie = str(SessionCookie(secret="x", https=True, clock=None).serializer.dumps({}))  # type: ignore[arg-type] # fmt: skip
    assert len(cookie.rpartition(".")[2]) * 6 // 8 >= 20


def test_sessions_begin_at_the_documented_ways_only() -> None:
    """Who adds a way in names it in docs/security/authentication.md and here."""
    callers: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                callers.setdefault(node.func.id, set()).add(path.relative_to(SOURCE).as_posix())
    assert callers["start_sign_in"] == {
        "identity/account/entering.py",
        "identity/service/sign_in.py",
    }
    assert callers["sign_in_as"] == {"identity/pages.py"}
    written = DOCUMENT.read_text(encoding="utf-8")
    for path in sorted(path for path in callers["enter"] if path.startswith("identity/")):
        named = path.removeprefix("identity/").removeprefix("account/pages/")
        assert f"`{named}`" in written, path


async def test_a_new_installation_has_no_accounts_and_no_people(database):
    async with database.reading() as session:
        for table in (Person, Account):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


def test_there_are_no_hints_or_secret_questions() -> None:
    kept = set(Account.__table__.columns.keys())
    assert not {name for name in kept if re.search("hint|question|answer|secret", name)}
    asked = set()
    for path in (SOURCE / "identity" / "account" / "templates").glob("*.html"):
        asked |= set(re.findall(r'_field\("/(\w+)"', path.read_text(encoding="utf-8")))
    assert asked <= {"address", "name", "password", "current", "code", "label", "confirm"}, asked
