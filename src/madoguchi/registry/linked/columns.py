"""The columns of gBizINFO's files that no field of its interface holds, as properties of an activity.

An activity taken in from a file keeps these columns word for word (`activities.vocabulary.REST`);
what its fields tell (認定日, 金額, 対象 …) is told by `acts`.
"""

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from madoguchi.registry.gbizinfo.fields import decimal
from madoguchi.registry.linked.graph import date_thing
from madoguchi.registry.linked.tree import Thing, Value
from madoguchi.registry.linked.vocabulary import (
    COUNT,
    CURRENCY_CODE,
    DATE_TIME,
    DECIMAL,
    INTEGER,
    hj,
    ic,
    plain,
    text,
    typed,
)

Pairs = list[tuple[NamedNode, Value]]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def column_properties(columns: Mapping[str, str]) -> Pairs:
    """What the columns tell, in the order of the file; nothing for those that are empty."""
    return [
        *_name_and_place(columns),
        *_people(columns),
        *_money(columns),
        *_business(columns),
        *_course(columns),
        *_document(columns),
    ]


def _name_and_place(columns: Mapping[str, str]) -> Pairs:
    related = _texts(columns, "関連組織", {"名称": ic("表記")})
    company = _branch(ic("組織"), ic("組織型"), _branch(ic("名称"), ic("名称型"), related))
    return [
        *_branch(
            ic("名称"),
            ic("名称型"),
            _texts(columns, "名称", _words("種別", "表記", "カナ表記"), needed="表記"),
        ),
        *_branch(
            ic("連絡先"),
            ic("連絡先型"),
            _texts(columns, "連絡先", _words("種別", "電話番号", "FAX番号", "Webサイト")),
        ),
        *_branch(
            ic("関連組織"),
            ic("組織関連型"),
            [*_texts(columns, "関連組織", _words("役割")), *company],
        ),
        *_branch(
            ic("住所"),
            hj("住所型"),
            _texts(
                columns,
                "住所",
                {
                    **_words("種別", "表記", "郵便番号", "都道府県", "市区町村"),
                    "町名番地等": hj("町名番地等"),
                },
                needed="表記",
            ),
        ),
    ]


def _people(columns: Mapping[str, str]) -> Pairs:
    found: Pairs = []
    for form in ("表示用", "検索用"):
        name = _texts(
            columns, "代表者", {f"{form}種別": ic("種別"), f"{form}氏名": ic("姓名")}, f"{form}氏名"
        )
        person = _branch(ic("構成員"), ic("人型"), _branch(ic("氏名"), ic("氏名型"), name))
        if person:
            role = _texts(columns, "代表者", _words("役割"))
            found += _branch(ic("代表者"), ic("構成員型"), [*role, *person])
    many = _number(columns.get("関連人員-人数"), COUNT)
    return [*found, *_branch(ic("関連人員"), ic("人数型"), [(ic("人数"), one) for one in many])]


def _money(columns: Mapping[str, str]) -> Pairs:
    result = _amount(columns, "決算情報", "金額")
    return [
        *_day(hj("創業日"), None, columns.get("職場情報-創業年")),
        *_day(ic("設立日"), ic("標準型日付"), columns.get("設立日")),
        *_branch(ic("資本金"), ic("金額型"), _amount(columns, "資本金", "数値")),
        *_branch(hj("決算情報"), None, _branch(ic("金額"), ic("金額型"), result)),
    ]


def _business(columns: Mapping[str, str]) -> Pairs:
    area = _branch(ic("名称"), ic("名称型"), _texts(columns, "営業エリア", _words("表記")))
    system = [(ic("表記"), text(plain(columns["システム名"])))] if columns.get("システム名") else []
    grade = [(ic("種別"), text(plain(columns["資格-表記"])))] if columns.get("資格-表記") else []
    literals = {
        "業種コード": "業種コード",
        "事業内容": "事業内容",
        "職場情報-事業概要": "事業内容",
        "法人活動-部門": "部門",
    }
    return [
        *_branch(hj("システム名"), hj("表記型"), list(system)),
        *(
            (hj(name), text(plain(columns[column])))
            for column, name in literals.items()
            if columns.get(column)
        ),
        *_branch(hj("営業エリア"), ic("場所型"), area),
        *_branch(hj("資格"), None, list(grade)),
    ]


def _course(columns: Mapping[str, str]) -> Pairs:
    """How the activity went: its state, its time, the days of a subsidy."""
    state = _branch(ic("名称"), ic("名称型"), _texts(columns, "法人活動", {"状況名称": ic("表記")}))
    period = [
        *_moment(ic("開始日時"), columns.get("法人活動-期間開始日時")),
        *_moment(ic("終了日時"), columns.get("法人活動-期間終了日時")),
    ]
    return [
        *_branch(hj("状況"), ic("状況型"), state),
        *_branch(ic("期間"), ic("期間型"), period),
        *_day(hj("採択日"), ic("標準型日付"), columns.get("補助金-採択日")),
        *_day(hj("交付決定日"), ic("標準型日付"), columns.get("補助金-交付決定日")),
    ]


def _document(columns: Mapping[str, str]) -> Pairs:
    number = _texts(columns, "書類情報", {"書類管理番号": ic("識別値")})
    sort = _texts(columns, "書類情報", {"書類種別コード": ic("識別値")})
    day = (columns.get("書類情報-提出日") or "")[:10]
    handed_in: Pairs = []
    if _DAY.fullmatch(day):
        properties = (*date_thing(day).properties, (ic("種別"), text("提出日")))
        handed_in = [(ic("日付"), Thing(ic("日付型"), properties))]
    year = _texts(columns, "書類情報", {"事業年度": ic("説明")})
    told = [*year, (ic("種別"), text("事業年度"))] if year else []
    return _branch(
        hj("書類情報"),
        ic("文書型"),
        [
            *_branch(ic("ID"), ic("ID型"), number),
            *_branch(ic("種別コード"), ic("コード型"), sort),
            *handed_in,
            *_branch(ic("記述"), ic("記述型"), told),
        ],
    )


def _words(*names: str) -> dict[str, NamedNode]:
    return {name: ic(name) for name in names}


def _texts(
    columns: Mapping[str, str], group: str, names: Mapping[str, NamedNode], needed: str = ""
) -> Pairs:
    """The columns of a group as literals; nothing at all where the one that is needed is empty."""
    if needed and not columns.get(f"{group}-{needed}"):
        return []
    return [
        (predicate, text(plain(columns[f"{group}-{name}"])))
        for name, predicate in names.items()
        if columns.get(f"{group}-{name}")
    ]


def _branch(predicate: NamedNode, kind: NamedNode | None, properties: Pairs) -> Pairs:
    return [(predicate, Thing(kind, tuple(properties)))] if properties else []


def _amount(columns: Mapping[str, str], group: str, value: str) -> Pairs:
    found: Pairs = [(ic("数値"), one) for one in _number(columns.get(f"{group}-{value}"), DECIMAL)]
    if not found:
        return []
    found += _texts(columns, group, _words("通貨"))
    if code := columns.get(f"{group}-通貨コード"):
        found.append((ic("通貨コード"), typed(plain(code), CURRENCY_CODE)))
    return found


def _number(value: str | None, kind: NamedNode) -> list[Literal]:
    number = decimal(value)
    if number is None or (kind != DECIMAL and number != number.to_integral_value()):
        return []
    return [typed(f"{number:f}" if kind == DECIMAL else str(int(number)), kind)]


def _day(predicate: NamedNode, form: NamedNode | None, value: str | None) -> Pairs:
    """A day, or a year where `form` is none; nothing for what is no day."""
    if form is None:
        years = _number(value, INTEGER)
        return _branch(predicate, ic("日付型"), [(ic("年"), year) for year in years])
    day = (value or "")[:10]
    return [(predicate, date_thing(day))] if _DAY.fullmatch(day) else []


def _moment(predicate: NamedNode, value: str | None) -> Pairs:
    """A day of a period: under 標準型日付, yet typed dateTime, as gBizINFO had it."""
    day = (value or "")[:10]
    if not _DAY.fullmatch(day):
        return []
    return _branch(
        predicate, ic("日時型"), [(ic("標準型日付"), typed(f"{day}T00:00:00", DATE_TIME))]
    )
