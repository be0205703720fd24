"""The basic record (基本情報) as rows: the short list of the download, the vocabulary edition of OutputCSV."""

from collections.abc import Callable, Mapping

from madoguchi.registry.corporations.codes import CLOSE_CAUSES
from madoguchi.registry.corporations.record import Record

_AGENCY_NUMBER = "7000012050002"  # 国税庁


SHORT: Mapping[str, Callable[[Record], str]] = {
    "法人番号": lambda r: r.number,
    "法人名": lambda r: r.name,
    "法人名フリガナ": lambda r: r.kana,
    "法人名英語": lambda r: r.english_name,
    "郵便番号": lambda r: r.postal_code,
    "本社所在地": lambda r: r.address,
    "ステータス": lambda r: "閉鎖" if r.closed_on else "-",
    "登記記録の閉鎖等年月日": lambda r: r.closed_on.isoformat() if r.closed_on else "",
    "登記記録の閉鎖等の事由": lambda r: r.close_cause,
    "法人種別": lambda r: r.kind,
    "処理区分": lambda r: r.process,
    "訂正区分": lambda r: str(int(r.corrected)),
    "更新年月日": lambda r: r.updated_on.isoformat(),
}
"""Kihonjoho: a line a corporation."""


def _closing(record: Record) -> str:
    cause = CLOSE_CAUSES.get(record.close_cause)
    return cause["ja"] if cause else ""


VOCABULARY: Mapping[str, Callable[[Record], str]] = {
    "ID-識別値": lambda r: r.number,
    "名称[日本語表記]-種別": lambda r: "商号又は名称",
    "名称[日本語表記]-表記": lambda r: r.name,
    "名称[日本語表記]-カナ表記": lambda r: r.kana,
    "名称[英語表記]-種別": lambda r: "商号又は名称(英語表記)" if r.english_name else "",
    "名称[英語表記]-表記": lambda r: r.english_name,
    "名称[英語表記]-カナ表記": lambda r: "",
    "活動状況-発生日": lambda r: r.closed_on.isoformat() if r.closed_on else "",
    "活動状況-説明": _closing,
    "住所[日本語表記]-種別": lambda r: "住所",
    "住所[日本語表記]-表記": lambda r: r.address,
    "住所[日本語表記]-郵便番号": lambda r: r.postal_code,
    "住所[日本語表記]-都道府県": lambda r: r.prefecture,
    "住所[日本語表記]-都道府県コード": lambda r: r.prefecture_code,
    "住所[日本語表記]-市区町村": lambda r: r.city,
    "住所[日本語表記]-市区町村コード": lambda r: (
        r.prefecture_code + r.city_code if r.city_code else ""
    ),
    "住所[日本語表記]-町名番地等": lambda r: r.street,
    "住所[英語表記]-種別": lambda r: "住所(英語表記)" if r.english_address else "",
    "住所[英語表記]-表記": lambda r: r.english_address,
    "住所[英語表記]-郵便番号": lambda r: "",
    "住所[英語表記]-都道府県": lambda r: r.english_prefecture,
    "住所[英語表記]-都道府県コード": lambda r: r.prefecture_code if r.english_address else "",
    "住所[英語表記]-市区町村": lambda r: "",
    "住所[英語表記]-市区町村コード": lambda r: (
        r.prefecture_code + r.city_code if r.english_address and r.city_code else ""
    ),
    "住所[英語表記]-町名番地等": lambda r: "",
    "住所[英語表記]-市区町村町名番地以下": lambda r: r.english_city,
    "組織種別": lambda r: r.kind,
    "更新日時": lambda r: r.updated_on.isoformat(),
    "公表組織-ID名称": lambda r: "法人番号",
    "公表組織-ID発行者": lambda r: "国税庁",
    "公表組織-ID識別値": lambda r: _AGENCY_NUMBER,
    "公表組織-名称": lambda r: "国税庁",
    "区分-処理種別": lambda r: "処理区分",
    "区分-処理表記": lambda r: r.process,
    "区分-訂正種別": lambda r: "訂正区分",
    "区分-訂正表記": lambda r: str(int(r.corrected)),
    "区分-最新種別": lambda r: "最新履歴",
    "区分-最新表記": lambda r: "1",
    "区分-過去種別": lambda r: "過去履歴",
    "区分-過去表記": lambda r: "0",
}
"""法人基本情報 in the vocabulary edition."""
