"""Programs that file over HTTP, and remember what was acknowledged."""

import asyncio
import hashlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from tests.crash.form import PROCEDURE, answers, plan

CLIENTS = 6
EVERY = 10  # every tenth filing has an attachment
PAUSE = 0.1  # seconds before a refused filing is sent again
ENDLESS = 120.0  # seconds after which a request counts as hanging
CLEAR = (503, 507)  # what a server in trouble may answer


@dataclass(frozen=True)
class Receipt:
    """What an acknowledged filing was promised."""

    key: str
    request: bytes
    body: bytes
    case_id: str
    arrival_number: str
    content_hash: str
    attachment: str | None


@dataclass
class Filing:
    """One to be filed, until it is acknowledged."""

    key: str
    data: dict[str, object]
    content: bytes | None
    file_id: str | None = None
    tries: int = 0

    @property
    def attachment(self) -> str | None:
        """The hash of its attachment."""
        return hashlib.sha256(self.content).hexdigest() if self.content else None

    def request(self) -> bytes:
        """The body, the same at every repeat."""
        attached = {"plan": [self.file_id]} if self.file_id else {}
        return json.dumps({"data": self.data, "attached": attached}).encode()


@dataclass
class Load:
    """Clients that file one after the other at `addresses`, and go on through every fault.

    `answers` counts what they were told; `wrong` lists what they must never be told.
    """

    token: str
    seed: str
    addresses: list[str] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)  # when something was acknowledged

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self.token}"}, timeout=ENDLESS
        )
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._count = 0

    def start(self) -> None:
        """Let the clients begin."""
        self._tasks = [asyncio.create_task(self._client()) for _ in range(CLIENTS)]

    async def stop(self) -> None:
        """Every client finishes the filing at hand, however often it must be repeated."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """End at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def fail_if_broken(self) -> None:
        """Raise what ended a client: that is a fault of these tests."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise RuntimeError("a client broke down") from task.exception()

    async def again(self, receipt: Receipt) -> bool:
        """Send an acknowledged filing once more: whether the answer is the first receipt."""
        async with asyncio.timeout(ENDLESS):
            while True:
                answer = await self._post(
                    f"procedures/{PROCEDURE}/filings", receipt.key, receipt.request
                )
                if answer is not None:
                    return answer.status_code == 201 and answer.content == receipt.body
                await asyncio.sleep(PAUSE)

    async def _client(self) -> None:
        while not self._stopping.is_set():
            filing = self._next()
            while not await self._send(filing):
                await asyncio.sleep(PAUSE)

    def _next(self) -> Filing:
        self._count += 1
        key = f"{self.seed}-{self._count:06d}"
        content = plan(self._draw) if self._count % EVERY == 0 else None
        return Filing(key, answers(key, self._draw), content)

    async def _send(self, filing: Filing) -> bool:
        """Whether it is acknowledged now."""
        if filing.content and filing.file_id is None:
            files = {"file": ("plan.txt", filing.content, "text/plain")}
            stored = await self._post("files", None, files=files)
            if stored is None:
                return False
            if stored.json()["sha256"] != filing.attachment:
                self.wrong.append(f"{filing.key}: the upload was stored under another hash")
            filing.file_id = stored.json()["id"]
        request = filing.request()
        filing.tries += 1
        answer = await self._post(f"procedures/{PROCEDURE}/filings", filing.key, request)
        if answer is None:
            return False
        if filing.tries > 1:  # whether an earlier try was kept, nobody knew
            replayed = "idempotency-replayed" in answer.headers
            self.answers["kept" if replayed else "filed anew"] += 1
        case = answer.json()
        self.receipts[filing.key] = Receipt(
            filing.key,
            request,
            answer.content,
            case["id"],
            case["arrival_number"],
            case["content_hash"],
            filing.attachment,
        )
        self.last = time.monotonic()
        return True

    async def _post(
        self, path: str, key: str | None, body: bytes | None = None, **more: object
    ) -> httpx.Response | None:
        """The answer if it is 201; what else happened is counted."""
        headers = {"Idempotency-Key": key} if key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._draw.choice(self.addresses)}/api/v1/{path}"
        try:
            answer = await self._http.post(url, content=body, headers=headers, **more)  # type: ignore[arg-type]
        except httpx.ReadTimeout:
            self.wrong.append(f"{path} {key}: no answer for {ENDLESS:.0f} s")
            return None
        except httpx.TransportError:
            self.answers["no answer"] += 1
            return None
        if answer.status_code == 201:
            return answer
        self.answers[str(answer.status_code)] += 1
        kind = answer.headers.get("content-type", "")
        if answer.status_code not in CLEAR or kind != "application/problem+json":
            self.wrong.append(f"{path} {key}: {answer.status_code} {answer.text[:300]}")
        return None
