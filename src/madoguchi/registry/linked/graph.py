"""A corporation as RDF in gBizINFO's former vocabulary: pure, from its record to a tree."""

from collections.abc import Sequence
from functools import lru_cache

from pyoxigraph import NamedNode

from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, KINDS
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.linked.tree import Thing, Value
from madoguchi.registry.linked.vocabulary import (
    CORPORATE_NUMBER,
    DATE,
    DATE_TIME,
    INDICATOR,
    basic,
    code,
    corporation,
    hj,
    ic,
    shared,
    text,
    typed,
)

AGENCY, AGENCY_NUMBER = "国税庁", "7000012050002"

Properties = tuple[tuple[NamedNode, Value], ...]


def corporation_thing(record: Record, activities: Sequence[NamedNode] = ()) -> Thing:
    """A corporation (法人情報) with its basic record; `activities` are the IRIs of what it did."""
    return Thing(
        hj("法人情報型"),
        (
            (hj("法人基本情報"), basic_thing(record)),
            *((hj("法人活動情報"), iri) for iri in activities),
        ),
        iri=corporation(record.number),
    )


def basic_thing(record: Record) -> Thing:
    """The basic record (法人基本情報)."""
    return Thing(
        hj("法人基本情報型"),
        (
            (ic("ID"), number_thing(record.number)),
            *((ic("名称"), name) for name in name_things(record)),
            *((ic("住所"), address) for address in address_things(record)),
            *((ic("活動状況"), state) for state in _states(record)),
            (ic("組織種別"), code("kind", record.kind)),
            (hj("更新日時"), moment(record.updated_on.isoformat())),
            (hj("区分"), _division("処理区分", record.process)),
            (hj("区分"), _division("訂正区分", "1" if record.corrected else "0")),
            (hj("区分"), _division("最新履歴", "1")),
            (hj("区分"), _division("過去履歴", "0")),
            (hj("公表組織"), _agency()),
        ),
        iri=basic(record.number),
    )


def number_thing(number: str) -> Thing:
    """A corporate number as an ID."""
    return Thing(ic("ID型"), ((ic("体系"), CORPORATE_NUMBER), (ic("識別値"), text(number))))


@lru_cache(maxsize=10_000)
def moment(day: str) -> Thing:
    """The day a source said it (更新日時), shared by all of that day."""
    return Thing(
        ic("日時型"),
        ((ic("標準型日時"), typed(f"{day}T00:00:00", DATE_TIME)),),
        shared=shared(f"更新日時/{day}"),
    )


def date_thing(day: str) -> Thing:
    """A day; `day` as YYYY-MM-DD."""
    return Thing(ic("日付型"), ((ic("標準型日付"), typed(day, DATE)),))


def named(name: str) -> Thing:
    """A name (名称) without more."""
    return Thing(ic("名称型"), ((ic("表記"), text(name)),))


@lru_cache(maxsize=1_000)
def publisher(name: str, number: str = "", issuer_kind: str = "組織型") -> Thing:
    """The organisation that published (公表組織)."""
    properties: Properties = ((ic("名称"), named(name)),)
    if number:
        scheme = Thing(
            ic("ID体系型"),
            (
                (ic("名称"), named("法人番号")),
                (ic("発行者"), Thing(ic(issuer_kind), ((ic("名称"), named(AGENCY)),))),
            ),
        )
        properties = (
            (ic("ID"), Thing(ic("ID型"), ((ic("体系"), scheme), (ic("識別値"), text(number))))),
            *properties,
        )
    return Thing(
        ic("組織型"), properties, shared=shared(f"公表組織/{issuer_kind}/{number or name}")
    )


def code_things() -> list[Thing]:
    """The common codes known here: kinds of corporation, prefectures; cities see `city_thing`."""
    kinds = [_code_thing("kind", value, label["ja"]) for value, label in KINDS.items()]
    return kinds + [
        _code_thing("jisx0401", f"{place:02}", name) for place, name in enumerate(PREFECTURES, 1)
    ]


def city_thing(prefecture: str, city: str, value: str) -> Thing:
    """The code of a municipality (JIS X 0402), labelled as in the common codes: 福井県鯖江市."""
    return _code_thing("jisx0402", value, prefecture + city)


def indicator_thing(family: str, name: str) -> Thing:
    """An indicator (指標) of 職場情報 or 財務情報."""
    whole = f"{INDICATOR}{family}"
    return Thing(
        ic("コード型"),
        (
            (ic("種別コード"), text(whole)),
            (ic("表記"), text(name)),
            (ic("識別値"), text(name)),
        ),
        iri=NamedNode(f"{whole}/{name}"),
    )


def _code_thing(scheme: str, value: str, label: str) -> Thing:
    return Thing(
        ic("コード型"),
        (
            (ic("コード種別"), code(scheme)),
            (ic("表記"), text(label)),
            (ic("識別値"), text(value)),
        ),
        iri=code(scheme, value),
    )


def name_things(record: Record) -> list[Thing]:
    """Its names (名称), the Japanese one first."""
    found = [_name("商号又は名称", record.name, record.kana)]
    if record.english_name:
        found.append(_name("商号又は名称(英語表記)", record.english_name, ""))
    return found


def _name(sort: str, name: str, kana: str) -> Thing:
    reading: Properties = ((ic("カナ表記"), text(kana)),) if kana else ()
    return Thing(ic("名称型"), ((ic("種別"), text(sort)), (ic("表記"), text(name)), *reading))


def address_things(record: Record) -> list[Thing]:
    """Its addresses (住所), the Japanese one first."""
    found = []
    if record.prefecture or record.abroad:
        parts: list[tuple[NamedNode, Value]] = [
            (ic("種別"), text("住所")),
            (ic("表記"), text(record.address)),
        ]
        parts += _texts(
            (ic("郵便番号"), record.postal_code),
            (ic("都道府県"), record.prefecture),
            (ic("市区町村"), record.city),
            (hj("町名番地等"), record.street),
        )
        if record.prefecture_code:
            parts.append((ic("都道府県コード"), code("jisx0401", record.prefecture_code)))
            if record.city_code:
                city = record.prefecture_code + record.city_code
                parts.append((ic("市区町村コード"), code("jisx0402", city)))
        found.append(Thing(hj("住所型"), tuple(parts)))
    if english := record.english_address:
        parts = [(ic("種別"), text("住所(英語表記)")), (ic("表記"), text(english))]
        parts += _texts(
            (ic("都道府県"), record.english_prefecture),
            (hj("市区町村町名番地等"), record.english_city),
        )
        found.append(Thing(hj("住所型"), tuple(parts)))
    return found


def _states(record: Record) -> list[Thing]:
    """Closing (閉鎖), from which day and why."""
    if record.closed_on is None:
        return []
    cause = CLOSE_CAUSES.get(record.close_cause, {}).get("ja", "")
    return [
        Thing(
            ic("状況型"),
            (
                (ic("発生日"), date_thing(record.closed_on.isoformat())),
                *_texts((ic("説明"), cause)),
            ),
        )
    ]


@lru_cache(maxsize=200)
def _division(sort: str, value: str) -> Thing:
    return Thing(
        None,
        ((ic("種別"), text(sort)), (ic("表記"), text(value))),
        shared=shared(f"区分/{sort}/{value}"),
    )


def _agency() -> Thing:
    return publisher(AGENCY, AGENCY_NUMBER, "実体型")


def _texts(*pairs: tuple[NamedNode, str]) -> list[tuple[NamedNode, Value]]:
    return [(predicate, text(value)) for predicate, value in pairs if value]
