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
        {
            "ja": "名前の一部と、活動情報の件数",
            "en": "A part of the name, and how many activities are known",
        },
        _HEAD
        + """SELECT ?number ?name ?prefecture (COUNT(DISTINCT ?act) AS ?activities)
WHERE {
  GRAPH <http://hojin-info.go.jp/graph/hojin> {
    ?corporation hj:法人基本情報 ?s .
    ?s ic:ID/ic:識別値 ?number ;
       ic:名称 [ ic:種別 "商号又は名称" ; ic:表記 ?name ] ;
       ic:住所 [ ic:種別 "住所" ; ic:都道府県 ?prefecture ] .
    OPTIONAL { ?corporation hj:法人活動情報 ?act }
  }
  FILTER(contains(?name, "みなと"))
}
GROUP BY ?number ?name ?prefecture
ORDER BY DESC(?activities) ?number
LIMIT 100""",
    ),
    (
        {"ja": "新しい補助金", "en": "The newest subsidies"},
        _HEAD
        + """SELECT ?day ?number ?name ?title ?yen
WHERE {
  GRAPH <http://hojin-info.go.jp/graph/hojyokin> {
    ?act a hj:補助金型 ;
         ic:ID/ic:識別値 ?number ;
         ic:名称/ic:表記 ?name ;
         hj:認定日/ic:標準型日付 ?day .
    OPTIONAL { ?act hj:活動名称/ic:表記 ?title }
    OPTIONAL { ?act ic:金額/ic:数値 ?yen }
  }
}
ORDER BY DESC(?day)
LIMIT 100""",
    ),
    (
        {"ja": "財務情報の売上高が大きい法人", "en": "Corporations by their net sales"},
        _HEAD
        + """SELECT ?number ?name ?sales
WHERE {
  GRAPH <http://hojin-info.go.jp/graph/zaimu> {
    ?act ic:ID/ic:識別値 ?number ;
         ic:名称/ic:表記 ?name ;
         hj:数量コレクション/hj:数量 ?figure .
    ?figure hj:指標 "http://hojin-info.go.jp/code/財務情報/売上高"^^ic:コード型 ;
            ic:数値 ?sales .
  }
}
ORDER BY DESC(?sales)
LIMIT 100""",
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
