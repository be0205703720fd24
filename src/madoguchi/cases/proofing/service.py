"""Asking to be proved as representative, and deciding it."""

from collections.abc import Mapping

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.cases.proofing import succession
from madoguchi.cases.proofing.models import RepresentativeProof
from madoguchi.cases.proofing.rules import address_of
from madoguchi.documents.service import StoredFile
from madoguchi.identity.account.models import Account
from madoguchi.identity.account.proving import Known, known_of
from madoguchi.identity.account.representing import make_prime, procedure_of
from madoguchi.identity.reproof.rules import MONTHS
from madoguchi.identity.service import Actor, Person
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.messages.service import Recipient, notify

LONGEST = 200
WAITING, GRANTED, REFUSED = "waiting", "granted", "refused"


async def applicant(session: AsyncSession, actor: Actor) -> Known:
    """The account of who asks. CaseError 403 without one, 409 before it has a second factor."""
    known = await known_of(session, actor.id)
    if known is None:
        raise case_error(
            "no_account", 403, "見本の人は申し込めません。", "Sample people cannot ask for this."
        )
    if not known.passkeys and known.account.totp_since is None:
        raise case_error(
            "needs_second_factor",
            409,
            "先に「ログインと安全」の画面で、パスキーか認証アプリを登録してください。",
            "First add a passkey or an authenticator app on the page “Sign-in and security”.",
        )
    return known


async def ask(
    session: AsyncSession,
    clock: Clock,
    known: Known,
    *,
    number: str,
    name: str,
    title: str,
    file: StoredFile,
) -> RepresentativeProof:
    """Send a certificate to the desk. CaseError 409 while another one waits. The caller commits."""
    await begun(session, known)
    made = RepresentativeProof(
        id=new_id(),
        person_id=known.person.id,
        corporate_number=number,
        organisation_name=name,
        title=title,
        sha256=file.sha256,
        file_name=file.name,
        file_type=file.type,
        state=WAITING,
        asked_at=clock(),
    )
    return await begin_proof(session, clock, made)


async def begun(session: AsyncSession, known: Known) -> None:
    """One proof at a time. CaseError 409 while another one waits."""
    await session.get(Account, known.person.id, with_for_update=True)  # of two at once, one waits
    if any(proof.state == WAITING for proof in await proofs_of(session, known.person.id)):
        raise case_error(
            "already_asked",
            409,
            "すでに申し込んでいます。結果をお待ちください。",
            "You have asked already. Please wait for the decision.",
        )


async def begin_proof(
    session: AsyncSession, clock: Clock, made: RepresentativeProof
) -> RepresentativeProof:
    """Keep a new proof, and that it was asked for."""
    session.add(made)
    await session.flush()
    await journal.append(
        session,
        subject=f"person:{made.person_id}",
        action="prime_asked",
        actor=made.person_id,
        at=clock(),
        payload={
            "proof": made.id,
            "number": made.corporate_number,
            "route": made.route,
            **({"finding": made.proved["finding"]} if made.proved else {}),
        },
    )
    return made


async def proofs_of(session: AsyncSession, person_id: str) -> list[RepresentativeProof]:
    """What a person asked for, newest first."""
    rows = await session.scalars(
        select(RepresentativeProof)
        .where(RepresentativeProof.person_id == person_id)
        .order_by(RepresentativeProof.id.desc())
    )
    return list(rows)


async def waiting(session: AsyncSession) -> list[tuple[RepresentativeProof, Person]]:
    """What waits for a decision, oldest first, at most 100."""
    rows = await session.execute(
        select(RepresentativeProof, Person)
        .join(Person, Person.id == RepresentativeProof.person_id)
        .where(RepresentativeProof.state == WAITING)
        .order_by(RepresentativeProof.id)
        .limit(100)
    )
    return [(row[0], row[1]) for row in rows]


async def one(session: AsyncSession, proof_id: str) -> tuple[RepresentativeProof, Person]:
    """One of them with its person. CaseError 404."""
    found = await session.get(RepresentativeProof, proof_id) if is_id(proof_id) else None
    if found is None:
        raise not_found()
    return found, await session.get_one(Person, found.person_id)


async def settle(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    proof_id: str,
    *,
    grant: bool,
    reason: str,
    months: int = MONTHS,
) -> bool:
    """Decide one. The caller has made sure that the actor may; nobody decides on themselves.

    `months`: after which it is due again. False when the organisation is represented already and a
    second official must agree (succession).

    CaseError 404; 403 for one's own; 409 when it is decided or the account lost its second factor;
    422 for a refusal without reason. The caller commits.
    """
    proof, person = await one(session, proof_id)
    await one_at_a_time(session, f"number:{proof.corporate_number or proof.person_id}")
    await session.refresh(proof, with_for_update=True)  # of two decisions at once, one waits
    if proof.person_id == actor.id:
        raise case_error(
            "own_proof", 403, "自分の申込みは確認できません。", "You cannot decide on your own."
        )
    if proof.state != WAITING:
        raise case_error(
            "already_decided", 409, "すでに決まっています。", "This has been decided already."
        )
    if not grant and not reason.strip():
        raise _reason_missing()
    if grant:
        known = await known_of(session, person.id)
        if known is None or not (known.passkeys or known.account.totp_since):
            raise case_error(
                "needs_second_factor",
                409,
                "申込者がパスキーか認証アプリを登録していません。",
                "The applicant has neither passkey nor authenticator app.",
            )
        await _unchanged_since(session, proof)
        if not await succession.seconded(session, clock, actor, proof):
            return False
        place = address_of(proof.proved.get("address", "")) if not proof.corporate_number else {}
        await make_representative(
            session, clock, known, proof, by=actor.id, address=place, months=months
        )
    proof.state = GRANTED if grant else REFUSED
    proof.decided_by, proof.decided_at, proof.reason = actor.id, clock(), reason.strip()[:2000]
    await tell(session, clock, proof)
    return True


async def one_at_a_time(session: AsyncSession, *keys: str) -> None:
    """Of two decisions for one number, or by one card, at once, one waits until the other is made:
    it sees then who represents the organisation by now (SQLite: one writer at a time anyway).
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in sorted(keys):
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
        )


async def _unchanged_since(session: AsyncSession, proof: RepresentativeProof) -> None:
    """The account is whose it was when it asked. CaseError 409."""
    reset_since = exists().where(
        journal.Entry.subject == f"person:{proof.person_id}",
        journal.Entry.action.in_(("reset_done", "address_changed", "address_undone")),
        journal.Entry.at > proof.asked_at,
    )
    if await session.scalar(select(reset_since)):
        raise case_error(
            "reset_since",
            409,
            "申込みのあとに認証手段がリセットされたか、メールアドレスが変わったため、確認できません。もう一度申し込むよう伝えてください。",
            "The ways to sign in were reset, or the mail address changed, since. It has to be asked again.",
        )


async def make_representative(
    session: AsyncSession,
    clock: Clock,
    known: Known,
    proof: RepresentativeProof,
    *,
    by: str,
    address: Mapping[str, str],
    months: int = MONTHS,
) -> None:
    """Make the person a prime, by the desk or by a card that agrees; tell who was there before."""
    claims = {k: v for k, v in proof.proved.items() if k in ("name", "address", "birthdate")}
    organisation = await make_prime(
        session,
        clock,
        known,
        number=proof.corporate_number,
        name=proof.organisation_name,
        title=proof.title,
        by=by,
        route=proof.route,
        claims=claims,
        address=address,
        months=months,
    )
    await succession.carry_out(session, clock, proof, organisation, by=by)
    await _tell_organisation(session, clock, proof, organisation.id, known.person.name)


async def tell(session: AsyncSession, clock: Clock, proof: RepresentativeProof) -> None:
    """Write down and tell the applicant what was decided."""
    granted = proof.state == GRANTED
    await journal.append(
        session,
        subject=f"person:{proof.person_id}",
        action="prime_granted" if granted else "prime_refused",
        actor=proof.decided_by or "system",
        at=clock(),
        payload={
            "proof": proof.id,
            "number": proof.corporate_number,
            "how": procedure_of(proof.route, proof.corporate_number),
        },
    )
    await notify(
        session,
        to=Recipient(person=proof.person_id),
        subject={"ja": "代表者の確認の結果", "en": "About your proof as representative"},
        body={
            "ja": "代表者であることを確認しました。法人の名義で手続ができます。もう一度ログインする必要はありません。"
            if granted
            else "代表者であることを確認できませんでした。\n\n理由: {reason}",
            "en": "You are proved as representative and may file for the organisation."
            if granted
            else "You could not be proved as representative.\n\nReason: {reason}",
        },
        at=clock(),
        dedupe_key=f"prime:{proof.id}",
        link="/representative",
        values={"reason": proof.reason},
    )


async def _tell_organisation(
    session: AsyncSession,
    clock: Clock,
    proof: RepresentativeProof,
    organisation_id: str,
    name: str,
) -> None:
    """Whoever was there before learns of the new representative."""
    await notify(
        session,
        to=Recipient(organisation=organisation_id),
        subject={"ja": "代表者が追加されました", "en": "A representative was added"},
        body={
            "ja": "{name}さんが代表者と確認されました。心当たりがない場合は、窓口に連絡してください。",
            "en": "{name} was proved as representative. If this is wrong, tell the office.",
        },
        at=clock(),
        dedupe_key=f"prime-organisation:{proof.id}",
        link="/organisation",
        values={"name": name},
    )


def _reason_missing() -> CaseError:
    return case_error(
        "reason_missing",
        422,
        "理由を入力してください。申込者に伝わります。",
        "Give a reason; the applicant reads it.",
    )
