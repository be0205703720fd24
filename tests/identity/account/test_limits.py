"""How often one may try: by day for each way, and by the whole /64 of an IPv6 address."""

from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient

from madoguchi.identity.account import limits, proving
from madoguchi.identity.account.pages import shared
from madoguchi.identity.account.proving import Means
from tests.identity.account.site import SITE, Site, make_site


def means(site: Site) -> Means:
    return Means(site.database, site.clock(), "k" * 40, SITE, "ja")


async def tried(site: Site, way: limits.Limit, address: str = "taro@example.jp") -> bool:
    async with site.database.session() as session:
        proof = await proving.begin(session, site.clock(), "sign_in", address)
        allowed = await proving._admitted(session, way, proof, means(site))
        await session.commit()
    return allowed


async def test_each_way_has_so_many_tries_a_day_however_slowly_they_come(database):
    site = make_site(database)
    slowly = limits.CODE.period / limits.CODE.times  # each within the short limit
    count = 0
    while await tried(site, limits.CODE) and count < 200:
        count += 1
        site.clock.now += slowly
    # 50 and those that are allowed again while they are tried, one each 14.4 minutes.
    assert limits.DAILY.times <= count <= limits.DAILY.times * 1.5
    assert await tried(site, limits.PASSWORD)
    assert await tried(site, limits.SECOND)
    assert await tried(site, limits.CODE, "other@example.jp")
    site.clock.now += limits.DAILY.period
    assert await tried(site, limits.CODE)


@pytest.mark.parametrize(
    ("hosts", "admitted"),
    [
        (["2400:4050::1", "2400:4050::2", "2400:4050:0:0:ffff::9"], [True, True, False]),
        (["2400:4050::1", "2400:4050:0:1::1", "2400:4050:0:2::1"], [True, True, True]),
        (["2400:4050::1%eth0", "2400:4050::2", "2400:4050::3"], [True, True, False]),
        (["8.8.8.8", "8.8.8.8", "8.8.8.8"], [True, True, False]),
        (["8.8.8.8", "8.8.8.8", "8.8.4.4"], [True, True, True]),
        (["::1", "::1", "::1"], [True, True, True]),  # a proxy on this machine limits by itself
        (["fd00::1", "fd00::1", "fd00::1"], [True, True, True]),
    ],
)
async def test_who_has_one_address_of_ipv6_has_its_whole_network(
    database, monkeypatch, hosts, admitted
):
    monkeypatch.setattr(shared, "CLIENT", replace(limits.CLIENT, times=2))
    site = make_site(database)
    found = []
    for host in hosts:
        transport = ASGITransport(site.app, client=(host, 1))
        async with AsyncClient(transport=transport, base_url=SITE) as visitor:
            answer = await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
            found.append(answer.status_code == 303)
    assert found == admitted
