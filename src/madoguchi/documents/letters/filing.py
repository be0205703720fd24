"""What a filer gets at once: the receipt (受付票) and the copy of the filing (申請書控え)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from madoguchi.documents.letters.sandbox import layout, render_letter
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import Text, pick

Row = tuple[str, str]
Section = tuple[str, Sequence[Row]]

_LABELS: dict[str, Text] = {
    "title": {"ja": "手続", "en": "Procedure"},
    "arrived": {"ja": "到達日時", "en": "Arrived"},
    "applicant": {"ja": "申請者・届出者", "en": "Filed by"},
    "agent": {"ja": "代理人", "en": "Agent"},
    "agency": {"ja": "提出先", "en": "Filed with"},
    "arrival_note": {
        "ja": "この書面は、上の日時に届いたことを示すもので、許可や認定を示すものではありません。",
        "en": "This shows that the filing arrived at the time above. It is not a decision.",
    },
    "hash_note": {
        "ja": "ページ下のハッシュ値は、届いた内容と添付書類を表します。"
        "一字でも変わると別の値になります。",
        "en": "The hash below stands for the content and attachments as they arrived; "
        "any change gives another value.",
    },
}


@dataclass(frozen=True)
class Filing:
    """A filing as its receipt and copy show it; texts are in `language` already.

    `attachments` are (label of the attachment, file name, SHA-256); `sections` are
    (heading, [(label, text)]).
    """

    title: str
    arrival_number: str
    arrived_at: datetime
    applicant: str
    agency: str
    content_hash: str
    sections: Sequence[Section] = ()
    attachments: Sequence[tuple[str, str, str]] = ()
    agent: str | None = None
    verification_url: str | None = None
    language: str = "ja"


def receipt_html(filing: Filing) -> str:
    """The receipt: arrival number, time, parties, files with their hashes."""
    notes = [pick(_LABELS["arrival_note"], filing.language)]
    if filing.content_hash:
        notes.append(pick(_LABELS["hash_note"], filing.language))
    context = {**_shared(filing), "notes": notes}
    return render_letter(layout("receipt.html"), context, language=filing.language)


def filing_html(filing: Filing) -> str:
    """The copy of the filing: everything that was filed, by section."""
    context = {**_shared(filing), "title": filing.title, "sections": filing.sections}
    return render_letter(layout("filing.html"), context, language=filing.language)


def _shared(filing: Filing) -> dict[str, object]:
    def row(key: str, value: str) -> Row:
        return pick(_LABELS[key], filing.language), value

    lines = [
        row("title", filing.title),
        row("arrived", _moment(filing.arrived_at, filing.language)),
        row("applicant", filing.applicant),
        *([row("agent", filing.agent)] if filing.agent else []),
        row("agency", filing.agency),
    ]
    attachments = [
        (label, f"{name}\nSHA-256: {sha256}" if sha256 else name)
        for label, name, sha256 in filing.attachments
    ]
    return {
        "arrival_number": filing.arrival_number,
        "content_hash": filing.content_hash,
        "verification_url": filing.verification_url,
        "lines": lines,
        "attachments": attachments,
    }


def _moment(at: datetime, language: str) -> str:
    shown = as_jst(at)
    if language == "ja":
        return (
            f"{shown.year}年{shown.month}月{shown.day}日 "
            f"{shown.hour}時{shown.minute:02}分{shown.second:02}秒"
        )
    return f"{shown:%Y-%m-%d %H:%M:%S} (Japan time)"
