"""Composite answers: who and where. Each is a fixed list of parts, themselves ordinary fields."""

from collections.abc import Mapping

from madoguchi.kernel.japanese.prefectures import PREFECTURES as PREFECTURES
from madoguchi.procedures.package.spec import FieldSpec


def _part(type_: str, ja: str, en: str, required: bool = False, **keys: object) -> FieldSpec:
    return FieldSpec.model_validate(
        {"type": type_, "label": {"ja": ja, "en": en}, "required": required, **keys}
    )


PARTS: Mapping[str, Mapping[str, FieldSpec]] = {
    "corporation": {
        "number": _part("corporate_number", "法人番号", "Corporate number", True),
        "name": _part("text", "商号又は名称", "Name", True, max_length=150),
        "kana": _part("text", "フリガナ", "Name in katakana", characters="kana", max_length=300),
        "address": _part("text", "本店又は主たる事務所の所在地", "Address of head office", True),
        "representative_title": _part(
            "text", "代表者の役職", "Title of representative", max_length=50
        ),
        "representative_name": _part(
            "text", "代表者の氏名", "Name of representative", True, max_length=100
        ),
    },
    "person": {
        "name": _part("text", "氏名", "Name", True, max_length=100),
        "kana": _part(
            "text", "氏名のフリガナ", "Name in katakana", characters="kana", max_length=200
        ),
        "title": _part("text", "役職", "Title", max_length=100),
        "birth_date": _part("date", "生年月日", "Date of birth"),
    },
    "address": {
        "postal_code": _part("postal_code", "郵便番号", "Postal code"),
        "prefecture": _part(
            "choice", "都道府県", "Prefecture", True, options={name: name for name in PREFECTURES}
        ),
        "city": _part("text", "市区町村", "City, ward, town or village", True, max_length=50),
        "street": _part("text", "町名・番地", "Street and number", True, max_length=100),
        "building": _part("text", "建物名・部屋番号", "Building and room", max_length=100),
    },
    "bank_account": {
        "bank_code": _part(
            "text", "金融機関コード", "Bank code", True, pattern="[0-9]{4}", pattern_hint="0001"
        ),
        "bank_name": _part("text", "金融機関名", "Bank", True, max_length=50),
        "branch_code": _part(
            "text", "支店コード", "Branch code", True, pattern="[0-9]{3}", pattern_hint="001"
        ),
        "branch_name": _part("text", "支店名", "Branch", True, max_length=50),
        "kind": _part(
            "choice",
            "預金の種類",
            "Kind of account",
            True,
            options={
                "ordinary": {"ja": "普通", "en": "Ordinary"},
                "current": {"ja": "当座", "en": "Current"},
            },
        ),
        "number": _part(
            "text", "口座番号", "Account number", True, pattern="[0-9]{7}", pattern_hint="0123456"
        ),
        "holder_kana": _part(
            "text",
            "口座名義(カナ)",
            "Account holder in katakana",
            True,
            characters="kana",
            max_length=60,
        ),
    },
}

# A person is asked for no more than name and kana unless the package says so.
DEFAULT_PARTS = {"person": ("name", "kana")}


def part_specs(spec: FieldSpec) -> dict[str, FieldSpec]:
    """The parts of a composite field, as the package narrows them."""
    every = PARTS[spec.type]
    chosen = spec.parts or DEFAULT_PARTS.get(spec.type) or tuple(every)
    parts = {name: part for name, part in every.items() if name in chosen}
    if spec.type == "corporation" and spec.number == "optional":
        parts["number"] = parts["number"].model_copy(update={"required": None})
    return parts
