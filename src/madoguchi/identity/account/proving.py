"""Proving who one is (本人確認): from an address to a sign-in, the same for known and unknown ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Select, bindparam, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from madoguchi.identity.account import authenticator, codes, letters
from madoguchi.identity.account.browsers import tries_of
from madoguchi.identity.account.limits import (
    CODE,
    DAILY,
    MAIL,
    PASSWORD,
    SECOND,
    Limit,
    admit,
    forget_past,
    free,
    once,
)
from madoguchi.identity.account.models import Account, Passkey, Proof, RecoveryCode
from madoguchi.identity.account.passwords import check_password
from madoguchi.identity.account.recording import note, note_failure, send_letter
from madoguchi.identity.account.resting import resting
from madoguchi.identity.account.rules import CODE_LIFE, PRIME, PROOF_LIFE, needs
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.errors import proof_over
from madoguchi.identity.models import Membership, Person, RoleGrant
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.sealing import unseal

TOTP_SEAL = "totp"


@dataclass(frozen=True)
class Means:
    """What proving needs of its surroundings: the database, the time, the installation's key,
    the browser as it is known (browsers.known_browser).
    """

    database: Database
    now: datetime
    key: str
    site: str
    language: str
    breached: Path | None = None
    browser: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """An account with its person and what they can prove themselves with.

    `acts`: whether they act for an organisation, as a member or as an agent.
    """

    account: Account
    person: Person
    passkeys: bool
    recovery: bool
    official: bool
    acts: bool

    @property
    def guarded(self) -> bool:
        """Whether one factor never is enough: what they may do is not theirs alone."""
        return self.official or self.account.level == PRIME

    @property
    def strong(self) -> bool:
        """Whether one factor is not enough any more."""
        return self.passkeys or self.account.totp_since is not None or self.guarded


async def begin(session: AsyncSession, now: datetime, purpose: str, address: str) -> Proof:
    """A new proof under way; those past their time are deleted. The caller commits."""
    await session.execute(delete(Proof).where(Proof.expires_at < now))
    await forget_past(session, now)
    proof = Proof(
        id=new_id(), purpose=purpose, address=address, expires_at=now + PROOF_LIFE, amr=[]
    )
    session.add(proof)
    await session.flush()
    return proof


async def proof_of(session: AsyncSession, now: datetime, id: object, purpose: str) -> Proof | None:
    """The proof under way with an id, None when there is none for this purpose or it is over."""
    found = await session.get(Proof, id) if isinstance(id, str) and is_id(id) else None
    alive = found is not None and found.expires_at > now and found.purpose == purpose
    return found if alive else None


async def known_at(session: AsyncSession, address: str) -> Known | None:
    """The account with an address, of an active person."""
    return await _known(session, Account.address, address)


async def known_of(session: AsyncSession, person_id: str) -> Known | None:
    """The account of an active person; people of the demonstration have none."""
    return await _known(session, Account.person_id, person_id)


async def _known(
    session: AsyncSession, column: InstrumentedAttribute[str], value: str
) -> Known | None:
    row = (await session.execute(_accounts(column), {"value": value})).first()
    return Known(row[0], row[1], *map(bool, row[2:])) if row else None


@cache
def _accounts(
    column: InstrumentedAttribute[str],
) -> Select[Account, Person, bool, bool, bool, bool]:
    """Made once: a sign-in asks it five times, and putting it together takes longer than asking."""
    return (
        select(
            Account,
            Person,
            exists().where(Passkey.person_id == Account.person_id),
            exists().where(RecoveryCode.person_id == Account.person_id),
            exists().where(RoleGrant.person_id == Account.person_id),
            or_(
                exists().where(Membership.person_id == Account.person_id),
                exists().where(
                    Mandate.agent_person_id == Account.person_id,
                    Mandate.accepted_at.is_not(None),
                    Mandate.revoked_at.is_(None),
                ),
            ),
        )
        .join(Person, Person.id == Account.person_id)
        .where(column == bindparam("value"), Person.active)
    )


async def try_password(means: Means, proof_id: str, password: str) -> str:
    """ "right", "wrong" or "throttled"; right adds `pwd` to the proof.

    The count is kept before the work is done, and the work is done in no transaction.
    """
    async with means.database.session() as session:
        proof = await _held(session, proof_id)
        allowed = await _admitted(session, PASSWORD, proof, means)
        known = await known_at(session, proof.address)
        kept = known.account.password if known else None
        await session.commit()
    if not allowed:
        return "throttled"
    right = await check_password(kept, password)
    return await _concluded(means, proof_id, right, "pwd")


async def send_code(means: Means, proof_id: str) -> bool:
    """Send a code to the proof's address, or word that nobody has an account there.

    False when too many were sent. Both ways make the same statements.
    """
    code = codes.mail_code()
    async with means.database.session() as session:
        proof = await _held(session, proof_id)
        allowed = await admit(session, MAIL, _tries(means, proof), means.now)
        if allowed:
            known = await known_at(session, proof.address)
            proof.code = codes.mac(means.key, "mail", proof.id, code)
            proof.code_until = means.now + CODE_LIFE
            rests = await resting(session, proof.address, means.now, but=proof.data.get("person"))
            subject, body = letters.code_letter(
                proof.purpose, known is not None, rests, code, means
            )
            await send_letter(session, means.key, proof.address, subject, body)
        await session.commit()
    return allowed


async def try_code(means: Means, proof_id: str, typed: str) -> str:
    """ "right", "wrong" or "throttled"; right adds `email` to the proof and uses the code up."""
    async with means.database.session() as session:
        proof = await _held(session, proof_id)
        allowed = await _admitted(session, CODE, proof, means)
        given = codes.mac(means.key, "mail", proof.id, typed)
        in_time = proof.code_until is not None and means.now < proof.code_until
        right = allowed and in_time and codes.equal(proof.code, given)
        if right:
            proof.code = proof.code_until = None
            await free(session, CODE, _tries(means, proof))
        await session.commit()
    return await _concluded(means, proof_id, right, "email") if allowed else "throttled"


async def try_second(means: Means, proof_id: str, typed: str) -> str:
    """The second factor: a code of the authenticator app, or a recovery code; each good once."""
    async with means.database.session() as session:
        proof = await _held(session, proof_id)
        known = await known_at(session, proof.address)
        if known is None:
            return "wrong"
        allowed = await _admitted(session, SECOND, proof, means)
        way = await _second_way(session, means, known, typed) if allowed else None
        await session.commit()
    if not allowed:
        return "throttled"
    return await _concluded(means, proof_id, way is not None, way or "otp")


async def _second_way(session: AsyncSession, means: Means, known: Known, typed: str) -> str | None:
    account = known.account
    if len(typed) in codes.RECOVERY_LENGTHS:
        used = await session.scalar(
            delete(RecoveryCode)
            .where(
                RecoveryCode.person_id == account.person_id,
                RecoveryCode.mac == codes.mac(means.key, "recovery", account.person_id, typed),
            )
            .returning(RecoveryCode.mac)
        )
        if used is None:
            return None
        await note(session, means.now, account.person_id, "recovery_code_used")
        return "recovery"
    return "otp" if await totp_right(session, means, account, typed) else None


async def totp_right(session: AsyncSession, means: Means, account: Account, typed: str) -> bool:
    """Whether it is the present code of the account's app, used for the first time (RFC 6238 5.2)."""
    secret = unseal(means.key, TOTP_SEAL, account.totp) if account.totp else None
    if secret is None or account.totp_since is None:
        return False
    step = authenticator.step_of(secret, typed, means.now)
    if step is None:
        return False
    key = f"{account.person_id}\0{step}"
    return await admit(session, once("totp", authenticator.REUSE), key, means.now)


async def _held(session: AsyncSession, proof_id: str) -> Proof:
    found = await session.get(Proof, proof_id)
    if found is None:
        raise proof_over()
    return found


async def _admitted(session: AsyncSession, limit: Limit, proof: Proof, means: Means) -> bool:
    tries = _tries(means, proof)
    return await admit(session, limit, tries, means.now) and await admit(
        session, DAILY, f"{limit.name}\0{tries}", means.now
    )


def _tries(means: Means, proof: Proof) -> str:
    return tries_of(means.key, means.browser, proof.purpose, proof.address)


async def _concluded(means: Means, proof_id: str, right: bool, way: str) -> str:
    """Note how a try ended; the same work for an address nobody has."""
    async with means.database.session() as session:
        proof = await _held(session, proof_id)
        known = await known_at(session, proof.address)
        if right:
            proof.amr = [*(done for done in proof.amr if done != way), way]
        else:
            person = known.person.id if known else None
            await note_failure(session, means.now, proof.address, person, way)
        await session.commit()
    return "right" if right else "wrong"


def still_needs(known: Known | None, proof: Proof) -> str:
    """What a proof still needs (rules.needs); nobody's proof always needs its first factor."""
    if known is None:
        return "first"
    return needs(
        proof.amr,
        totp=known.account.totp_since is not None,
        passkeys=known.passkeys,
        recovery=known.recovery,
        guarded=known.guarded,
    )


async def passkeys_of(session: AsyncSession, person_id: str) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    rows = await session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    )
    return list(rows)


async def passkey_of(session: AsyncSession, credential: str) -> tuple[Passkey, Person] | None:
    """A passkey by its credential, with its active owner."""
    row = (
        await session.execute(
            select(Passkey, Person)
            .join(Person, Person.id == Passkey.person_id)
            .where(Passkey.credential == credential, Person.active)
        )
    ).first()
    return (row[0], row[1]) if row else None
