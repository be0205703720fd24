"""What a representative is told of their proof (再確認のお知らせ)."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.recording import TELL_JOB
from madoguchi.identity.models import Organisation, Person, Verification
from madoguchi.identity.reproof.rules import CLOSED, DOUBTS, DUE, LAPSED, lapses
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import until_text

PAGE = "/representative"
_Told = tuple[Text, Text]
_KEPT: Text = {
    "ja": "下書き・手続中の案件・メンバー・委任は、そのまま残ります。",
    "en": "Drafts, cases, members and mandates stay as they are.",
}
SOON: _Told = (
    {
        "ja": "{organisation}の代表者の再確認をお願いします（{day}）",
        "en": "Please prove again that you represent {organisation} ({day})",
    },
    {
        "ja": "代表者であることの確認から時間がたちました。"
        "期限を過ぎると、あなたが提出や委任をするときに、先に再確認が必要になります。{kept}",
        "en": "Some time has passed since you were proved. After that day you are asked for a new proof "
        "before you file or give a mandate. {kept}",
    },
)
NOW: _Told = (
    {
        "ja": "{organisation}の代表者の再確認が必要です",
        "en": "Prove again that you represent {organisation}",
    },
    {
        "ja": "再確認が終わるまで、あなたは{organisation}として提出や委任ができません。"
        "メンバーは{last}まで続けられます。{kept}",
        "en": "Until you have proved it again you can neither file nor give mandates for {organisation}. "
        "Its members go on: {last}. {kept}",
    },
)
LATE: _Told = (
    {
        "ja": "{organisation}の代表者の確認が失効しました",
        "en": "The proof that you represent {organisation} has lapsed",
    },
    {
        "ja": "{organisation}としての提出や委任は、メンバー・代理人・プログラムも含めて休止しました。"
        "見ることと下書きの入力はできます。"
        "再確認が終わると、すぐに元に戻ります。{kept}",
        "en": "Filing and giving mandates for {organisation} rest, also for members, agents and programs. "
        "Everything can be read and drafts be typed. All returns with a new proof. {kept}",
    },
)
DOUBT: _Told = (
    {
        "ja": "{organisation}の登記に変更があったため、代表者の再確認をお願いします（{day}）",
        "en": "The registry's record of {organisation} has changed: prove again that you represent it ({day})",
    },
    {
        "ja": "変更の内容：{why}\n{advice}{kept}",
        "en": "What changed: {why}\n{advice}{kept}",
    },
)
_ADVICE: Text = {
    "ja": "代表者が交代した場合は、新しい代表者が「交代する」で確認を申し込みます。",
    "en": "If somebody else represents it now, they ask to be proved “instead”.",
}
_CLOSED: Text = {
    "ja": "合併した場合は、承継した法人の代表者が、その法人として手続を続けます。"
    "清算が終わった場合は、メンバーの画面から利用を終えてください。",
    "en": "After a merger the representative of the company that succeeded goes on as that company. After "
    "liquidation, end its use of this service from the page of members.",
}
NOTICES: Mapping[str, _Told] = {"60": SOON, "30": SOON, "7": SOON, DUE: NOW, LAPSED: LATE}


async def tell_notice(
    session: AsyncSession,
    person: Person,
    organisation: Organisation,
    proof: Verification,
    notice: str,
) -> None:
    """A message and mail that a proof comes due, is due or has lapsed."""
    await _tell(session, person, organisation, proof, NOTICES[notice], notice, {})


async def tell_doubt(
    session: AsyncSession, person: Person, organisation: Organisation, proof: Verification
) -> None:
    """A message and mail that the registry puts a proof in doubt, and why."""
    advice = _CLOSED if proof.doubt == CLOSED else _ADVICE
    told = {"why": DOUBTS[proof.doubt], "advice": advice}
    await _tell(session, person, organisation, proof, DOUBT, f"doubt-{proof.doubt}", told)


async def _tell(
    session: AsyncSession,
    person: Person,
    organisation: Organisation,
    proof: Verification,
    what: _Told,
    key: str,
    more: Mapping[str, Text],
) -> None:
    assert proof.due_at is not None  # noqa: S101 - what has no day is never told
    day = f"{jst_date(proof.due_at):%Y%m%d}"
    await enqueue(
        session,
        TELL_JOB,
        {
            "person": person.id,
            "organisation": None,
            "subject": what[0],
            "body": what[1],
            "dedupe_key": f"reproof:{organisation.id}:{person.id}:{key}:{day}",
            "link": PAGE,
            "values": {
                "organisation": organisation.name,
                "day": until_text(proof.due_at),
                "last": until_text(lapses(proof.due_at)),
                "kept": _KEPT,
                **more,
            },
        },
    )
