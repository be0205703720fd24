"""The code lists of the corporate number service (法人番号公表サイト リソース定義書)."""

from collections.abc import Mapping

from madoguchi.kernel.language import Text

NEW, RENAMED, MOVED, MOVED_ABROAD = "01", "11", "12", "13"
CLOSED, REVIVED, MERGED, MERGER_VOID, ERASED, DELETED = "21", "22", "71", "72", "81", "99"

PROCESSES: Mapping[str, Text] = {
    NEW: {"ja": "新規", "en": "New"},
    RENAMED: {"ja": "商号又は名称の変更", "en": "Change of name"},
    MOVED: {"ja": "国内所在地の変更", "en": "Change of address in Japan"},
    MOVED_ABROAD: {"ja": "国外所在地の変更", "en": "Change of address abroad"},
    CLOSED: {"ja": "登記記録の閉鎖等", "en": "Register closed"},
    REVIVED: {"ja": "登記記録の復活等", "en": "Register reopened"},
    MERGED: {"ja": "吸収合併", "en": "Absorbed by merger"},
    MERGER_VOID: {"ja": "吸収合併無効", "en": "Merger annulled"},
    ERASED: {"ja": "商号の登記の抹消", "en": "Registration of the name erased"},
    DELETED: {"ja": "削除", "en": "Number withdrawn"},
}

KINDS: Mapping[str, Text] = {
    "101": {"ja": "国の機関", "en": "State body"},
    "201": {"ja": "地方公共団体", "en": "Local government"},
    "301": {"ja": "株式会社", "en": "Stock company"},
    "302": {"ja": "有限会社", "en": "Limited company"},
    "303": {"ja": "合名会社", "en": "General partnership company"},
    "304": {"ja": "合資会社", "en": "Limited partnership company"},
    "305": {"ja": "合同会社", "en": "Limited liability company"},
    "399": {"ja": "その他の設立登記法人", "en": "Other registered corporation"},
    "401": {"ja": "外国会社等", "en": "Foreign company"},
    "499": {"ja": "その他", "en": "Other"},
}

STATUS_NAMES: Mapping[str, Text] = {
    "open": {"ja": "存続", "en": "Open"},
    "closed": {"ja": "閉鎖", "en": "Closed"},
    "withdrawn": {"ja": "番号の取消し", "en": "Number withdrawn"},
}
"""The states of a record (`Record.status`)."""

CLOSE_CAUSES: Mapping[str, Text] = {
    "01": {"ja": "清算の結了等", "en": "Liquidation completed"},
    "11": {"ja": "合併による解散等", "en": "Dissolved by merger"},
    "21": {"ja": "登記官による閉鎖", "en": "Closed by the registrar"},
    "31": {"ja": "その他の清算の結了等", "en": "Other end of liquidation"},
}
