"""Which addresses we call for others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.web import outgoing

NONE = outgoing.networks("")
HOME = outgoing.networks("127.0.0.0/8, ::1/128,10.1.0.0/16")


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
    assert outgoing.may_call(address, NONE) == public
    assert outgoing.may_call(address, HOME) == home


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
    assert outgoing.url_fault(url, NONE) == fault


def test_an_administrator_may_allow_a_network() -> None:
    assert outgoing.url_fault("http://127.0.0.1:9/x", HOME) is None
    assert outgoing.url_fault("https://192.168.0.1/", HOME) == "private"
    with pytest.raises(ValueError, match="network"):
        outgoing.networks("somewhere")


@given(st.text(max_size=60))
def test_no_text_breaks_the_check(text: str) -> None:
    outgoing.url_fault(text, NONE)
    outgoing.url_fault("https://" + text, HOME)
    outgoing.may_call(text, HOME)
