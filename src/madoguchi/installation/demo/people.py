"""Who there is in the demo: applicants of fictional companies, an agent, officials of four agencies."""

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
        roles=(("meti", "manager"), ("meti", "leave_approver"), ("meti", "proofing")),
    ),
    DemoPerson(
        "meti-administrator",
        "高木 修",
        "タカギ オサム",
        "係長",
        {"ja": "経済産業省のシステム管理者です。", "en": "Administrator at METI."},
        roles=(
            ("meti", "administrator"),
            ("meti", "proofing"),
            ("meti", "supervisor"),
            ("meti", "records"),
        ),
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
    DemoPerson(
        "kanto-examiner",
        "熊谷 陽菜",
        "クマガヤ ヒナ",
        "審査担当",
        {
            "ja": "関東経済産業局の審査担当です。定期報告の督促、回ごとの認定、他の省からの意見照会があります。",
            "en": "Examiner at the Kanto bureau: overdue reports, a round of certifications, an opinion asked.",
        },
        roles=(("bureau-kanto", "examiner"),),
    ),
    DemoPerson(
        "kanto-inspector",
        "大宮 樹",
        "オオミヤ イツキ",
        "検査官",
        {
            "ja": "関東経済産業局の検査員です。今日の立入検査を、携帯の画面で記録できます。",
            "en": "Inspector at the Kanto bureau: record today's visit on a phone, also off line.",
        },
        roles=(("bureau-kanto", "inspector"),),
    ),
    DemoPerson(
        "kanto-partner",
        "浦和 静",
        "ウラワ シズカ",
        "検査官",
        {
            "ja": "同じ検査に行く、もう一人の検査員です。",
            "en": "The second inspector of the same visits.",
        },
        roles=(("bureau-kanto", "inspector"),),
    ),
    DemoPerson(
        "kanto-manager",
        "越谷 結",
        "コシガヤ ユイ",
        "課長補佐",
        {
            "ja": "関東経済産業局で立入検査の年間計画を作ります。",
            "en": "Makes the yearly plan of inspections at the Kanto bureau.",
        },
        roles=(("bureau-kanto", "manager"),),
    ),
    DemoPerson(
        "kanto-approver",
        "所沢 剛",
        "トコロザワ ツヨシ",
        "課長",
        {
            "ja": "関東経済産業局の決裁者です。検査の結果と、回ごとの認定をまとめて決裁します。",
            "en": "Approver at the Kanto bureau: results of inspections, and a whole round in one act.",
        },
        roles=(("bureau-kanto", "approver"),),
    ),
    DemoPerson(
        "safety-examiner",
        "秩父 湧",
        "チチブ ワク",
        "電力安全課 係員",
        {
            "ja": "関東の産業保安監督部の担当です。詳報が遅れている電気事故と、待機期間中の工事計画があります。",
            "en": "At the Kanto safety department: an accident reported late, works plans that must wait.",
        },
        roles=(("safety-kanto", "examiner"),),
    ),
    DemoPerson(
        "safety-approver",
        "日光 望",
        "ニッコウ ノゾム",
        "電力安全課長",
        {
            "ja": "関東の産業保安監督部の課長です。待機期間の短縮や延長を決めます。",
            "en": "Head of section there: shortens or extends waiting periods.",
        },
        roles=(("safety-kanto", "approver"),),
    ),
)
