"""Signatures, pauses and addresses of webhooks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.webhooks import rules

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
NONE = rules.networks("")
HOME = rules.networks("127.0.0.0/8, ::1/128,10.1.0.0/16")


def test_the_vector_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    signed = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@settings(max_examples=40)
@given(st.binary(max_size=200), st.text(max_size=30), st.integers(-299, 299), st.data())
def test_only_what_was_signed_is_accepted(
    body: bytes, id: str, late: int, data: st.DataObject
) -> None:
    secret, other = (rules.secret_of("key", "ENDPOINT", serial) for serial in (1, 2))
    stamp = int(NOW.timestamp()) + late
    good = rules.signature(secret, id, stamp, body)
    both = f"{rules.signature(other, id, stamp, body)} {good}"
    assert rules.is_signed(secret, id, str(stamp), body, good, NOW)
    assert rules.is_signed(secret, id, str(stamp), body, both, NOW)
    wrong = data.draw(st.sampled_from(["body", "id", "stamp", "secret", "old", "text"]))
    args = {
        "body": (secret, id, str(stamp), body + b" ", good, NOW),
        "id": (secret, id + "x", str(stamp), body, good, NOW),
        "stamp": (secret, id, str(stamp + 1), body, good, NOW),
        "secret": (other, id, str(stamp), body, good, NOW),
        "old": (secret, id, str(stamp), body, good, NOW + timedelta(minutes=11)),
        "text": (secret, id, "１", body, "v1,ー", NOW),
    }[wrong]
    assert not rules.is_signed(*args)


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_attempts_go_on_for_three_days_and_no_longer(id: str) -> None:
    now, attempts, pauses = NOW, 0, []
    while True:
        attempts += 1
        due = rules.next_attempt(id, attempts, NOW, now)
        if due is None:
            break
        pauses.append(due - now)
        now = due
    assert timedelta(days=2) < now - NOW <= timedelta(days=3)
    assert 10 <= attempts <= 18
    assert timedelta(seconds=7) < pauses[0] < timedelta(seconds=13)
    assert max(pauses) <= timedelta(hours=15)


def test_the_circuit_rests_longer_each_time_up_to_an_hour() -> None:
    rests = [rules.rest_after(failures) for failures in range(5, 30)]
    assert rests[0] == timedelta(minutes=1)
    assert rests == sorted(rests)
    assert rests[-1] == timedelta(hours=1)


@pytest.mark.parametrize(
    ("address", "public", "home"),
    [
        ("203.0.113.7", False, False),  # documentation
        ("8.8.8.8", True, True),
        ("2001:4860:4860::8888", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("0.0.0.0", False, False),
        ("10.1.2.3", False, True),
        ("10.2.2.3", False, False),
        ("172.16.0.1", False, False),
        ("192.168.1.1", False, False),
        ("169.254.169.254", False, False),  # metadata of clouds
        ("100.64.0.1", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("fe80::1", False, False),
        ("fe80::1%eth0", False, False),
        ("fc00::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),  # NAT64 of 169.254.169.254
        ("2002:7f00:1::", False, False),  # 6to4 of 127.0.0.1
        ("::", False, False),
        ("no address", False, False),
    ],
)
def test_which_addresses_may_be_called(address: str, public: bool, home: bool) -> None:
    assert rules.may_call(address, NONE) == public
    assert rules.may_call(address, HOME) == home


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.com/hook", None),
        ("https://example.com:8443/a?b=c", None),
        ("https://[2001:4860:4860::8888]/x", None),
        ("", "length"),
        ("https://example.com/" + "a" * 500, "length"),
        ("http://example.com/hook", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("javascript:alert(1)", "form"),
        ("https://user:pass@example.com/", "form"),
        ("https://user@example.com/", "form"),
        ("https://example.com/#a", "form"),
        ("https://", "form"),
        ("https://example.com:99999/", "form"),
        ("https://example.com:0/", "form"),
        ("https://[::1/", "form"),
        ("https://例え.jp/", "form"),
        ("https://exa mple.com/", "form"),
        ("https://example.com/\r\nHost: x", "form"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://localhost/", "private"),
        ("https://db.internal/", "private"),
        ("https://127.1/", "private"),
        ("https://0x7f000001/", "private"),
        ("https://2130706433/", "private"),
        ("https://0177.0.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
    ],
)
def test_which_urls_may_be_registered(url: str, fault: str | None) -> None:
    assert rules.url_fault(url, NONE) == fault


def test_an_administrator_may_allow_a_network() -> None:
    assert rules.url_fault("http://127.0.0.1:9/x", HOME) is None
    assert rules.url_fault("https://192.168.0.1/", HOME) == "private"
    with pytest.raises(ValueError, match="network"):
        rules.networks("somewhere")


@given(st.text(max_size=60))
def test_no_text_breaks_the_check(text: str) -> None:
    rules.url_fault(text, NONE)
    rules.url_fault("https://" + text, HOME)
    rules.may_call(text, HOME)


def test_every_endpoint_and_serial_has_a_secret_of_its_own() -> None:
    found = {
        rules.secret_of(key, id, serial)
        for key in ("a", "b")
        for id in ("X", "Y")
        for serial in (1, 2)
    }
    assert len(found) == 8
