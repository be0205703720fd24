"""The words of these pages: codes, fields and states as people read them."""

from collections.abc import Mapping

from madoguchi.kernel.japanese.prefectures import PREFECTURES, PREFECTURES_IN_ENGLISH
from madoguchi.kernel.language import Text
from madoguchi.registry.activities.kinds import KINDS
from madoguchi.registry.corporations.record import Record

_ENGLISH = {
    "certification": "Notifications and certifications",
    "commendation": "Commendations",
    "procurement": "Procurement",
    "subsidy": "Subsidies",
    "patent": "Patents",
    "finance": "Finance",
    "workplace": "Workplace",
    "corporation": "Places of business",
}
ACTIVITY_NAMES: Mapping[str, Text] = {
    kind: {"ja": name, "en": _ENGLISH[kind]} for kind, name in KINDS.items()
}
DETAIL_NAMES: Mapping[str, Text] = {
    "representative_name": {"ja": "代表者", "en": "Representative"},
    "representative_position": {"ja": "代表者の役職", "en": "Title of representative"},
    "capital_stock": {"ja": "資本金", "en": "Capital"},
    "employee_number": {"ja": "従業員数", "en": "Employees"},
    "company_size_male": {"ja": "従業員数（男性）", "en": "Employees, men"},
    "company_size_female": {"ja": "従業員数（女性）", "en": "Employees, women"},
    "business_summary": {"ja": "事業の概要", "en": "Business"},
    "company_url": {"ja": "ウェブサイト", "en": "Web site"},
    "founding_year": {"ja": "創業年", "en": "Founded in"},
    "date_of_establishment": {"ja": "設立年月日", "en": "Established on"},
    "qualification_grade": {"ja": "全省庁統一資格の等級", "en": "Grade for tenders"},
}
"""Those that are shown, in this order; the others are in the JSON."""


_GBIZINFO: Text = {"ja": "gBizINFO（経済産業省）", "en": "gBizINFO (METI)"}
_SOURCES: Mapping[str, Text] = {
    "csv": _GBIZINFO,
    "json": _GBIZINFO,
    "register": {"ja": "この窓口の登録簿", "en": "A register of this site"},
    "nta": {
        "ja": "国税庁法人番号公表サイト",
        "en": "National Tax Agency Corporate Number Publication Site",
    },
    "synthetic": {"ja": "試験のために合成した記録", "en": "Made up for tests"},
    "demo": {"ja": "試用のための架空の記録", "en": "Invented for trying out"},
}


def source_words(source: str) -> Text:
    """What people are told of a source ("csv:Hojokinjoho"); programs get its meta-data whole."""
    return _SOURCES.get(source.partition(":")[0], {"ja": source, "en": source})


def english_address(record: Record) -> str:
    """The address in English as published, else its prefecture alone; "" where neither is known."""
    if record.english_abroad or record.english_city:
        return record.english_address
    english = dict(zip(PREFECTURES, PREFECTURES_IN_ENGLISH, strict=True))
    return english.get(record.prefecture, "")
