"""Succession (代表者の交代): where somebody represents the organisation already, more than one must agree.

The present representatives are told at once and may consent or object. Without their consent two
officials decide, and not before a waiting time. Organisation, cases, members and mandates stay.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.proofing.models import RepresentativeProof, Succession
from madoguchi.identity.account.representing import end_representation, representatives_of
from madoguchi.identity.organisations.programs import INHERITED, limit_inherited_keys
from madoguchi.identity.reproof.binding import binding
from madoguchi.identity.service import Actor, Organisation, Person, organisation_by_number
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id
from madoguchi.messages.service import Recipient, notify

WAIT = timedelta(hours=72)
"""How long the present representatives may answer before others decide without them."""
WAITING = "waiting"


async def begin(
    session: AsyncSession, clock: Clock, proof: RepresentativeProof, *, instead: bool
) -> None:
    """Note whether a proof is to end the present representatives' role; tell them of it.

    The caller commits.
    """
    session.add(Succession(proof_id=proof.id, instead=instead))
    await session.flush()
    organisation = await _organisation(session, proof)
    asking = await session.get_one(Person, proof.person_id)
    for person in await _others(session, organisation, proof):
        await notify(
            session,
            to=Recipient(person=person.id),
            subject={
                "ja": "代表者の交代・追加の申込みがありました",
                "en": "Somebody asks to be your representative",
            },
            body={
                "ja": "{name}さんが、{organisation}の代表者としての確認を申し込みました。同意するか、異議を申し立てるか、"
                "72時間以内に答えてください。答えがないときは、2人の職員が証明書によって決めます。",
                "en": "{name} asks to be proved as representative of {organisation}. Consent or object "
                "within 72 hours. Without an answer two officials decide by the certificate.",
            },
            at=clock(),
            dedupe_key=f"succession:{proof.id}:{person.id}",
            link="/organisation/succession",
            values={
                "name": asking.name,
                "organisation": organisation.name if organisation else "",
            },
        )


async def standing(
    session: AsyncSession, proof: RepresentativeProof
) -> tuple[Succession, list[Person]]:
    """What was asked and answered, and who represents the organisation besides the asking person."""
    found = await session.get(Succession, proof.id)
    others = await _others(session, await _organisation(session, proof), proof)
    return found or Succession(proof_id=proof.id, instead=False), others


def _consented(asked: Succession, others: list[Person]) -> bool:
    """Whether those who represent it now agreed: to be replaced, all of them must."""
    present = {person.id for person in others}
    if not asked.consents or asked.answered_by not in present:
        return False
    return not asked.instead or present == {asked.answered_by}


async def seconded(
    session: AsyncSession, clock: Clock, actor: Actor, proof: RepresentativeProof
) -> bool:
    """Whether a decision to grant may be carried out now; else it counts as the first of two.

    CaseError 403 for the official who was the first; 409 before the waiting time has passed. The
    caller holds the proof's row, and commits.
    """
    asked, others = await standing(session, proof)
    again = await represents(session, await _organisation(session, proof), proof.person_id)
    if not others or _consented(asked, others) or (again and not asked.instead):
        return True
    if asked.first_by is None:
        asked.first_by, asked.first_at = actor.id, clock()
        session.add(asked)
        await journal.append(
            session,
            subject=f"person:{proof.person_id}",
            action="prime_seconding",
            actor=actor.id,
            at=clock(),
            payload={"proof": proof.id},
        )
        return False
    if asked.first_by == actor.id:
        raise case_error(
            "second_official",
            403,
            "今の代表者の同意がないため、もう1人の職員の確認が必要です。",
            "The present representative has not consented: another official must confirm it too.",
        )
    if clock() < proof.asked_at + WAIT:
        raise case_error(
            "succession_waits",
            409,
            "今の代表者が答えられるよう、申込みから72時間は確定できません。",
            "The present representative may answer for 72 hours; it cannot be settled before.",
        )
    return True


async def carry_out(
    session: AsyncSession,
    clock: Clock,
    proof: RepresentativeProof,
    organisation: Organisation,
    *,
    by: str,
) -> None:
    """End the role of those before, where the proof says so, and tell them. The caller commits."""
    asked, others = await standing(session, proof)
    if not asked.instead:
        return
    new = await session.get_one(Person, proof.person_id)
    organisation.representative_title, organisation.representative_name = proof.title, new.name
    await notify(
        session,
        to=Recipient(person=new.id),
        subject={
            "ja": "プログラムの鍵と委任を確かめてください",
            "en": "Look at the keys of programs and the mandates",
        },
        body={
            "ja": "{organisation}のプログラムの鍵は、前の代表者が知っているかもしれないため、"
            "{days}日後までに使えなくなります。"
            "使い続けるプログラムには、新しい鍵を作ってください。いますべての鍵を終わらせることもできます。"
            "通知先（Webhook）と委任は、そのまま残ります。要らないものを終わらせてください。",
            "en": "Whoever represented {organisation} before may know the keys of its programs: they end "
            "within {days} days. Make new keys for programs you go on with. You can also end all keys "
            "now. Webhooks and mandates stay as they were: end those you do not need.",
        },
        at=clock(),
        dedupe_key=f"inherited:{proof.id}",
        link="/organisation/programs",
        values={"organisation": organisation.name, "days": str(INHERITED.days)},
    )
    await limit_inherited_keys(session, clock(), organisation.id, by=by)
    for person in others:
        await end_representation(session, clock(), organisation.id, person.id, by=by)
        await notify(
            session,
            to=Recipient(person=person.id),
            subject={"ja": "代表者としての役割が終わりました", "en": "You no longer represent it"},
            body={
                "ja": "{organisation}の代表者は、{name}さんに交代しました。あなたのアカウントは、そのまま使えます。"
                "心当たりがない場合は、窓口に連絡してください。",
                "en": "{name} now represents {organisation} in your place. Your account stays. If this is "
                "wrong, tell the office.",
            },
            at=clock(),
            dedupe_key=f"succeeded:{proof.id}:{person.id}",
            link="/account",
            values={"organisation": organisation.name, "name": new.name},
        )


async def asked_of(
    session: AsyncSession, organisation: Organisation
) -> list[tuple[RepresentativeProof, Succession, Person]]:
    """What waits for the answer of an organisation's present representatives, oldest first."""
    rows = await session.execute(
        select(RepresentativeProof, Succession, Person)
        .join(Succession, Succession.proof_id == RepresentativeProof.id)
        .join(Person, Person.id == RepresentativeProof.person_id)
        .where(
            RepresentativeProof.corporate_number == (organisation.corporate_number or "-"),
            RepresentativeProof.state == WAITING,
        )
        .order_by(RepresentativeProof.id)
        .limit(50)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def answer(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    organisation: Organisation,
    proof_id: str,
    *,
    consents: bool,
    objection: str,
) -> None:
    """A present representative's answer; the last one counts. The caller has made sure that they are.

    CaseError 404 for another organisation's, 403 for one's own or (proof_needed) a consent while one's own
    proof is due, 409 when it is decided; 422 for an
    objection without words. The caller commits.
    """
    asked = await _answerable(session, actor, organisation, proof_id)
    if consents:  # who may not bind it any more may object, and lets nobody else in
        binding(actor, organisation.id)
    if asked.objection and consents and asked.answered_by != actor.id:
        raise case_error(
            "objection_stands",
            409,
            "ほかの代表者が異議を述べています。職員が確認します。",
            "Another representative has objected. The officials look at it.",
        )
    words = objection.strip()[:2000]
    if not consents and not words:
        raise case_error(
            "objection_missing",
            422,
            "異議の内容を入力してください。職員が読みます。",
            "Say what you object to; the officials read it.",
        )
    asked.consents, asked.answered_by, asked.answered_at = consents, actor.id, clock()
    if not consents and not asked.objection:  # who was the first to confirm did not know of it
        asked.first_by = asked.first_at = None
    asked.objection = "" if consents else words
    await journal.append(
        session,
        subject=f"organisation:{organisation.id}",
        action="succession_consented" if consents else "succession_objected",
        actor=actor.id,
        on_behalf_of=organisation.id,
        at=clock(),
        payload={"proof": proof_id},
    )


async def _answerable(
    session: AsyncSession, actor: Actor, organisation: Organisation, proof_id: str
) -> Succession:
    """The succession a representative may answer, its proof held until the commit."""
    found = (
        await session.get(RepresentativeProof, proof_id, with_for_update=True)
        if is_id(proof_id)
        else None
    )
    asked = await session.get(Succession, proof_id) if found else None
    if found is None or asked is None or found.corporate_number != organisation.corporate_number:
        raise not_found()
    if found.person_id == actor.id:
        raise case_error(
            "own_proof", 403, "自分の申込みには答えられません。", "You cannot answer your own."
        )
    if found.state != WAITING:
        raise case_error(
            "already_decided", 409, "すでに決まっています。", "This has been decided already."
        )
    return asked


async def _organisation(session: AsyncSession, proof: RepresentativeProof) -> Organisation | None:
    number = proof.corporate_number
    return await organisation_by_number(session, number) if number else None


async def represents(
    session: AsyncSession, organisation: Organisation | None, person_id: str
) -> bool:
    """Whether a person represents it already: proved anew, they take nothing from anybody."""
    if organisation is None:
        return False
    found = await representatives_of(session, organisation.id)
    return any(person.id == person_id for person in found)


async def _others(
    session: AsyncSession, organisation: Organisation | None, proof: RepresentativeProof
) -> list[Person]:
    if organisation is None:
        return []
    found = await representatives_of(session, organisation.id)
    return [person for person in found if person.id != proof.person_id]
