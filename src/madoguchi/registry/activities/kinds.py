"""The kinds of activity, under the names of gBizINFO's REST interface and with their Japanese ones."""

from dataclasses import dataclass

CERTIFICATION = "certification"
COMMENDATION = "commendation"
PROCUREMENT = "procurement"
SUBSIDY = "subsidy"
PATENT = "patent"
FINANCE = "finance"
WORKPLACE = "workplace"
ESTABLISHMENT = "corporation"

KINDS = {
    CERTIFICATION: "届出認定",
    COMMENDATION: "表彰",
    PROCUREMENT: "調達",
    SUBSIDY: "補助金",
    PATENT: "特許",
    FINANCE: "財務",
    WORKPLACE: "職場",
    ESTABLISHMENT: "事業所",
}


@dataclass(frozen=True)
class DownloadSet:
    """One of gBizINFO's files (法人活動情報語彙対応版): its number, name, kind and named graph."""

    number: int
    name: str
    kind: str
    graph: str


DOWNLOAD_SETS = (
    DownloadSet(0, "TodokedeNinteijoho", CERTIFICATION, "todokede"),
    DownloadSet(1, "Hyoshojoho", COMMENDATION, "hyosho"),
    DownloadSet(2, "Hojokinjoho", SUBSIDY, "hojyokin"),
    DownloadSet(3, "Chotatsujoho", PROCUREMENT, "chotatsu"),
    DownloadSet(4, "Tokkyojoho", PATENT, "tokkyo"),
    DownloadSet(5, "Zaimujoho", FINANCE, "zaimu"),
    DownloadSet(6, "Shokubajoho", WORKPLACE, "shokuba"),
)
"""Number 7 is the basic record (Kihonjoho), which is no activity."""
