"""Who there is in the demo: applicants of fictional companies, an agent, officials of two agencies."""

from dataclasses import dataclass

from madoguchi.kernel.language import Text


@dataclass(frozen=True)
class DemoPerson:
    """A person to choose at sign-in. `company` is the corporate number of a fictional company."""

    key: str
    name: str
    kana: str
    title: str
    about: Text
    company: str | None = None
    agent_of: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()


MINATO, BAY, NANIWA, HAKATA, COUNCIL = (
    "5999903000001",
    "6999901000002",
    "4999901000004",
    "2999901000006",
    "3999905000001",
)

PEOPLE = (
    DemoPerson(
        "minato",
        "李 美玲",
        "リ ミレイ",
        "代表社員",
        {
            "ja": "高圧ガスの許可を申請している会社です。補正のお願いが1件届いています。",
            "en": "Applies for a high-pressure gas permit; one filing needs a correction.",
        },
        MINATO,
    ),
    DemoPerson(
        "bay",
        "神田 直樹",
        "カンダ ナオキ",
        "代表取締役",
        {
            "ja": "ガソリンスタンドを営む会社です。登録済みの内容を変える届出を試せます。",
            "en": "Runs petrol stations: try a change notice on an existing registration.",
        },
        BAY,
    ),
    DemoPerson(
        "naniwa",
        "中村 幸子",
        "ナカムラ サチコ",
        "取締役",
        {
            "ja": "初めて揮発油販売業の登録を申請します。下書きの続きから始められます。",
            "en": "Registers as a gasoline seller for the first time; a draft is waiting.",
        },
        NANIWA,
    ),
    DemoPerson(
        "hakata",
        "松尾 貴子",
        "マツオ タカコ",
        "代表取締役",
        {
            "ja": "経営力向上計画の認定を受けたい中小企業です。労働生産性を自動で計算します。",
            "en": "An SME with a management-improvement plan; productivity is calculated for her.",
        },
        HAKATA,
    ),
    DemoPerson(
        "council",
        "渡邉 史郎",
        "ワタナベ シロウ",
        "代表理事",
        {
            "ja": "展示会の後援名義を申請する団体です。",
            "en": "Asks for the ministry's name for an exhibition.",
        },
        COUNCIL,
    ),
    DemoPerson(
        "agent",
        "小林 誠",
        "コバヤシ マコト",
        "行政書士",
        {
            "ja": "2社から委任を受けた代理人です。どの会社のために手続をするかを選べます。",
            "en": "An agent with mandates from two companies; choose whom to act for.",
        },
        agent_of=(MINATO, NANIWA),
    ),
    DemoPerson(
        "meti-examiner",
        "田中 恵",
        "タナカ メグミ",
        "審査担当",
        {
            "ja": "経済産業省の審査担当です。案件を審査し、補正を求め、決裁に回します。",
            "en": "Examiner at METI: examine, ask for corrections, propose decisions.",
        },
        roles=(("meti", "examiner"),),
    ),
    DemoPerson(
        "meti-approver",
        "佐藤 健",
        "サトウ ケン",
        "課長",
        {"ja": "経済産業省の決裁者です。起案を確かめて決裁します。", "en": "Approver at METI."},
        roles=(("meti", "approver"),),
    ),
    DemoPerson(
        "meti-manager",
        "鈴木 由美",
        "スズキ ユミ",
        "室長",
        {
            "ja": "経済産業省の業務管理者です。件数・日数・補正の多い項目を見ます。",
            "en": "Manager at METI: counts, ages, the questions people get wrong.",
        },
        roles=(("meti", "manager"), ("meti", "leave_approver")),
    ),
    DemoPerson(
        "meti-administrator",
        "高木 修",
        "タカギ オサム",
        "係長",
        {"ja": "経済産業省のシステム管理者です。", "en": "Administrator at METI."},
        roles=(("meti", "administrator"), ("meti", "supervisor")),
    ),
    DemoPerson(
        "kanagawa-examiner",
        "川崎 翼",
        "カワサキ ツバサ",
        "主事",
        {
            "ja": "神奈川県の審査担当です。高圧ガスの案件があります。",
            "en": "Examiner at Kanagawa Prefecture.",
        },
        roles=(("pref-14", "examiner"),),
    ),
    DemoPerson(
        "kanagawa-approver",
        "相模 亮",
        "サガミ リョウ",
        "課長",
        {
            "ja": "神奈川県の決裁者です。決裁待ちが1件あります。",
            "en": "Approver at Kanagawa: one case awaits approval.",
        },
        roles=(("pref-14", "approver"),),
    ),
    DemoPerson(
        "kanagawa-manager",
        "横山 綾",
        "ヨコヤマ アヤ",
        "課長補佐",
        {"ja": "神奈川県の業務管理者です。", "en": "Manager at Kanagawa Prefecture."},
        roles=(("pref-14", "manager"),),
    ),
    DemoPerson(
        "kanagawa-administrator",
        "湘南 渚",
        "ショウナン ナギサ",
        "主任",
        {"ja": "神奈川県のシステム管理者です。", "en": "Administrator at Kanagawa Prefecture."},
        roles=(("pref-14", "administrator"),),
    ),
)
