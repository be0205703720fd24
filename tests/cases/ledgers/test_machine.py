"""Any sequence of acts on a licence: what the ledger says is what the acts add up to."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import millionths
from madoguchi.cases.ledgers import recording
from madoguchi.cases.ledgers.holding import accounts_of
from madoguchi.cases.ledgers.models import LedgerLine, LedgerUse
from madoguchi.cases.ledgers.rules import Amount, Endorsing
from madoguchi.identity.rules import Actor
from madoguchi.kernel.database import create_database
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import Worker
from tests.cases.desk.counter import KANAGAWA
from tests.cases.filing.office import Office
from tests.cases.ledgers.world import LICENCE, enter, package_of

OFFICER = Actor(id="0" * 26, name="x", kind="official", grants=frozenset({(KANAGAWA, "examiner")}))
ITEMS = {"5(1)": 105_000_000, "6(2)": 3_675_000}
AMOUNTS = st.dictionaries(
    st.sampled_from(sorted(ITEMS)), st.decimals(0, 60, places=3).filter(bool), min_size=1
)
PACKAGE = package_of(LICENCE)
Answer = TypeVar("Answer")
Work = Callable[[AsyncSession], Coroutine[Any, Any, Answer]]


class Acts(RuleBasedStateMachine):
    """A licence on SQLite, and what it should say."""

    template = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "test.db"
        shutil.copy(self.template, path)
        self.database = create_database(f"sqlite+aiosqlite:///{path}")
        self.now = datetime(2026, 5, 1, 1, tzinfo=UTC)
        self.uses: dict[str, tuple[str, dict[str, int], datetime | None]] = {}
        self.count = 0
        counter = SimpleNamespace(now=self.now, organisation="1" * 26)
        office = cast(Office, SimpleNamespace(counter=counter))
        self.entry = self.do(lambda session: enter(session, office, PACKAGE)).entry_id

    def do(self, work: Work[Answer]) -> Answer:
        """Work in a transaction of its own; nothing of it stays when it is refused."""

        async def run() -> Answer:
            async with self.database.session() as session:
                found = await work(session)
                await session.commit()
                return found

        return self.runner.run(run())

    def tried(self, work: Work[LedgerUse]) -> tuple[LedgerUse | None, str]:
        """The use, or the code of the refusal."""
        try:
            return self.do(work), ""
        except DomainError as error:
            return None, error.code

    def clock(self) -> datetime:
        return self.now

    def taken(self, without: str | None = None) -> dict[str, int]:
        """What the uses that count take of each item."""
        sums = dict.fromkeys(ITEMS, 0)
        for use_id, (state, amounts, _) in self.uses.items():
            if state in ("reserved", "used") and use_id != without:
                for item, amount in amounts.items():
                    sums[item] += amount
        return sums

    def fits(self, amounts: dict[str, int], without: str | None = None) -> bool:
        taken = self.taken(without)
        return all(taken[item] + amount <= ITEMS[item] for item, amount in amounts.items())

    @rule(amounts=AMOUNTS, provisional=st.booleans())
    def record(self, amounts: dict[str, Decimal], provisional: bool) -> None:
        whole = {item: millionths(amount) or 0 for item, amount in amounts.items()}
        self.count += 1
        use = Endorsing(f"R{self.count}", date(2026, 5, 1), parts(amounts), provisional)
        row, refused = self.tried(
            lambda session: recording.record(session, OFFICER, self.entry, use, self.clock)
        )
        if row is None:
            assert refused == "ledger-exhausted"
            assert not self.fits(whole)
            return
        assert self.fits(whole)
        self.uses[row.id] = ("reserved" if provisional else "used", whole, row.expires_at)

    @precondition(lambda self: bool(self.uses))
    @rule(data=st.data(), amounts=AMOUNTS, act=st.sampled_from(["finalise", "correct", "release"]))
    def change(self, data: st.DataObject, amounts: dict[str, Decimal], act: str) -> None:
        use_id = data.draw(st.sampled_from(sorted(self.uses)))
        state, before, expires = self.uses[use_id]
        whole = {item: millionths(amount) or 0 for item, amount in amounts.items()}
        given = parts(amounts)
        alive = state == "reserved" if act == "finalise" else state in ("reserved", "used")
        alive = alive and not (act == "finalise" and expires is not None and expires <= self.now)

        async def work(session: AsyncSession) -> LedgerUse:
            if act == "finalise":
                return await recording.finalise(session, OFFICER, use_id, given, self.clock)
            if act == "correct":
                return await recording.correct(session, OFFICER, use_id, given, "x", self.clock)
            return await recording.release(session, OFFICER, use_id, "x", self.clock)

        row, refused = self.tried(work)
        if row is None and refused == "use-settled":
            assert not alive
            return
        if row is None:
            assert refused == "ledger-exhausted"
            assert act != "release"
            assert not self.fits(whole, use_id)
            return
        assert alive
        if act == "release":
            self.uses[use_id] = ("released", before, None)
        else:
            self.uses[use_id] = ("used" if act == "finalise" else state, whole, expires)

    @rule(days=st.integers(1, 31))
    def time_passes(self, days: int) -> None:
        if self.now + timedelta(days=days) > datetime(2026, 6, 28, tzinfo=UTC):
            return
        self.now += timedelta(days=days)
        handlers = {recording.LAPSE_JOB: recording.lapse}
        self.runner.run(Worker(self.database, handlers, self.clock).drain())
        for use_id, (state, amounts, expires) in self.uses.items():
            if state == "reserved" and expires is not None and expires <= self.now:
                self.uses[use_id] = ("lapsed", amounts, None)

    @invariant()
    def the_ledger_adds_up(self) -> None:
        async def read() -> tuple[list[Any], list[LedgerLine], list[LedgerUse]]:
            async with self.database.reading() as session:
                lines = await session.scalars(select(LedgerLine).order_by(LedgerLine.number))
                uses = await session.scalars(select(LedgerUse))
                return await accounts_of(session, [self.entry]), list(lines), list(uses)

        accounts, lines, uses = self.runner.run(read())
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert {use.id: use.state for use in uses} == {k: v[0] for k, v in self.uses.items()}
        taken = self.taken()
        for account in accounts:
            assert 0 <= account.used + account.reserved <= account.allowed
            assert account.used + account.reserved == taken.get(account.item, 0)
            own = [
                line for line in lines if (line.ledger, line.item) == (account.ledger, account.item)
            ]
            assert sum(line.used for line in own) == account.used
            assert sum(line.reserved for line in own) == account.reserved
            assert own[-1].left == account.allowed - account.used - account.reserved

    def teardown(self) -> None:
        self.runner.run(self.database.dispose())
        self.runner.close()
        self.folder.cleanup()


def parts(amounts: dict[str, Decimal]) -> list[Amount]:
    return [Amount("quantity", item, amount) for item, amount in amounts.items()]


def test_whatever_is_done_the_ledger_adds_up(templates: dict[str, str]) -> None:
    Acts.template = templates["sqlite"]
    run_state_machine_as_test(
        Acts, settings=settings(max_examples=12, stateful_step_count=15, deadline=None)
    )
