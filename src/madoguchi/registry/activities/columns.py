"""The columns of gBizINFO's files (法人活動情報語彙対応版), and the fields of its interface they hold."""

from collections.abc import Mapping

NUMBER, KEY, UPDATED = "ID-識別値", "キー情報", "更新日時"
TITLE, DAY, AMOUNT = "法人活動-活動名称", "法人活動-認定日", "法人活動-金額"
TARGET, SORT, DEPARTMENT = "法人活動-対象", "法人活動-区分-内容", "公表組織-名称表記"

COMMON = tuple(
    """
    ID-識別値 名称-種別 名称-表記 名称-カナ表記 連絡先-種別 連絡先-電話番号 連絡先-FAX番号 関連組織-役割 関連組織-名称
    住所-種別 住所-表記 住所-郵便番号 住所-都道府県 住所-市区町村 住所-町名番地等 代表者-役割 代表者-表示用種別
    代表者-表示用氏名 代表者-検索用種別 代表者-検索用氏名 設立日 資本金-数値 資本金-通貨 資本金-通貨コード 関連人員-人数
    更新日時 公表組織-ID名称 公表組織-ID発行者 公表組織-ID識別値 公表組織-名称表記 システム名 キー情報 業種コード 事業内容
    営業エリア-表記 決算情報-金額 決算情報-通貨 決算情報-通貨コード 法人活動-認定日 法人活動-活動名称 法人活動-部門
    法人活動-区分-種別 法人活動-区分-内容 法人活動-対象 法人活動-金額 法人活動-状況名称 法人活動-期間開始日時
    法人活動-期間終了日時 備考-種別 資格-表記
    """.split()
)
SHAREHOLDERS = range(1, 16)
_RANK, _HOLDER, _RATIO = "順位", "氏名又は名称", "発行済株式総数に対する所有株式数の割合"

_WORKPLACE: Mapping[str, Mapping[str, str]] = {
    "base_infos": {
        "average_continuous_service_years_Male": "平均継続勤務年数-男性",
        "average_continuous_service_years_Female": "平均継続勤務年数-女性",
        "average_continuous_service_years_type": "平均継続勤務年数-範囲",
        "average_continuous_service_years": "正社員の平均継続勤務年数",
        "average_age": "従業員の平均年齢",
        "month_average_predetermined_overtime_hours": "月平均所定外労働時間",
    },
    "women_activity_infos": {
        "female_workers_proportion": "労働者に占める女性労働者の割合",
        "female_workers_proportion_type": "労働者に占める女性労働者の割合-範囲",
        "female_share_of_manager": "女性管理職人数",
        "gender_total_of_manager": "管理職全体人数（男女計）",
        "female_share_of_officers": "女性役員人数",
        "gender_total_of_officers": "役員全体人数（男女計）",
    },
    "compatibility_of_childcare_and_work": {
        "number_of_paternity_leave": "育児休業対象者数（男性）",
        "number_of_maternity_leave": "育児休業対象者数（女性）",
        "paternity_leave_acquisition_num": "育児休業取得者数（男性）",
        "maternity_leave_acquisition_num": "育児休業取得者数（女性）",
    },
}
WORKPLACE: Mapping[tuple[str, str], str] = {
    (group, field): f"職場情報-{name}"
    for group, names in _WORKPLACE.items()
    for field, name in names.items()
}
"""The column of each field of a group, in the order of the file."""

_RESULTS = "_summary_of_business_results"
FIGURES: Mapping[str, str] = {
    f"net_sales{_RESULTS}": "売上高",
    f"operating_revenue1{_RESULTS}": "営業収益",
    f"operating_revenue2{_RESULTS}": "営業収入",
    f"gross_operating_revenue{_RESULTS}": "営業総収入",
    f"ordinary_income{_RESULTS}": "経常収益",
    f"net_premiums_written{_RESULTS}_ins": "正味収入保険料",
    f"ordinary_income_loss{_RESULTS}": "経常利益又は経常損失（△）",
    f"net_income_loss{_RESULTS}": "当期純利益又は当期純損失（△）",
    f"capital_stock{_RESULTS}": "資本金",
    f"net_assets{_RESULTS}": "純資産額",
    f"total_assets{_RESULTS}": "総資産額",
    "number_of_employees": "従業員数",
}
"""The figures of a period, and what the file calls them."""
_OF_EVERY_FILE = {"資本金": "資本金-数値", "従業員数": "関連人員-人数"}
FINANCE: Mapping[str, tuple[str, str]] = {
    field: (_OF_EVERY_FILE.get(name, f"財務情報-{name}"), f"財務情報-{name}ユニット参照")
    for field, name in FIGURES.items()
}
"""Each figure of a period: its column, and that of its unit."""

PERIOD, FISCAL_YEAR, STANDARDS = "財務情報-回次", "書類情報-事業年度", "財務情報-会計基準"
DOCUMENT_DAY = "書類情報-提出日"

FIELDS: Mapping[str, Mapping[str, str]] = {
    "certification": {
        "title": TITLE,
        "date_of_approval": DAY,
        "target": TARGET,
        "category": SORT,
        "government_departments": DEPARTMENT,
        "expiration_date": "法人活動-期間終了日時",
    },
    "commendation": {
        "title": TITLE,
        "date_of_commendation": DAY,
        "target": TARGET,
        "category": SORT,
        "note": "備考-種別",
        "government_departments": DEPARTMENT,
    },
    "subsidy": {
        "title": TITLE,
        "amount": AMOUNT,
        "date_of_approval": DAY,
        "target": TARGET,
        "government_departments": DEPARTMENT,
        "note": "備考-種別",
        "subsidy_resource": "補助金-財源",
    },
    "procurement": {
        "title": TITLE,
        "amount": AMOUNT,
        "date_of_order": DAY,
        "government_departments": DEPARTMENT,
        "note": "備考-種別",
    },
    "patent": {
        "patent_type": SORT,
        "registration_number": "法人活動-認定番号-識別値",
        "application_date": DAY,
        "title": TITLE,
    },
    "finance": {},
    "workplace": {},
}
"""Which column holds which field of the interface, of the kinds that are lists."""

DETAILS: Mapping[str, str] = {
    "representative_name": "代表者-表示用氏名",
    "representative_position": "代表者-役割",
    "date_of_establishment": "設立日",
    "capital_stock": "資本金-数値",
    "employee_number": "関連人員-人数",
    "business_summary": "事業内容",
    "qualification_grade": "資格-表記",
}
WORKPLACE_DETAILS: Mapping[str, str] = {
    "company_url": "連絡先-Webサイト",
    "founding_year": "職場情報-創業年",
    "business_summary": "職場情報-事業概要",
    "company_size_male": "職場情報-企業規模詳細(男性)",
    "company_size_female": "職場情報-企業規模詳細(女性)",
}
CLASSES = ("特許-分類1-表記", "特許-分類2-表記")


def shareholder(place: int) -> tuple[str, str, str]:
    """The columns of a major shareholder from 1: rank, name, part of the shares."""
    return tuple(f"株主情報{place}-{part}" for part in (_RANK, _HOLDER, _RATIO))  # type: ignore[return-value]


def columns_of(kind: str) -> tuple[str, ...]:
    """The columns of the file of a kind, in their order."""
    return COMMON + _EXTRA.get(kind, ())


_EXTRA: Mapping[str, tuple[str, ...]] = {
    "subsidy": ("補助金-採択日", "補助金-交付決定日", "補助金-財源"),
    "patent": ("法人活動-認定番号-識別値", *CLASSES),
    "workplace": (
        "連絡先-Webサイト",
        "職場情報-創業年",
        "職場情報-事業概要",
        "職場情報-企業規模",
        "職場情報-企業規模詳細(男性)",
        "職場情報-企業規模詳細(女性)",
        *WORKPLACE.values(),
    ),
    "finance": (
        PERIOD,
        *(column for place in SHAREHOLDERS for column in shareholder(place)),
        "書類情報-書類管理番号",
        "書類情報-書類種別コード",
        DOCUMENT_DAY,
        FISCAL_YEAR,
        *(column for pair in FINANCE.values() for column in pair if column not in COMMON),
    ),
}
