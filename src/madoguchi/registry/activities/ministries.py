"""The ministries and agencies (府省) of gBizINFO's code list, and which one a name means."""

import unicodedata
from collections.abc import Mapping
from functools import cache

_NAMES = (
    "国税庁 会計検査院 内閣官房 人事院 内閣府 宮内庁 国家公安委員会 防衛省 金融庁 総務省 法務省 外務省 財務省 "
    "文部科学省 厚生労働省 農林水産省 経済産業省 国土交通省 環境省 消費者庁 復興庁 公正取引委員会 個人情報保護委員会 "
    "特許庁 消防庁 資源エネルギー庁 中小企業庁 情報処理推進機構 製品評価技術基盤機構 "
    "新エネルギー・産業技術総合開発機構 工業所有権情報・研修館 中小企業基盤整備機構 石油天然ガス・金属鉱物資源機構 "
    "日本貿易振興機構 観光庁 気象庁 原子力規制委員会 内閣法制局 水産庁 "
    "郵便貯金簡易生命保険管理・郵便局ネットワーク支援機構 食品等流通合理化促進機構 海上保安庁 スポーツ庁 警察庁 "
    "デジタル庁 林野庁 文化庁 公害等調整委員会 こども家庭庁"
).split()

MINISTRIES: Mapping[str, str] = {str(code): name for code, name in enumerate(_NAMES, 1)}
"""Code → name, as help.info.gbiz.go.jp lists them."""


@cache
def ministry_of(department: str) -> str:
    """The code of the ministry or agency a name means; "" for none of the list.

    Bureaus and legal forms around the name do not matter: 国立研究開発法人新エネルギー・産業技術総合
    開発機構 is 30. Of several names the one that stands last decides: a part follows its whole
    (経済産業省中小企業庁); at one place the longer one. Of several that act together (経済産業省／
    外務省) the first leads.
    """
    plain = unicodedata.normalize("NFKC", department).split("/")[0]
    found = [
        (plain.rfind(name) + len(name), len(name), code)
        for code, name in MINISTRIES.items()
        if name in plain
    ]
    return max(found)[2] if found else ""
