"""The kinds of activity, under the names of gBizINFO's REST interface and with their Japanese ones."""

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
