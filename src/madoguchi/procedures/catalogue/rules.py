"""What a row of the survey means (目録の読み方): kind in law, codes, lists, periods. Pure.

The survey's own words stay in the tables; these functions read them.
"""

import re
import unicodedata

from madoguchi.kernel.language import Text

FILING_KINDS = ("application", "notification", "report", "declaration")
KINDS = (*FILING_KINDS, "other")

ONLINE_STATES = {
    "1": "done",
    "2": "not_yet",
    "3": "exempt",
    "4": "other",
    "5": "partly",
    "": "unknown",
}
"""Item 12-1 of the survey → word used in addresses of pages and in the API."""

ACTS = {
    "2-1": "disposition",
    "2-2": "disposition",
    "2-3": "delivery",
    "3": "inspection",
    "4": "records",
    "": "unknown",
}
"""Types of procedure that nobody files with an office (item 4 of the survey)."""

NOT_EVENTS = frozenset(
    {"その他イベント(個人)", "その他イベント(法人)", "その他(個人も法人にもあてはまらない)"}
)
NOT_PROFESSIONS = frozenset({"士業が介在しない", "その他"})

EVENT_SLUGS = {
    "pregnancy": "妊娠",
    "birth": "出生・こども",
    "moving": "引越し",
    "new-job": "就職・転職",
    "marriage": "結婚・離婚",
    "car": "自動車の購入・保有",
    "home": "住宅の購入・保有",
    "care": "介護",
    "health": "医療・健康",
    "tax": "税金",
    "pension": "年金の受給",
    "death": "死亡・相続",
    "founding": "法人の設立",
    "changing-details": "法人の情報変更・役員変更",
    "hiring": "職員の採用・退職",
    "bidding": "入札・契約",
    "opening-office": "事務所の新設・移転",
    "starting-business": "新しい事業の開始",
    "merger": "法人の合併・分割",
    "closing-business": "法人の承継・廃業",
    "regular-report": "定期的な報告等",
    "work-report": "作業ごとの報告等",
}
"""Words packages may use for the survey's life events."""

_BRACKETS = re.compile(r"[（(\[「【〔][^（(\[「【〔）)\]」】〕]*[）)\]」】〕]")
_WORDS = (
    ("notification", r"届(?!出(?:事項|済))|通知(?!書の)|通報"),
    ("report", r"報告|実績の?提出|調査票"),
    ("declaration", r"申告"),
    (
        "application",
        r"申請|申込|申し込み|請求|申立|申し立て|出願|願書?の|願$|申出|申し出|求め"
        r"|(?:許可|認可|承認|認定|登録|免許|指定|確認|認証|検定|検査)(?![証状票])"
        r"|協議|交付|支給|裁定|同意",
    ),
)
_SENT = re.compile(r"提出|送付|返納|返還|提供|送信|添付|意見")
_UNIT = r"(?:時間|日間?|週間?|(?:ヶ|ケ|カ|ヵ|か|箇)?月|年)"
_LENGTH = re.compile(rf"(\d+){_UNIT}?(?:([~〜～])(\d+))?({_UNIT})(?:程度|以内)?")
_STATED = {"open days": "開庁日", "days": "日", "months": "か月"}
_ENGLISH_UNITS = (
    ("時間", "hour"),
    ("日間?", "day"),
    ("週間", "week"),
    ("か月", "month"),
    ("年", "year"),
)
_KIND_WORDS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)


def code(value: str | None) -> str:
    """The code before the first space: "2-1 申請等に基づく処分通知等" → "2-1"; nothing → ""."""
    return value.split(" ", 1)[0] if value else ""


def label(value: str | None) -> str:
    """The words after the code: "1 国" → "国"; a text without a code stays; nothing → ""."""
    if not value:
        return ""
    head, _, rest = value.partition(" ")
    return rest if rest and re.fullmatch(r"\d+(-\d+)?", head) else value


def items(value: str | None) -> list[str]:
    """The values of a cell, which the survey joins with "; "."""
    return [item.strip() for item in value.split("; ") if item.strip()] if value else []


def guess_kind(procedure_type: str | None, name: str) -> str:
    """Kind in law (行政手続法 第2条) from the type of procedure and its name.

    The survey calls everything that is sent to an office 申請等. Japanese puts the head word last:
    「届出事項の変更の許可申請」 is an application, 「許可事項の変更の届出」 a notification. So the
    last telling word decides, outside brackets where there is one. A filing without such a word is
    a notification where it only sends something in (同条第7号: 一定の事項の通知をする行為), else
    an application, the kind that promises its filer an answer. Whatever is not filed with an
    office (処分通知等, 縦覧等, 作成・保存等) is `other`.
    """
    if code(procedure_type) != "1":
        return "other"
    text = unicodedata.normalize("NFKC", name)
    outside = _without_brackets(text)
    without_word = "notification" if _SENT.search(outside) else "application"
    return _last_word(outside) or _last_word(text) or without_word


def _without_brackets(text: str) -> str:
    previous = ""
    while previous != text:
        previous, text = text, _BRACKETS.sub("", text)
    return text


def _last_word(text: str) -> str | None:
    found: tuple[int, str] | None = None
    for kind, pattern in _KIND_WORDS:
        for match in pattern.finditer(text):
            if found is None or match.end() > found[0]:
                found = (match.end(), kind)
    return found[1] if found else None


def online_state(value: str | None) -> str:
    """done | not_yet | exempt | other | partly | unknown (item 12-1 of the survey)."""
    return ONLINE_STATES.get(code(value), "other")


def act(procedure_type: str | None) -> str | None:
    """What a procedure is that nobody files: disposition, delivery, … ; None for a filing."""
    number = code(procedure_type)
    return None if number == "1" else ACTS.get(number, "unknown")


def events(personal: str | None, corporate: str | None) -> tuple[list[str], list[str]]:
    """Life events of persons and of corporations, without the survey's "none of these"."""
    return (
        [event for event in items(personal) if event not in NOT_EVENTS],
        [event for event in items(corporate) if event not in NOT_EVENTS],
    )


def event_name(event: str) -> str:
    """The survey's name of a life event given as a slug; other texts stay."""
    return EVENT_SLUGS.get(event, event)


def professions(value: str | None) -> list[str]:
    """Professions (士業) that may file for the applicant."""
    return [name for name in items(value) if name not in NOT_PROFESSIONS]


def has_fee(value: str | None) -> bool | None:
    """Whether a fee is due; None where the survey does not ask or was not answered."""
    return {"1": False, "2": True}.get(code(value))


def period(value: str | None) -> str | None:
    """A standard processing period in one way of writing: "１月" → "1か月"; "-" → None.

    Text that is no length or range of lengths stays as it was written.
    """
    if not value:
        return None
    text = unicodedata.normalize("NFKC", value).strip()
    if not text.strip("-‐―ー－ "):
        return None
    if not is_length(text):
        return text
    text = re.sub(r"(?<=\d)(?:ヶ|ケ|カ|ヵ|か|箇)?月", "か月", text)
    text = re.sub(r"(?<=\d)週(?!間)", "週間", text)
    return re.sub(r"[~〜～]", "～", text)


def is_length(text: str | None) -> bool:
    """Whether a period is a length such as 30日 or 1週～2月, not a remark such as 不明."""
    return bool(text) and _LENGTH.fullmatch(unicodedata.normalize("NFKC", text or "")) is not None


def period_text(value: str | None) -> Text | None:
    """A standard period for readers of both languages, None when it is no length.

    Reads the survey's cells (１月, 1週～2月) and what packages state (30 open days).
    """
    stated = re.fullmatch(r"(\d+) (open days|days|months)", value or "")
    if stated:
        return {"ja": f"{stated[1]}{_STATED[stated[2]]}", "en": str(value)}
    text = period(value)
    if text is None or not is_length(text):
        return None
    english = text.replace("～", " to ").replace("程度", " or so").replace("以内", " at most")
    for unit, word in _ENGLISH_UNITS:
        english = re.sub(rf"\b1{unit}", f"1 {word}", english)
        english = re.sub(rf"(\d){unit}", rf"\1 {word}s", english)
    return {"ja": text, "en": english}


def office_name(office: str) -> str:
    """ "国土交通省 運輸局" → "運輸局（国土交通省）"."""
    ministry, _, local = office.partition(" ")
    return f"{local}（{ministry}）" if local else office


def one_line(name: str) -> str:
    """A name for headings and lists: line breaks and runs of spaces become one space."""
    return " ".join(name.split())
