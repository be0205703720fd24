"""Changes of a procedure in words (変わった点): plain data for pages, the API and the command line."""

from collections.abc import Iterable
from typing import Any

from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.versions.diff import Difference
from madoguchi.procedures.versions.risk import LEVELS

# What the first step of a path holds, and what the last one says of it.
AREAS: dict[str, Text] = {
    "data": {"ja": "項目", "en": "Question"},
    "pages": {"ja": "ページ", "en": "Page"},
    "checks": {"ja": "点検", "en": "Check"},
    "decisions": {"ja": "判定", "en": "Decision"},
    "attachments": {"ja": "添付書類", "en": "Document"},
    "fees": {"ja": "手数料", "en": "Fee"},
    "states": {"ja": "状態", "en": "State"},
    "actions": {"ja": "操作", "en": "Action"},
    "letters": {"ja": "通知書", "en": "Letter"},
    "register": {"ja": "登録簿", "en": "Register"},
    "messages": {"ja": "通知文", "en": "Message"},
    "authority": {"ja": "提出先", "en": "Addressee"},
    "standard_period": {"ja": "標準処理期間", "en": "Standard period"},
    "effective": {"ja": "施行期間", "en": "Period in force"},
    "law": {"ja": "根拠法令", "en": "Law"},
    "kind": {"ja": "手続の種類", "en": "Kind of procedure"},
    "who": {"ja": "提出できる人", "en": "Who may file"},
    "title": {"ja": "手続の名称", "en": "Name of the procedure"},
}
ASPECTS: dict[str, Text] = {
    "required": {"ja": "必須かどうか", "en": "whether it is required"},
    "relevant": {"ja": "尋ねる条件", "en": "when it is asked"},
    "type": {"ja": "答え方", "en": "kind of answer"},
    "max": {"ja": "上限", "en": "upper limit"},
    "min": {"ja": "下限", "en": "lower limit"},
    "max_length": {"ja": "文字数の上限", "en": "longest length"},
    "min_length": {"ja": "文字数の下限", "en": "shortest length"},
    "pattern": {"ja": "書き方", "en": "format"},
    "options": {"ja": "選択肢", "en": "choices"},
    "columns": {"ja": "列", "en": "columns"},
    "calculate": {"ja": "計算のしかた", "en": "calculation"},
    "label": {"ja": "名称", "en": "name"},
    "title": {"ja": "名称", "en": "name"},
    "help": {"ja": "説明", "en": "help"},
    "message": {"ja": "文面", "en": "wording"},
    "must": {"ja": "条件", "en": "condition"},
    "when": {"ja": "適用する場合", "en": "when it applies"},
    "severity": {"ja": "重さ", "en": "severity"},
    "amount": {"ja": "金額", "en": "amount"},
    "omit_when": {"ja": "省略できる条件", "en": "when it may be left out"},
    "fields": {"ja": "項目の並び", "en": "questions on it"},
    "guard": {"ja": "できる条件", "en": "when it is possible"},
    "text": {"ja": "文面", "en": "wording"},
}
KINDS: dict[str, Text] = {
    "added": {"ja": "追加", "en": "Added"},
    "removed": {"ja": "廃止", "en": "Removed"},
    "changed": {"ja": "変更", "en": "Changed"},
    "renamed": {"ja": "内部の名前の変更", "en": "Renamed internally"},
    "moved": {"ja": "並べ替え", "en": "Reordered"},
}
RISKS: dict[str, Text] = {
    "safe": {"ja": "影響なし", "en": "No effect"},
    "review": {"ja": "要確認", "en": "To be checked"},
    "breaking": {"ja": "引き継げない", "en": "Cannot be carried over"},
}
TONES = {"safe": "neutral", "review": "warning", "breaking": "error"}


def told(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    """Each change as {risk, tone, kind, what, path, old, new}, the gravest first.

    `what` is a Text such as 項目「処理能力」の上限; `old` and `new` are short texts or "".
    """
    ordered = sorted(differences, key=lambda d: -LEVELS.index(d.risk))
    return [
        {
            "risk": RISKS[change.risk],
            "level": change.risk,
            "tone": TONES[change.risk],
            "kind": KINDS[change.kind],
            "what": what(change),
            "path": change.path,
            "old": _short(change.old),
            "new": _short(change.new),
        }
        for change in ordered
    ]


def what(change: Difference) -> Text:
    """What changed, as people call it."""
    steps = change.path.split("/")
    area = AREAS.get(steps[0], {"ja": steps[0], "en": steps[0]})
    known = ASPECTS.get(steps[-1]) or next((ASPECTS[s] for s in steps[2:] if s in ASPECTS), None)
    aspect = known if len(steps) > 2 else None
    result = {}
    for language, quoted, of in (("ja", "「{}」", "の"), ("en", " “{}”", ": ")):
        name = pick(change.subject, language)
        text = pick(area, language) + (quoted.format(name) if name else "")
        result[language] = text + (of + pick(aspect, language) if aspect else "")
    return result


def as_text(differences: Iterable[Difference], language: str = "ja") -> str:
    """The changes a line each, for terminals."""
    lines = []
    for line in told(differences):
        change = (
            f" {line['old'] or '—'} → {line['new'] or '—'}" if line["old"] or line["new"] else ""
        )
        lines.append(
            f"{pick(line['risk'], language)}  {pick(line['kind'], language)}  "
            f"{pick(line['what'], language)}{change}"
        )
    return "\n".join(lines)


def _short(value: Any) -> str:
    """A value where it can be shown in a few words."""
    if isinstance(value, dict) and value.keys() <= {"ja", "en"} and value:
        return str(value.get("ja") or value.get("en"))[:120]
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return str(value)[:120]
