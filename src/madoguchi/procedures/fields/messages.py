"""What a person is told when an answer cannot be taken: always what to do, never what they are."""

from collections.abc import Mapping

from madoguchi.kernel.language import Text, pick

MESSAGES: Mapping[str, Text] = {
    "missing": {"ja": "「{label}」を入力してください。", "en": "Enter “{label}”."},
    "missing-choice": {"ja": "「{label}」を選んでください。", "en": "Choose “{label}”."},
    "missing-file": {"ja": "「{label}」を添付してください。", "en": "Attach “{label}”."},
    "omitted-by": {"ja": "（{source}、{day}時点）", "en": " ({source}, as of {day})"},
    "missing-rows": {
        "ja": "「{label}」を{min}件以上入力してください。",
        "en": "Enter at least {min} of “{label}”.",
    },
    "too-many-rows": {
        "ja": "「{label}」は{max}件までです。",
        "en": "“{label}” may have {max} rows at most.",
    },
    "pledge": {
        "ja": "内容を確かめ、「{label}」にチェックを入れてください。",
        "en": "Read the statement and tick “{label}”.",
    },
    "wrong-type": {
        "ja": "「{label}」の形が正しくありません。入力し直してください。",
        "en": "“{label}” is not in the expected form. Enter it again.",
    },
    "too-long": {
        "ja": "「{label}」は{max}文字以内で入力してください(いま{length}文字)。",
        "en": "“{label}” must be {max} characters or fewer (now {length}).",
    },
    "too-short": {
        "ja": "「{label}」は{min}文字以上で入力してください。",
        "en": "“{label}” must be {min} characters or more.",
    },
    "one-line": {
        "ja": "「{label}」は改行せずに入力してください。",
        "en": "Enter “{label}” without line breaks.",
    },
    "pattern": {
        "ja": "「{label}」は次の形で入力してください:{hint}",
        "en": "Enter “{label}” in this form: {hint}",
    },
    "kana": {
        "ja": "「{label}」は全角カタカナで入力してください。",
        "en": "Enter “{label}” in katakana.",
    },
    "ascii": {
        "ja": "「{label}」は半角の英数字と記号で入力してください。",
        "en": "Enter “{label}” in half-width letters, digits and signs.",
    },
    "characters": {
        "ja": "「{label}」の「{characters}」は使えません。別の文字で入力してください。",
        "en": "“{characters}” cannot be used in “{label}”. Use other characters.",
    },
    "characters-warning": {
        "ja": "「{label}」の「{characters}」は、役所の文書で表示できないことがあります。",
        "en": "“{characters}” in “{label}” may not be shown in official documents.",
    },
    "not-number": {
        "ja": "「{label}」は数字で入力してください(例:1200)。",
        "en": "Enter “{label}” as a number, for example 1200.",
    },
    "not-integer": {
        "ja": "「{label}」は整数で入力してください(小数は使えません)。",
        "en": "Enter “{label}” as a whole number.",
    },
    "number-too-large": {
        "ja": "「{label}」の数が大きすぎます。桁を確かめてください。",
        "en": "“{label}” is too large. Check the number of digits.",
    },
    "decimals": {
        "ja": "「{label}」の小数は{decimals}桁までです。",
        "en": "“{label}” may have {decimals} digits after the point at most.",
    },
    "below-minimum": {
        "ja": "「{label}」は{min}以上で入力してください。",
        "en": "“{label}” must be {min} or more.",
    },
    "above-maximum": {
        "ja": "「{label}」は{max}以下で入力してください。",
        "en": "“{label}” must be {max} or less.",
    },
    "too-early": {
        "ja": "「{label}」は{min}以降の日付を入力してください。",
        "en": "“{label}” must be {min} or later.",
    },
    "too-late": {
        "ja": "「{label}」は{max}以前の日付を入力してください。",
        "en": "“{label}” must be {max} or earlier.",
    },
    "not-date": {
        "ja": "「{label}」は年月日で入力してください(例:令和8年4月1日、2026-04-01)。",
        "en": "Enter “{label}” as a date, for example 2026-04-01.",
    },
    "not-time": {
        "ja": "「{label}」は時刻で入力してください(例:14:05、午後2時5分)。",
        "en": "Enter “{label}” as a time, for example 14:05.",
    },
    "not-moment": {
        "ja": "「{label}」は日付と時刻で入力してください(例:令和8年4月1日 14:05)。",
        "en": "Enter “{label}” as day and time, for example 2026-04-01 14:05.",
    },
    "not-duration": {
        "ja": "「{label}」は長さで入力してください(例:1時間30分、90分)。",
        "en": "Enter “{label}” as a length of time, for example 1:30.",
    },
    "too-early-moment": {
        "ja": "「{label}」は{min}以降を入力してください。",
        "en": "“{label}” must be {min} or later.",
    },
    "too-late-moment": {
        "ja": "「{label}」は{max}以前を入力してください。",
        "en": "“{label}” must be {max} or earlier.",
    },
    "not-year-month": {
        "ja": "「{label}」は年と月で入力してください(例:令和8年4月、2026-04)。",
        "en": "Enter “{label}” as year and month, for example 2026-04.",
    },
    "not-fiscal-year": {
        "ja": "「{label}」は年度で入力してください(例:令和8年度、2026)。",
        "en": "Enter “{label}” as a fiscal year, for example 2026.",
    },
    "not-boolean": {
        "ja": "「{label}」は「はい」か「いいえ」を選んでください。",
        "en": "Choose yes or no for “{label}”.",
    },
    "not-option": {
        "ja": "「{label}」は示された中から選んでください。",
        "en": "Choose one of the answers shown for “{label}”.",
    },
    "too-few": {
        "ja": "「{label}」は{min}つ以上選んでください。",
        "en": "Choose {min} or more of “{label}”.",
    },
    "too-many": {
        "ja": "「{label}」は{max}つまでです。",
        "en": "Choose {max} or fewer of “{label}”.",
    },
    "corporate-number": {
        "ja": "「{label}」は13桁の法人番号を入力してください。数字を確かめてください(検査用の数字が合いません)。",
        "en": "Enter the 13-digit corporate number in “{label}”. Check the digits: the check digit does not match.",
    },
    "corporate-number-length": {
        "ja": "「{label}」は13桁の数字で入力してください(いま{length}桁)。",
        "en": "“{label}” must have 13 digits (now {length}).",
    },
    "email": {
        "ja": "「{label}」はメールアドレスの形で入力してください(例:taro@example.jp)。",
        "en": "Enter “{label}” as an e-mail address, for example taro@example.jp.",
    },
    "telephone": {
        "ja": "「{label}」は電話番号を入力してください(例:03-1234-5678)。",
        "en": "Enter “{label}” as a telephone number, for example 03-1234-5678.",
    },
    "postal-code": {
        "ja": "「{label}」は7桁の郵便番号を入力してください(例:100-8901)。",
        "en": "Enter the seven-digit postal code in “{label}”, for example 100-8901.",
    },
    "renewal-early": {
        "ja": "「{label}」の更新は{opens}から申請できます(有効期間は{until}まで)。",
        "en": "“{label}” can be renewed from {opens} (its term ends on {until}).",
    },
    "renewal-late": {
        "ja": "「{label}」の更新の申請期限({closes})を過ぎています。",
        "en": "The time for renewing “{label}” ended on {closes}.",
    },
    "renewal-over": {
        "ja": "「{label}」は{until}で有効期間が終わったため、更新できません。新しく申請してください。",
        "en": "The term of “{label}” ended on {until}. It cannot be renewed: apply anew.",
    },
    "not-entry": {
        "ja": "「{label}」は、あなたの登録の中から選んでください。",
        "en": "Choose one of your own registrations for “{label}”.",
    },
    "unknown-field": {
        "ja": "「{name}」という項目はこの手続にありません。",
        "en": "This procedure has no field “{name}”.",
    },
    "not-relevant": {
        "ja": "「{label}」は、ほかの答えによりこの届け出では使いません。",
        "en": "“{label}” is not used here because of other answers.",
    },
    "duplicate-row": {
        "ja": "行の番号「{row}」が重なっています。",
        "en": "The row id “{row}” is used twice.",
    },
    "unknown-attachment": {
        "ja": "「{name}」という添付書類はこの手続にありません。",
        "en": "This procedure has no attachment “{name}”.",
    },
    "too-many-files": {
        "ja": "「{label}」に添付できるのは{max}個までです。",
        "en": "“{label}” takes {max} files at most.",
    },
    "no-authority": {
        "ja": "提出先を決められません。所在地などの答えを確かめてください。",
        "en": "The office cannot be determined. Check the address and the other answers it depends on.",
    },
}


def message(code: str, **params: object) -> Text:
    """The text of a code in every language, its places filled (a map value is per language)."""
    filled: Text = {}
    for language, template in MESSAGES[code].items():
        result = template
        for name, value in params.items():
            shown = pick(value, language) if isinstance(value, dict) else value
            # Plain replacement: what a person typed must never act as a format string.
            result = result.replace("{" + name + "}", str(shown))
        filled[language] = result
    return filled
