"""Why an input was refused: one table of codes and messages, so that fields can show them."""

from typing import Any

from madoguchi.kernel.errors import DomainError

MESSAGES: dict[str, dict[str, str]] = {
    "empty": {"ja": "入力してください。", "en": "Please enter a value."},
    "number_format": {
        "ja": "数字で入力してください(例: 1234.5)。",
        "en": "Please enter a number (example: 1234.5).",
    },
    "number_grouping": {
        "ja": "桁区切りのカンマは3桁ごとに入れるか、入れずに入力してください(例: 1,234)。",
        "en": "Put commas every three digits, or leave them out (example: 1,234).",
    },
    "number_exponent": {
        "ja": "「1e3」のような指数の形は使えません。数字をそのまま入力してください(例: 1000)。",
        "en": "Forms such as 1e3 cannot be used. Please write out all digits (example: 1000).",
    },
    "number_not_finite": {
        "ja": "数値ではありません。数字で入力してください。",
        "en": "That is not a number. Please enter digits.",
    },
    "number_unit": {
        "ja": "「{unit}」は使わず、数字だけで入力してください(例: 3万 → 30000)。",
        "en": "Please write the number in digits only, without “{unit}” (example: 30000).",
    },
    "number_too_long": {
        "ja": "桁数が多すぎます。整数部は{whole}桁、小数部は{fraction}桁までです。",
        "en": "Too many digits: at most {whole} before and {fraction} after the point.",
    },
    "integer_fraction": {
        "ja": "小数は使えません。整数で入力してください。",
        "en": "Please enter a whole number without decimals.",
    },
    "money_fraction": {
        "ja": "1円未満は入力できません。円単位の整数で入力してください。",
        "en": "Please enter whole yen without decimals.",
    },
    "date_format": {
        "ja": "日付として読み取れません。「2026年4月1日」や「令和8年4月1日」と入力してください。",
        "en": "This is not read as a date. Please write it like 2026-04-01 or 令和8年4月1日.",
    },
    "date_two_digit_year": {
        "ja": "年は4桁の西暦か、元号を付けて入力してください(例: 2026年、令和8年)。",
        "en": "Please write the year with four digits (2026) or with its era (令和8年).",
    },
    "date_no_such_month": {
        "ja": "{month}月はありません。月は1から12までです。",
        "en": "There is no month {month}. Months go from 1 to 12.",
    },
    "date_no_such_day": {
        "ja": "{year}年{month}月は{last}日までです。{day}日はありません。",
        "en": "Day {day} does not exist: month {month} of {year} ends on day {last}.",
    },
    "date_no_such_year": {
        "ja": "その年は使えません。元号の年は元年(1年)から数えます。",
        "en": "That year does not exist. Years of an era are counted from 1 (元年).",
    },
    "date_other_era": {
        "ja": "{era}は{first}から{last}までです。この日は{right}です。",
        "en": "The era {era} runs from {first} to {last}. This day is {right} ({iso}).",
    },
    "date_other_era_open": {
        "ja": "{era}は{first}からです。この日は{right}です。",
        "en": "The era {era} begins on {first}. This day is {right} ({iso}).",
    },
    "date_before_calendar": {
        "ja": "明治5年以前の日付は、西暦で入力してください(旧暦のため換算できません)。",
        "en": "Please give dates before 1873 in the Western calendar (the lunar one was in use).",
    },
    "month_format": {
        "ja": "年月として読み取れません。「2026年4月」「令和8年4月」のように入力してください。",
        "en": "This is not read as a month. Please write it like 2026-04 or 令和8年4月.",
    },
    "month_other_era": {
        "ja": "{era}にこの月はありません。この月は{right}です。",
        "en": "This month is not in the era {era}. It is {right} ({iso}).",
    },
    "time_format": {
        "ja": "時刻として読み取れません。「14:05」や「午後2時5分」と入力してください。",
        "en": "This is not read as a time. Please write it like 14:05.",
    },
    "time_no_such": {
        "ja": "その時刻はありません。0:00から23:59までで入力してください。",
        "en": "There is no such time. Times go from 0:00 to 23:59.",
    },
    "time_end_of_day": {
        "ja": "24:00は、翌日の0:00として入力してください。",
        "en": "Please enter 24:00 as 0:00 of the next day.",
    },
    "time_noon_or_midnight": {
        "ja": "正午は「12:00」、真夜中は「0:00」と入力してください。",
        "en": "Please write noon as 12:00 and midnight as 0:00.",
    },
    "moment_no_time": {
        "ja": "日付に続けて、時刻も入力してください(例: 14:05)。",
        "en": "Please enter the time as well, for example 14:05.",
    },
    "duration_format": {
        "ja": "長さとして読み取れません。「1時間30分」や「90分」と入力してください。",
        "en": "This is not read as a length of time. Please write it like 1:30 or 90 min.",
    },
    "fiscal_year_format": {
        "ja": "年度として読み取れません。「2026年度」「令和8年度」のように入力してください。",
        "en": "This is not read as a fiscal year. Please write it like 2026 or 令和8年度.",
    },
    "fiscal_year_other_era": {
        "ja": "{era}にこの年度はありません。この年度は{right}です。",
        "en": "This fiscal year is not in the era {era}. It is {right} ({iso}).",
    },
    "kana_only": {
        "ja": "カタカナかひらがなで入力してください(「{characters}」は使えません)。",
        "en": "Please use kana only (“{characters}” cannot be used).",
    },
    "corporate_number_length": {
        "ja": "法人番号は13桁の数字です(入力は{length}桁)。",
        "en": "A corporate number has 13 digits (you entered {length}).",
    },
    "corporate_number_format": {
        "ja": "法人番号は13桁の数字で入力してください。",
        "en": "Please enter the corporate number as 13 digits.",
    },
    "corporate_number_check_digit": {
        "ja": "法人番号に誤りがあります。13桁の数字をもう一度お確かめください。",
        "en": "This corporate number contains a mistake. Please check its 13 digits.",
    },
    "corporate_number_invoice": {
        "ja": "先頭の「T」(インボイスの登録番号)は除いて、13桁の数字を入力してください。",
        "en": "Please leave out the “T” of the invoice number and enter the 13 digits.",
    },
    "postal_code_format": {
        "ja": "郵便番号は7桁の数字で入力してください(例: 100-8977)。",
        "en": "A postal code has 7 digits (example: 100-8977).",
    },
    "telephone_format": {
        "ja": "電話番号は市外局番から入力してください(例: 03-1234-5678)。",
        "en": "Please enter the telephone number with its area code (example: 03-1234-5678).",
    },
    "telephone_length": {
        "ja": "電話番号の桁数をお確かめください({expected}桁のはずですが、{length}桁です)。",
        "en": "Please check the telephone number: it should have {expected} digits, not {length}.",
    },
    "email_format": {
        "ja": "メールアドレスの形になっていません(例: name@example.jp)。",
        "en": "This is not an e-mail address (example: name@example.jp).",
    },
    "email_characters": {
        "ja": "使えない文字があります({characters})。半角の英数字で入力してください。",
        "en": "The e-mail address contains characters that cannot be used: {characters}",
    },
    "email_too_long": {
        "ja": "メールアドレスが長すぎます(254文字まで)。",
        "en": "The e-mail address is too long (at most 254 characters).",
    },
}


class JapaneseInputError(DomainError):
    """An input that cannot be read (入力の誤り); `code` is a key of MESSAGES, status 422."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, 422, MESSAGES[code], params)
