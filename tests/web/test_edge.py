"""What reaches the application, and how refusals look: never a 500 for anything sent."""

import gzip

import pytest
from httpx import ASGITransport, AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from tests.web.app import TestSettings, client, make_app
from tests.web.leaving import left

APP = make_app()


async def raw(
    path: str = "/", query: bytes = b"", method: str = "GET", headers=(), body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """Send what no decent client would send, straight to the application."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"testserver"), *headers],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
    }
    sent = []
    received = False

    async def receive():
        nonlocal received
        if received:
            return {"type": "http.disconnect"}
        received = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await APP(scope, receive, send)
    start = sent[0]
    content = b"".join(message.get("body", b"") for message in sent[1:])
    found = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return start["status"], found, content


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/nothing", b"", 404),
        ("/things/x", b"", 404),
        ("/things/99999999999999999999", b"", 200),
        ("/a\0b", b"", 400),
        ("/a\ud800", b"", 400),
        ("/api/v1/\0", b"", 400),
        ("/session", b"set=%00", 400),
        ("/session", b"set=\xff", 400),
        ("/session", b"set=%ff%fe", 200),
        ("/session", b"%zz&&&==;;%", 200),
        ("/session", b"lang=%ff&lang=xx", 200),
        ("/session", b"x=" + b"a" * 9000, 414),
        ("/" + "a" * 9000, b"", 414),
        ("//evil.example/", b"", 404),
        ("/dev/components", b"lang=en&failed=perhaps", 422),
    ],
)
async def test_strange_addresses(path, query, status):
    found, headers, _ = await raw(path, query)
    assert found == status
    assert "content-security-policy" in headers


@pytest.mark.parametrize(
    "host", [b"evil[", b"a b", b"", b"a/b", b"x" * 300, b"a:99999999", b"\xff"]
)
async def test_strange_hosts(host):
    scope_headers = ((b"host", host),)
    status, _, _ = await raw("/nothing", headers=scope_headers)
    assert status in (400, 404)


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "TRACE", "BREW", "OPTIONS", "connect"]
)
async def test_wrong_methods(method):
    status, headers, _ = await raw("/form", method=method)
    assert status == 405
    assert headers["allow"] == "POST"


async def test_head_is_get_without_body():
    status, headers, body = await raw("/session", method="HEAD")
    assert (status, body) == (200, b"")
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "cookie",
    [
        b"session=", b"session=a.b.c", b"session=" + b"x" * 9000, b"language=\xff; session=\xff",
        b"=;=;;;", b'session="\\777"', b"language=fr", b"session=e30.aaaa.bbbb",
    ],
)  # fmt: skip
async def test_bad_cookies_are_no_session(cookie):
    status, _, body = await raw("/session", headers=((b"cookie", cookie),))
    assert (status, body) == (200, b"{}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[bad"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
    ],
)
async def test_other_sites_cannot_post(headers, status):
    async with client(APP) as http:
        answer = await http.post("/form", data={"a": "1"}, headers=headers)
        assert answer.status_code == status
        assert (await http.get("/session", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": "a"}', 200),
        (b'{"name": "\\u0000"}', 400),
        (b'{"name": "a", "extra": {"\\u0000": 1}}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": "\\\\u0000"}', 200),
        (b'{"name": "\\ud83d\\ude00"}', 200),
        (b'{"name": "\xff"}', 400),
        (b'{"name": ', 422),
        (b"", 422),
        (b"[]", 422),
        (b'{"name": 5}', 422),
        (b'{"extra": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"name": "a", "extra": {"n": ' + b"9" * 5000 + b"}}", 400),
    ],
)
async def test_json_bodies(body, status):
    async with client(APP) as http:
        answer = await http.post(
            "/api/v1/things", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["message"]["ja"]
        assert problem["message"]["en"]


async def test_nan_in_json_is_answered():
    async with client(APP) as http:
        answer = await http.post(
            "/api/v1/things",
            content=b'{"name": "a", "extra": {"n": NaN, "i": 1e999}}',
            headers={"content-type": "application/json"},
        )
    assert answer.status_code in (200, 400, 422)


async def test_validation_problem_points_into_the_body_in_the_language():
    async with client(APP) as http:
        ja = (await http.post("/api/v1/things", json={})).json()
        en = (await http.post("/api/v1/things", json={}, headers={"accept-language": "en"})).json()
    assert ja["errors"] == [
        {"pointer": "#/name", "detail": "入力してください。", "code": "missing"}
    ]
    assert en["errors"][0]["detail"] == "This is required."
    assert ja["code"] == en["code"] == "invalid_input"


async def test_bodies_over_the_limit():
    async with client(APP) as http:
        declared = await http.post("/form", data={"a": "x" * 1_100_000})

        async def chunks():
            for _ in range(12):
                yield b"a=" + b"x" * 100_000

        streamed = await http.post(
            "/form",
            content=chunks(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        upload = await http.post("/form", files={"f": ("a.bin", b"x" * 2_000_000)})
        too_much = await http.post("/form", files={"f": ("a.bin", b"x" * 4_100_000)})
        json = await http.post("/api/v1/things", json={"name": "x" * 1_100_000})
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert "大きすぎます" in declared.text
    assert upload.status_code == 200
    assert too_much.status_code == 413
    assert (json.status_code, json.json()["code"]) == (413, "too_large")


async def test_a_fault_of_ours_shows_a_reference_and_no_detail(caplog):
    async with client(APP) as http:
        page = await http.get("/fault")
        program = await http.get("/fault", headers={"accept": "application/json"})
    assert (page.status_code, program.status_code) == (500, 500)
    assert "a secret detail" not in page.text + program.text
    reference = program.json()["params"]["reference"]
    assert reference in caplog.text
    assert page.headers["content-security-policy"]


async def test_a_domain_error_is_a_page_or_a_problem():
    async with client(APP) as http:
        page = await http.get("/refused", headers={"accept": "text/html"})
        problem = await http.get("/refused", headers={"accept": "application/json"})
    assert "だめ &lt;b&gt;" in page.text
    assert problem.json() == {
        "type": "urn:madoguchi:problem:no",
        "title": "ほかの操作と重なりました",
        "status": 409,
        "detail": "だめ <b>",
        "code": "no",
        "message": {"ja": "だめ <b>", "en": "no <b>"},
        "errors": [{"pointer": "/a", "detail": "だめ <b>"}],
        "params": {"x": "<b>"},
    }


async def test_headers_on_every_kind_of_answer():
    async with client(APP) as http:
        static = APP.state.static.url("css/madoguchi.css")
        for path in ("/dev/components", "/nothing", "/fault", "/refused", static, "/static/no"):
            answer = await http.get(path)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "strict-transport-security" not in answer.headers


async def test_https_brings_secure_cookies_and_hsts():
    app = make_app(TestSettings(address="https://testserver"))
    async with AsyncClient(transport=ASGITransport(app), base_url="https://testserver") as http:
        answer = await http.get("/session?set=1&lang=en")
        again = await http.get("/session")
    cookies = answer.headers.get_list("set-cookie")
    assert all("; Secure" in line and "HttpOnly" in line for line in cookies)
    assert all("SameSite=Lax" in line and "Path=/" in line for line in cookies)
    assert any(line.startswith("__Host-session=") for line in cookies)
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert again.json()["value"] == "1"


async def test_static_files_are_fingerprinted_compressed_and_cached():
    static = APP.state.static
    async with client(APP) as http:
        css = await http.get(static.url("css/madoguchi.css"))
        old = await http.get("/static/0000/css/madoguchi.css")
        same = await http.get(
            static.url("css/madoguchi.css"), headers={"if-none-match": css.headers["etag"]}
        )
        gone = await http.get("/static/x/../../templates.py")
        head = await http.head(static.url("icon.svg"))
        posted = await http.post(static.url("icon.svg"))
    assert css.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert css.headers["content-encoding"] == "gzip"
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert css.text == old.text
    assert ".dads-button" in css.text
    assert gzip.decompress(static.assets["css/madoguchi.css"].compressed).decode() == css.text
    assert old.headers["cache-control"] == "no-cache"
    assert (same.status_code, gone.status_code, posted.status_code) == (304, 404, 405)
    assert (head.status_code, head.content) == (200, b"")
    with pytest.raises(KeyError):
        static.url("css/none.css")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.text(max_size=40),
    query=st.binary(max_size=60),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    kind=st.sampled_from(
        [
            b"application/json",
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=x",
            b"multipart/form-data",
            b"text/plain",
            b"\xff",
        ]
    ),
    target=st.sampled_from(["", "/form", "/api/v1/things", "/session", "/things/"]),
    body=st.binary(max_size=200),
    cookie=st.binary(max_size=40).filter(lambda text: b"\n" not in text),
)
async def test_nothing_sent_causes_a_500(path, query, method, kind, target, body, cookie):
    status, _, content = await raw(
        target or "/" + path,
        query,
        method,
        ((b"content-type", kind), (b"cookie", cookie), (b"accept-language", cookie)),
        body,
    )
    assert status < 500, content


async def test_a_full_disk_is_told_to_people_and_programs() -> None:
    async with client(APP) as browser:
        page = await browser.get("/full", headers={"Accept": "text/html"})
        answer = await browser.get("/api/v1/full")
    assert page.status_code == answer.status_code == 507
    assert "いまは保存できません" in page.text
    assert "こちらの不具合" not in page.text
    assert answer.json()["code"] == "storage_full"
    assert answer.headers["retry-after"] == page.headers["retry-after"]


async def test_a_refusal_before_the_body_is_read_waits_for_its_end() -> None:
    read = 0

    async def chunks():
        nonlocal read
        for _ in range(12):
            read += 1
            yield b"x" * 10_000

    async with client(APP) as browser:
        answer = await browser.post("/full", content=chunks())
    assert answer.status_code == 507
    assert read == 12  # else a browser shows a broken connection instead of our words


async def test_who_leaves_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    @APP.post("/whole")
    async def whole(request: Request) -> int:
        return len(await request.body())

    assert await left(APP, "/whole", b"a", {}) == [400]
    assert not caplog.records
