"""Pure decisions about accounts."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.identity.account.authenticator import new_secret, step_of
from madoguchi.identity.account.limits import PASSWORD, Limit, once, used_until
from madoguchi.identity.account.passwords import is_breached
from madoguchi.identity.account.rules import mail_address, needs, password_fault, typed_code
from madoguchi.identity.assurance import ACR_1, acr_of
from madoguchi.identity.device import device_of, moved
from madoguchi.identity.rules import safe_return
from tests.identity.account.site import CHROME, FIREFOX
from tests.web.app import NOW


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Taro@Example.JP ", "taro@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("a.b+c@sub.example.co.jp", "a.b+c@sub.example.co.jp"),
        ("taro", None),
        ("taro@localhost", None),
        ("taro@example.jp\nbcc: all@example.jp", None),
        ("taro@exa mple.jp", None),
        ("a" * 65 + "@example.jp", None),
        ("", None),
    ],
)
def test_addresses(typed: str, address: str | None) -> None:
    assert mail_address(typed) == address


def test_codes_as_people_type_them() -> None:
    assert typed_code("１２３ ４５６") == "123456"
    assert typed_code("abcd-efgh-jkmn-pqrs") == "ABCDEFGHJKMNPQRS"


def test_passwords() -> None:
    assert password_fault("short", 4, False) == "short"
    assert password_fault("x" * 129, 4, False) == "long"
    assert password_fault("a long enough one", 4, True) == "breached"
    assert password_fault("a long enough one", 2, False) == "weak"
    assert password_fault("a long enough one", 3, False) is None


def test_the_list_of_breached_passwords_is_searched(tmp_path) -> None:
    import hashlib

    words = [f"password{n}" for n in range(50)]
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = tmp_path / "pwned.txt"
    path.write_text("".join(f"{line}:{n * n}\r\n" for n, line in enumerate(hashes)))
    assert all(is_breached(path, word) for word in words)
    assert not any(is_breached(path, f"another{n}") for n in range(50))
    path.write_text("")
    assert not is_breached(path, words[0])


def test_nobody_with_a_second_factor_enters_with_one() -> None:
    ways = ["pwd", "email", "otp", "recovery"]
    sets = [set(some) for n in range(5) for some in combinations(ways, n)]
    for amr in sets:
        for totp, passkeys, recovery in (
            (True, False, False),
            (False, True, True),
            (True, True, True),
        ):
            found = needs(amr, totp=totp, passkeys=passkeys, recovery=recovery, guarded=False)
            assert (found == "nothing") == (acr_of(amr) != ACR_1)
        prime = needs(amr, totp=False, passkeys=False, recovery=False, guarded=True)
        assert (prime == "nothing") == (acr_of(amr) != ACR_1)
    assert needs(["pwd"], totp=False, passkeys=False, recovery=False, guarded=False) == "nothing"
    assert needs(["pwd"], totp=False, passkeys=True, recovery=False, guarded=False) == "passkey"
    assert needs(["email"], totp=False, passkeys=True, recovery=True, guarded=False) == "second"
    assert needs(["otp"], totp=True, passkeys=False, recovery=False, guarded=False) == "first"
    assert (
        needs(["pop", "user"], totp=True, passkeys=True, recovery=True, guarded=True) == "nothing"
    )


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=60))
def test_a_limit_never_lets_more_through_than_it_says(gaps: list[int]) -> None:
    limit, until, now, admitted = PASSWORD, 0, 0, []
    for gap in gaps:
        now += gap
        new = used_until(until, now, limit)
        if new is not None:
            until = new
            admitted.append(now)
    for begin in admitted:
        within = sum(begin <= at < begin + 300_000 for at in admitted)
        # A bucket gives what is in it and, meanwhile, what drips into it.
        assert within <= 2 * limit.times


def test_once_is_once() -> None:
    limit = once("x", timedelta(minutes=5))
    until = used_until(0, 1_000, limit)
    assert until == 301_000
    assert used_until(until, 300_999, limit) is None
    assert Limit("y", 10, timedelta(minutes=5)).step == 30_000


def test_an_apps_code_is_right_for_its_step_and_the_neighbours() -> None:
    import pyotp

    secret = new_secret()
    step = int(NOW.timestamp()) // 30
    for near in (-1, 0, 1):
        code = pyotp.TOTP(secret).generate_otp(step + near)
        assert step_of(secret, code, NOW) is not None
    for far in (-2, 2):
        assert step_of(secret, pyotp.TOTP(secret).generate_otp(step + far), NOW) is None
    assert step_of(secret, "12345a", NOW) is None
    assert step_of(secret, "１２３４５６", NOW) is None


def test_devices() -> None:
    assert device_of(CHROME) == "Chrome / Windows"
    assert device_of(FIREFOX) == "Firefox / Linux"
    assert device_of("curl/8") == ""
    assert moved("Chrome / Windows", "Firefox / Linux")
    assert moved("Chrome / Windows", "")
    assert not moved("Chrome / Android", "Chrome / Linux")  # the desktop's page was asked for
    assert not moved("", "Chrome / Linux")
    assert not moved("Windows", "Chrome / Windows")


def test_after_signing_in_nobody_is_sent_to_sign_in_again() -> None:
    assert safe_return("/sign-in/again?return=/x") == "/"
