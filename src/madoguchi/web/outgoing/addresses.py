"""Which addresses we call for others (SSRF): public ones, and the networks the operator allows."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

LONGEST_URL = 500

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


def networks(text: str) -> Networks:
    """The networks an administrator allows besides the public ones: CIDRs, comma-separated.

    Raises ValueError for what is no network.
    """
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def may_call(address: str, allowed: Networks) -> bool:
    """Whether this IP address may be called: public, or in a network that is allowed.

    Addresses that carry an IPv4 one (mapped, NAT64, 6to4, Teredo) are judged by what they carry.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = [found, *_carried(found)]
    if any(found in network for network in allowed if network.version == found.version):
        return True
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in inner)


def _carried(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"):
        if address in ipaddress.ip_network(network):
            carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]


def url_fault(url: str, allowed: Networks) -> str | None:
    """Why this is no address to be told at: length, form, scheme, private; None when it is one.

    Plain http is for the networks an administrator allows; what a name resolves to is judged at
    every connection.
    """
    if not 1 <= len(url) <= LONGEST_URL:
        return "length"
    if any(not "\x21" <= character <= "\x7e" or character in '\\"<>' for character in url):
        return "form"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "form"
    if not host or parts.username is not None or parts.fragment or port == 0:
        return "form"
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        return "scheme"
    return "private" if _is_inside(host, allowed) else None


def _is_inside(host: str, allowed: Networks) -> bool:
    """A literal address that may not be called, or a name that only means something within."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        inside = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
        # 127.1, 0x7f000001 and the like are addresses to a resolver, not names.
        return (inside and not allowed) or host.rsplit(".", 1)[-1][:1].isdigit()
    return not may_call(host, allowed)
