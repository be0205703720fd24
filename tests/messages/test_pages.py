"""The inbox as people and programs see it; on both databases."""

import madoguchi.messages
from madoguchi.identity.service import NOBODY
from madoguchi.kernel.database import Database
from madoguchi.messages import routes, service
from madoguchi.messages.service import Recipient
from madoguchi.settings import Settings
from tests.messages.site import HANAKO, STRANGER, site
from tests.web.app import NOW

ROUTERS = routes.routers(Settings(demo=True))


async def fill(database: Database, count: int) -> list[str]:
    async with database.session() as session:
        ids = [
            await service.notify(
                session,
                to=Recipient(organisation="AOBA"),
                subject={"ja": "件名{n}<b>", "en": "Subject {n}"},
                body={"ja": "一行目\n\n二行目", "en": "Body"},
                values={"n": number},
                link="/cases/1",
                at=NOW,
                dedupe_key=str(number),
            )
            for number in range(count)
        ]
        await session.commit()
    return [str(id) for id in ids]


async def test_the_inbox_page_by_page(database: Database) -> None:
    ids = await fill(database, 25)
    async with site(database, madoguchi.messages, ROUTERS, HANAKO) as client:
        first = await client.get("/inbox")
        assert first.status_code == 200
        assert "件名24&lt;b&gt;" in first.text
        assert f"/inbox/{ids[4]}" not in first.text
        following = first.text.split('rel="next" href="')[1].split('"')[0]
        second = await client.get(following)
        assert f"/inbox/{ids[4]}" in second.text
        assert (await client.get("/inbox?cursor=forged")).status_code == 400
        english = await client.get("/inbox?lang=en")
        assert "Subject 24" in english.text


async def test_opening_marks_as_read(database: Database) -> None:
    ids = await fill(database, 2)
    async with site(database, madoguchi.messages, ROUTERS, HANAKO) as client:
        page = await client.get(f"/inbox/{ids[0]}")
        assert "<p>一行目</p><p>二行目</p>" in page.text
        assert 'href="/cases/1"' in page.text
        unread = await client.get("/inbox?unread=1")
        assert f"/inbox/{ids[0]}" not in unread.text
        assert f"/inbox/{ids[1]}" in unread.text
        done = await client.post("/inbox/read-all")
        assert (done.status_code, done.headers["location"]) == (303, "/inbox")
        assert "すべてのお知らせを既読にしました" in (await client.get("/inbox")).text


async def test_nobody_else_reads_it(database: Database) -> None:
    ids = await fill(database, 1)
    async with site(database, madoguchi.messages, ROUTERS, STRANGER) as client:
        assert (await client.get(f"/inbox/{ids[0]}")).status_code == 404
        assert (await client.post(f"/api/v1/messages/{ids[0]}/read")).status_code == 404
        assert (await client.get("/api/v1/messages")).json()["items"] == []
    async with site(database, madoguchi.messages, ROUTERS, NOBODY) as client:
        assert (await client.get("/api/v1/messages")).status_code == 401
        assert (await client.get("/inbox")).headers["location"].startswith("/sign-in")


async def test_the_api(database: Database) -> None:
    ids = await fill(database, 3)
    async with site(database, madoguchi.messages, ROUTERS, HANAKO) as client:
        answer = await client.get("/api/v1/messages?limit=2")
        content = answer.json()
        assert [item["id"] for item in content["items"]] == ids[:0:-1]
        assert content["unread"] == 3
        assert 'rel="next"' in answer.headers["link"]
        rest = await client.get("/api/v1/messages", params={"cursor": content["next"]})
        assert [item["id"] for item in rest.json()["items"]] == ids[:1]
        read = await client.post(f"/api/v1/messages/{ids[0]}/read")
        assert read.json()["read_at"] is not None
        left = await client.get("/api/v1/messages?unread=true")
        assert len(left.json()["items"]) == 2
        for wrong in ("limit=0", "limit=x", "cursor=x", "unread=maybe"):
            assert (await client.get(f"/api/v1/messages?{wrong}")).status_code in (400, 422)


async def test_empty_pages(database: Database) -> None:
    async with site(database, madoguchi.messages, ROUTERS, HANAKO) as client:
        assert "お知らせはありません" in (await client.get("/inbox")).text
        assert (await client.get("/dev/mail")).status_code == 200
        assert (await client.get("/inbox/%00")).status_code in (400, 404)
