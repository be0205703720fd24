"""Who is told what of a mandate (委任の通知), and what the journal keeps."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.proving import Means
from madoguchi.identity.account.recording import TELL_JOB, send_letter
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.models import Organisation, Person
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.language import Text

_Told = tuple[Text, Text]

OFFER: _Told = (
    {"ja": "{principal}から委任の申し込みがあります", "en": "{principal} offers you a mandate"},
    {
        "ja": "内容を確かめて、30日以内に、承諾するか断るかを選んでください。",
        "en": "See what it says, then accept or decline it within 30 days.",
    },
)
ASK: _Told = (
    {"ja": "{agent}から委任の依頼があります", "en": "{agent} asks you for a mandate"},
    {
        "ja": "代表者の方は、内容を確かめて、30日以内に、委任するか断るかを選んでください。",
        "en": "A representative should look at it, and grant or decline it within 30 days.",
    },
)
PASSED_ON: _Told = (
    {
        "ja": "代理人が、{agent}に手続を任せたいと申し込みました（復委任）",
        "en": "Your agent wants {agent} to act for you, too",
    },
    {
        "ja": "委任で認めた範囲の中で行われます。望まないときは、委任の画面から取り消せます。",
        "en": "It stays within what you allowed. If you do not want it, end it from its page.",
    },
)
ACCEPTED: _Told = (
    {
        "ja": "{principal}から{agent}への委任が成立しました",
        "en": "{agent} now has a mandate of {principal}",
    },
    {
        "ja": "期間や範囲は、委任の画面で確かめられます。いつでも終わらせることができます。",
        "en": "See its period and scope on its page. It can be ended at any time.",
    },
)
DECLINED: _Told = (
    {
        "ja": "{principal}から{agent}への委任は断られました",
        "en": "The mandate of {principal} to {agent} was declined",
    },
    {"ja": "委任は成立していません。", "en": "There is no mandate."},
)
ENDED: _Told = (
    {
        "ja": "{principal}から{agent}への委任が終わりました",
        "en": "The mandate of {principal} to {agent} has ended",
    },
    {
        "ja": "この時から、代理人は{principal}の手続を見ることも、提出することもできません。",
        "en": "From now on the agent can neither see nor file anything for {principal}.",
    },
)
ENDING: _Told = (
    {
        "ja": "{principal}から{agent}への委任が、まもなく終わります（{day}まで）",
        "en": "The mandate of {principal} to {agent} ends soon (on {day})",
    },
    {
        "ja": "続けるときは、委任の画面の「更新する」から、同じ内容で申し込めます。",
        "en": "To go on, renew it from its page: the same terms are filled in.",
    },
)

_LETTER = {
    "ja": (
        "【窓口】{principal}からの委任の申し込み",
        "{principal}が、あなたを代理人にしたいと申し込みました。\n"
        "このメールアドレスのアカウントでログインすると、内容を確かめて、承諾するか断るかを選べます"
        "（30日以内）。\n{link}\n\nアカウントがない場合は、作ることができます: {site}/sign-up\n\n"
        "このメールに心当たりがない場合は、破棄してください。\n",
    ),
    "en": (
        "[Madoguchi] {principal} offers you a mandate",
        "{principal} wants you to act as its agent.\n"
        "Sign in with the account of this address to see the terms, and accept or decline them "
        "(within 30 days).\n{link}\n\nWithout an account, make one: {site}/sign-up\n\n"
        "If you did not expect this mail, delete it.\n",
    ),
}


async def record(
    session: AsyncSession, mandate: Mandate, action: str, by: str, at: datetime
) -> None:
    """Journal what happened with a mandate, for its principal and for its agent."""
    agent = (
        f"organisation:{mandate.agent_organisation_id}"
        if mandate.agent_organisation_id
        else f"person:{mandate.agent_person_id}"
        if mandate.agent_person_id
        else None  # known by an address only, which the journal must not keep
    )
    payload = {
        "mandate": mandate.id,
        "procedures": mandate.procedures,
        "powers": mandate.powers,
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
        "source": mandate.source_id,
    }
    for subject in filter(None, (f"organisation:{mandate.principal_id}", agent)):
        await journal.append(
            session, subject=subject, action=action, actor=by, at=at, payload=payload
        )


async def tell_principal(session: AsyncSession, mandate: Mandate, what: _Told, key: str) -> None:
    """A message to the principal's members."""
    await _tell(session, mandate, what, key, None, mandate.principal_id)


async def tell_agent(session: AsyncSession, mandate: Mandate, what: _Told, key: str) -> None:
    """A message to the agent; who is known by an address only has no inbox yet."""
    if mandate.agent_person_id is not None or mandate.agent_organisation_id is not None:
        organisation = mandate.agent_organisation_id
        person = None if organisation else mandate.agent_person_id
        await _tell(session, mandate, what, key, person, organisation)


async def write_to_agent(session: AsyncSession, means: Means, mandate: Mandate) -> None:
    """A mail to an agent named by address. It is the same whether or not they have an account."""
    principal = await session.get_one(Organisation, mandate.principal_id)
    values = {
        "principal": " ".join(principal.name.split()),
        "link": f"{means.site}/delegations/{mandate.id}",
        "site": means.site,
    }
    subject, body = _LETTER.get(means.language, _LETTER["ja"])
    assert mandate.agent_address is not None  # noqa: S101 - the caller named the agent by it
    await send_letter(
        session,
        means.key,
        mandate.agent_address,
        subject.format(**values),
        body.format(**values),
    )


async def agent_name(session: AsyncSession, mandate: Mandate) -> str:
    """The agent as both sides know it: a name, or the address it was offered to."""
    if mandate.agent_organisation_id is not None:
        return (await session.get_one(Organisation, mandate.agent_organisation_id)).name
    if mandate.agent_person_id is not None:
        return (await session.get_one(Person, mandate.agent_person_id)).name
    return mandate.agent_address or ""


async def _tell(
    session: AsyncSession,
    mandate: Mandate,
    what: _Told,
    key: str,
    person: str | None,
    organisation: str | None,
) -> None:
    principal = await session.get_one(Organisation, mandate.principal_id)
    values: Mapping[str, str] = {
        "principal": principal.name,
        "agent": await agent_name(session, mandate),
        "day": mandate.valid_to.isoformat() if mandate.valid_to else "",
    }
    await enqueue(
        session,
        TELL_JOB,
        {
            "person": person,
            "organisation": organisation,
            "subject": what[0],
            "body": what[1],
            "dedupe_key": f"mandate:{mandate.id}:{key}:{organisation or person}",
            "link": f"/delegations/{mandate.id}",
            "values": values,
        },
    )
