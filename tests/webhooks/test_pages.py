"""The pages and the API of webhooks: for the owner and nobody else, whatever is typed."""

from dataclasses import dataclass

from httpx import ASGITransport, AsyncClient

import madoguchi.identity
import madoguchi.webhooks
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Worker
from madoguchi.settings import Settings
from madoguchi.web.edge import install
from madoguchi.webhooks import routes, rules
from madoguchi.webhooks.delivering import handlers
from madoguchi.webhooks.documenting import document
from tests.messages.site import HANAKO, HEADERS, STRANGER
from tests.web.app import NOW, TestSettings
from tests.webhooks.receiver import receiving

NETWORKS = "127.0.0.0/8"
MANAGER = Actor(
    id="MANAGER", name="管理", kind="official", grants=frozenset({("meti", "administrator")})
)
AGENT = Actor(
    id="AGENT",
    name="代理",
    kind="applicant",
    organisation="AOBA",
    agent=True,
    own_organisation="OTHER",
)
NOBODYS = Actor(id="ALONE", name="個人", kind="applicant")


@dataclass(frozen=True)
class HookSettings(TestSettings):
    __test__ = False
    webhook_networks: str = NETWORKS


def site(database: Database, actor: Actor) -> AsyncClient:
    from fastapi import FastAPI

    app = FastAPI()
    app.state.settings = HookSettings()
    app.state.clock = fixed_clock(NOW)
    app.state.database = database
    for router in routes.routers(Settings()):
        app.include_router(router)
    document(app)
    install(app, [madoguchi.identity, madoguchi.webhooks])
    app.dependency_overrides[current_actor] = lambda: actor
    return AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=HEADERS)


async def test_register_test_read_the_log_and_delete(database: Database) -> None:
    settings = Settings(secret=TestSettings.secret_key, webhook_networks=NETWORKS)
    worker = Worker(database, handlers(settings), fixed_clock(NOW))
    async with receiving() as receiver, site(database, HANAKO) as client:
        receiver.body = "ありがとう<script>".encode()
        receiver.status = 200
        assert "通知先は登録されていません" in (await client.get("/webhooks")).text
        assert (await client.get("/webhooks/new")).status_code == 200
        made = await client.post(
            "/webhooks/new",
            data={
                "/label": "会計　システム",
                "/url": f" {receiver.url} ",
                "/events": ["case.decided", "payment.paid"],
            },
        )
        assert made.status_code == 200
        secret = made.text.split('id="new-secret"')[1].split('value="')[1].split('"')[0]
        [shown] = (await client.get("/api/v1/webhooks")).json()
        assert shown["label"] == "会計 システム"
        assert shown["organisation_id"] == "AOBA"
        home = f"/webhooks/{shown['id']}"
        for page in (home, f"/api/v1{home}", "/webhooks"):
            assert secret not in (await client.get(page)).text
        assert (await client.post(f"{home}/do", data={"do": "ping"})).status_code == 303
        await worker.drain()
        [delivery] = (await client.get(f"/api/v1{home}/deliveries?state=delivered")).json()
        head, body = receiver.got[0]
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        id, stamp, signed = (head[name] for name in names)
        assert rules.is_signed(secret, id, stamp, body, signed, NOW)
        log = (await client.get(f"{home}/deliveries/{delivery['id']}?lang=en")).text
        assert "ありがとう&lt;script&gt;" in log
        detail = (await client.get(f"/api/v1{home}/deliveries/{delivery['id']}")).json()
        assert detail["log"][0]["status"] == 200
        assert detail["event"] == receiver.events[0]
        again = await client.post(f"{home}/deliveries/{delivery['id']}")
        assert again.status_code == 303
        assert (await client.post(f"{home}/replay", data={"/since": "令和8年4月1日"})).is_redirect
        bad = await client.post(f"{home}/replay", data={"/since": "そのうち<b>"})
        assert (bad.status_code, "そのうち&lt;b&gt;" in bad.text) == (422, True)
        rotated = await client.post(f"{home}/secret")
        assert 'id="new-secret"' in rotated.text
        assert secret not in rotated.text
        edited = await client.post(f"{home}/edit", data={"/label": "新", "/url": receiver.url})
        assert edited.is_redirect
        assert (await client.get(f"/api/v1{home}")).json()["events"] == []
        for act, state in (("disable", "disabled"), ("enable", "active"), ("?", "active")):
            assert (await client.post(f"{home}/do", data={"do": act})).is_redirect
            assert (await client.get(f"/api/v1{home}")).json()["state"] == state
        await client.post(f"{home}/do", data={"do": "disable"})
        assert (await client.post(f"{home}/do", data={"do": "ping"})).status_code == 409
        assert "停止しています" in (await client.get(f"{home}?lang=ja")).text
        assert (await client.post(f"{home}/do", data={"do": "remove"})).is_redirect
        assert (await client.get(home)).status_code == 404


async def test_wrong_input_is_kept_and_explained(database: Database) -> None:
    async with site(database, HANAKO) as client:
        for change, text in (
            ({"/url": "http://example.com/"}, None),
            ({"/url": "https://10.0.0.1/"}, "送れません"),
            ({"/url": "どこか"}, "のように入力"),
            ({"/url": ""}, "500文字まで"),
            ({"/label": "　"}, "1～100文字"),
            ({"/label": "あ" * 101}, "1～100文字"),
            ({"/events": "case.eaten"}, "一覧から"),
            ({"/agency": "meti"}, "行政機関を選んで"),
        ):
            typed = {"/label": "名<b>前", "/url": "https://example.com/hook", **change}
            answer = await client.post("/webhooks/new", data=typed)
            if text is None:  # plain http is for allowed networks; that is judged when it is sent
                assert answer.status_code == 200
                continue
            assert answer.status_code == 422, change
            assert text in answer.text
            assert typed["/label"].replace("<b>", "&lt;b&gt;").strip() in answer.text
        answer = await client.post("/api/v1/webhooks", json={"label": 1, "url": [], "x": 2})
        assert answer.status_code == 422
        assert (await client.get("/webhooks/x")).status_code == 404
        assert (await client.post("/webhooks/new", data={})).status_code == 422
        for _ in range(19):
            await client.post("/webhooks/new", data={"/label": "a", "/url": "https://a.jp/"})
        full = await client.post("/webhooks/new", data={"/label": "a", "/url": "https://a.jp/"})
        assert full.status_code == 409


async def test_who_may_see_an_endpoint(database: Database) -> None:
    wish = {"label": "a", "url": "https://example.com/"}
    async with site(database, HANAKO) as client:
        made = (await client.post("/api/v1/webhooks", json=wish)).json()
        assert made["secret"].startswith("whsec_")
    async with site(database, MANAGER) as client:
        mine = await client.post("/api/v1/webhooks", json={**wish, "agency": "bureau-kanto"})
        assert mine.status_code == 201
        assert [item["agency_id"] for item in (await client.get("/api/v1/webhooks")).json()] == [
            "bureau-kanto"
        ]
        assert "関東" in (await client.get("/webhooks")).text
        assert (await client.post("/api/v1/webhooks", json=wish)).status_code == 422
    for other in (STRANGER, AGENT, MANAGER, NOBODYS):
        async with site(database, other) as client:
            home = f"/api/v1/webhooks/{made['id']}"
            for method, path in (
                ("GET", home),
                ("DELETE", home),
                ("PUT", home),
                ("POST", f"{home}/secret"),
                ("POST", f"{home}/actions/ping"),
                ("POST", f"{home}/actions/enable"),
                ("POST", f"{home}/actions/replay"),
                ("GET", f"{home}/deliveries"),
                ("GET", made["id"].join(["/webhooks/", "/edit"])),
            ):
                body = {"since": "2026-04-01T00:00:00Z"} if path.endswith("replay") else wish
                answer = await client.request(method, path, json=body)
                assert answer.status_code == 404, (other.id, method, path)
    async with site(database, NOBODYS) as client:
        assert (await client.get("/webhooks/new")).status_code == 403
        assert (await client.post("/api/v1/webhooks", json=wish)).status_code == 403
        assert "登録できます" in (await client.get("/webhooks")).text


async def test_openapi_lists_every_event(database: Database) -> None:
    async with site(database, HANAKO) as client:
        described = (await client.get("/openapi.json")).json()
    assert "case.decided" in described["webhooks"]
    assert set(described["components"]["schemas"]["PaymentEvent"]["required"]) >= {"id", "data"}


async def test_corporations_to_watch_are_typed_one_a_line_and_kept_when_wrong(
    database: Database,
) -> None:
    typed = {"/label": "取引先", "/url": "http://127.0.0.1/x", "/events": ["corporation.changed"]}
    async with site(database, HANAKO) as client:
        for numbers, words in (
            ("6010001000001\r\n5010001000009", "「5010001000009」は法人番号ではありません"),
            ("<script>", "「&lt;script&gt;」は法人番号ではありません"),
        ):
            page = await client.post("/webhooks/new", data={**typed, "/corporations": numbers})
            assert page.status_code == 422
            assert words in page.text
            assert numbers.split()[0].replace("<", "&lt;").replace(">", "&gt;") in page.text
        alone = {**typed, "/events": ["case.decided"], "/corporations": "6010001000001"}
        assert "も選んでください" in (await client.post("/webhooks/new", data=alone)).text
        wide = "６０１０００１０００００１、\u3000\n5010001000002\n"
        made = await client.post("/webhooks/new", data={**typed, "/corporations": wide})
        assert made.status_code == 200
        [shown] = (await client.get("/api/v1/webhooks")).json()
        assert shown["corporations"] == ["5010001000002", "6010001000001"]
        home = f"/webhooks/{shown['id']}"
        assert "変更を知りたい法人" in (await client.get(home)).text
        assert "6010001000001" in (await client.get(f"{home}/edit")).text
        body = {"label": "a", "url": "http://127.0.0.1/x", "events": ["corporation.changed"]}
        again = await client.put(f"/api/v1{home}", json=body)
        assert again.json()["corporations"] == []
        assert "すべての法人" in (await client.get(home)).text
        for wrong in (["12"], [1], "6010001000001", {"a": 1}, ["9" * 5_000], ["1"] * 6_000):
            refused = await client.put(f"/api/v1{home}", json={**body, "corporations": wrong})
            assert refused.status_code == 422, wrong
