"""Files of gBizINFO made up for tests."""

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from madoguchi.registry.activities import columns as c
from tests.registry.corporations.records import number


def subsidy(serial: int = 1, **columns: str) -> dict[str, str]:
    """A row of 補助金; keyword names are columns with _ for -."""
    values = {
        c.NUMBER: number(serial),
        "名称-種別": "商号又は名称",
        "名称-表記": f"株式会社窓口{serial}",
        "資本金-数値": "10000000",
        "資本金-通貨": "円",
        "関連人員-人数": "25",
        c.UPDATED: "2026-06-01T00:00:00",
        c.DEPARTMENT: "経済産業省",
        c.KEY: f"2026_401_{serial:05}",
        c.DAY: "2026-04-01",
        c.TITLE: f"省エネ設備の導入{serial}",
        c.AMOUNT: "2500000",
        "補助金-財源": "一般会計",
    }
    return values | {name.replace("_", "-"): text for name, text in columns.items()}


def patent(serial: int = 1) -> dict[str, str]:
    """A row of 特許."""
    return {
        c.NUMBER: number(serial),
        c.KEY: f"2021_301_商標_202108_{serial:08}",
        c.SORT: "商標",
        c.TITLE: "ＭＡＤＯ＜窓＞",
        c.DAY: "2021-08-02",
        "法人活動-認定番号-識別値": "2021100001",
        c.CLASSES[0]: "42 科学技術",
        c.UPDATED: "2021-09-01T00:00:00",
    }


def finance(serial: int = 1, period: str = "第10期", sales: str = "5000000000") -> dict[str, str]:
    """A row of 財務."""
    rank, name, ratio = c.shareholder(1)
    return {
        c.NUMBER: number(serial),
        c.KEY: f"{number(serial)}_S100ABCD_{period}",
        c.PERIOD: period,
        "財務情報-売上高": sales,
        "財務情報-売上高ユニット参照": "JPY",
        "資本金-数値": "10000000",
        "財務情報-資本金ユニット参照": "JPY",
        rank: "1",
        name: "窓口商事株式会社",
        ratio: "0.1234",
        c.DOCUMENT_DAY: "2026-06-20",
        c.FISCAL_YEAR: "第10期(自 令和7年4月1日 至 令和8年3月31日)",
        c.UPDATED: "2026-06-21T00:00:00",
    }


def workplace(serial: int = 1) -> dict[str, str]:
    """A row of 職場."""
    return {
        c.NUMBER: number(serial),
        c.KEY: f"{number(serial)}_shokuba",
        "連絡先-Webサイト": "https://example.jp/",
        "職場情報-創業年": "1925",
        "職場情報-従業員の平均年齢": "46.5",
        "職場情報-月平均所定外労働時間": "12.3",
        "職場情報-労働者に占める女性労働者の割合": "41.5",
        "職場情報-労働者に占める女性労働者の割合-範囲": "正社員",
        "職場情報-管理職全体人数（男女計）": "20",
        "職場情報-女性管理職人数": "8",
        "職場情報-育児休業取得者数（男性）": "3",
        c.UPDATED: "2026-01-10T00:00:00",
    }


def as_text(kind: str, rows: Iterable[dict[str, str]]) -> str:
    """A file of these rows with all columns of the kind."""
    out = io.StringIO()
    written = csv.DictWriter(out, c.columns_of(kind), restval="", lineterminator="\r\n")
    written.writeheader()
    written.writerows(rows)
    return out.getvalue()


def as_file(path: Path, kind: str, rows: Iterable[dict[str, str]]) -> Path:
    """The file written, marked as UTF-8."""
    path.write_text(as_text(kind, rows), encoding="utf-8-sig", newline="")
    return path


def zipped(path: Path, *files: Path) -> Path:
    """An archive of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path
