"""How often one may try (試行回数の制限): token buckets, one statement each (GCRA, ITU-T I.371).

The figures are those of ProConnect and login.gov. Every key is an address for a purpose, or a code,
not a person behind a passkey: whoever is attacked by guesses still signs in with a passkey, and in a
browser they signed in with before by every way (browsers).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Throttle


@dataclass(frozen=True)
class Limit:
    """At most `times` at once, refilled evenly within `period`."""

    name: str
    times: int
    period: timedelta

    @property
    def step(self) -> int:
        """Milliseconds until one more try is allowed."""
        return max(1, self.period // timedelta(milliseconds=1) // self.times)


PASSWORD = Limit("password", 10, timedelta(minutes=5))
CODE = Limit("code", 5, timedelta(minutes=15))
SECOND = Limit("second", 5, timedelta(minutes=15))
MAIL = Limit("mail", 5, timedelta(minutes=15))
CLIENT = Limit("client", 60, timedelta(minutes=1))
DAILY = Limit("daily", 50, timedelta(hours=12))


def once(name: str, lifetime: timedelta) -> Limit:
    """For what may be used a single time while it would be valid: a code, a challenge."""
    return Limit(name, 1, lifetime)


def used_until(until: int, now: int, limit: Limit) -> int | None:
    """The limit's new state after one more try at `now` (milliseconds), None when it is refused."""
    new = max(until, now) + limit.step
    return new if new <= now + limit.step * limit.times else None


async def admit(session: AsyncSession, limit: Limit, key: str, now: datetime) -> bool:
    """Count one try; whether it is within the limit. The caller commits, whatever the try's end.

    One statement, so that of two tries at the same time both are counted.
    """
    moment = milliseconds(now)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = case((Throttle.until > moment, Throttle.until), else_=moment) + limit.step
    statement = (
        dialect.insert(Throttle)
        .values(key=throttle_key(limit, key), until=moment + limit.step)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"until": new},
            where=new <= moment + limit.step * limit.times,
        )
        .returning(Throttle.until)
    )
    return (await session.scalar(statement)) is not None


async def free(session: AsyncSession, limit: Limit, key: str) -> None:
    """Forget the tries of a key: they ended well."""
    await session.execute(delete(Throttle).where(Throttle.key == throttle_key(limit, key)))


async def forget_past(session: AsyncSession, now: datetime) -> None:
    """Delete limits nobody is near to any more."""
    await session.execute(delete(Throttle).where(Throttle.until < milliseconds(now)))


def throttle_key(limit: Limit, key: str) -> str:
    """Under what a limit is kept: no address stands in the table."""
    return hashlib.sha256(f"{limit.name}\0{key}".encode()).hexdigest()


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
