"""Queries to begin with, for the page: each is run by a test."""

from madoguchi.kernel.language import Text

_HEAD = """PREFIX hj: <http://hojin-info.go.jp/ns/domain/biz/1#>
PREFIX ic: <http://imi.go.jp/ns/core/rdf#>
"""

EXAMPLES: tuple[tuple[Text, str], ...] = (
    (
        {"ja": "名前の一部で法人をさがす", "en": "Corporations by a part of their name"},
        _HEAD
        + """SELECT ?number ?name ?address
FROM <http://hojin-info.go.jp/graph/hojin>
WHERE {
  ?s a hj:法人基本情報型 ;
     ic:ID/ic:識別値 ?number ;
     ic:名称 [ ic:種別 "商号又は名称" ; ic:表記 ?name ] ;
     ic:住所 [ ic:種別 "住所" ; ic:表記 ?address ] .
  FILTER(contains(?name, "みなと"))
}
LIMIT 100""",
    ),
    (
        {"ja": "1つの市の法人", "en": "The corporations of one city"},
        _HEAD
        + """SELECT ?number ?name
FROM <http://hojin-info.go.jp/graph/hojin>
WHERE {
  ?s ic:住所/ic:市区町村コード <http://imi.go.jp/ns/code_id/code/jisx0402#18207> ;
     ic:ID/ic:識別値 ?number ;
     ic:名称 [ ic:種別 "商号又は名称" ; ic:表記 ?name ] .
}
ORDER BY ?number
LIMIT 1000""",
    ),
    (
        {"ja": "調達の金額が大きい法人", "en": "Corporations by what was procured from them"},
        _HEAD
        + """SELECT ?number (SUM(?yen) AS ?total)
WHERE {
  GRAPH <http://hojin-info.go.jp/graph/chotatsu> {
    ?act ic:ID/ic:識別値 ?number ; ic:金額/ic:数値 ?yen .
  }
}
GROUP BY ?number
ORDER BY DESC(?total)
LIMIT 100""",
    ),
    (
        {"ja": "使われている型の一覧", "en": "The classes in use"},
        "SELECT DISTINCT ?class\nWHERE { ?s a ?class }\nORDER BY ?class",
    ),
)
