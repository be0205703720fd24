"""Grants end in the table as well: first the grant, then the sign-in it came from."""

from datetime import timedelta

from sqlalchemy import func, select

from madoguchi.cases.retention.forgetting import forget_traces
from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.jobs import forget
from madoguchi.identity.provider.models import Grant
from tests.identity.provider.world import Op


async def kept(op: Op) -> tuple[int | None, int | None]:
    async with op.database.reading() as session:
        grants = await session.scalar(select(func.count()).select_from(Grant))
        return grants, await session.scalar(select(func.count()).select_from(SignIn))


async def test_a_grant_that_expired_goes_and_then_its_sign_in(op: Op) -> None:
    await op.sign_in()
    answer = await op.exchange((await op.allow(scope="openid offline_access"))["code"])
    assert answer.status_code == 200
    long_after = op.clock() + timedelta(days=401)
    async with op.database.session() as session:
        await forget(session, op.clock() + timedelta(days=29))
        await forget_traces(session, long_after)
        await session.commit()
    assert await kept(op) == (1, 1)
    async with op.database.session() as session:
        await forget(session, long_after)
        await forget_traces(session, long_after)
        await session.commit()
    assert await kept(op) == (0, 0)
