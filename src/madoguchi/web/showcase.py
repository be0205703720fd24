"""The living style guide: every component on one page, for eyes, screenshots and axe.

Routes exist in development only (settings.demo).
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

showcase_router = APIRouter(prefix="/dev", include_in_schema=False)

GASES = {
    "helium": {"ja": "ヘリウム", "en": "Helium"},
    "nitrogen": {"ja": "{窒素|ちっそ}", "en": "Nitrogen"},
    "propane": {
        "label": {"ja": "プロパン", "en": "Propane"},
        "help": {"ja": "可燃性ガスとして扱います。", "en": "Treated as a flammable gas."},
    },
}
PREFECTURES = ["北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県"]
COLUMNS = [
    {"key": "title", "label": {"ja": "手続", "en": "Procedure"}, "primary": True, "sortable": True},
    {"key": "by", "label": {"ja": "提出者", "en": "Filed by"}},
    {"key": "arrived", "label": {"ja": "到達日", "en": "Arrived"}, "sortable": True},
    {"key": "left", "label": {"ja": "残り日数", "en": "Days left"}, "number": True},
    {"key": "state", "label": {"ja": "状態", "en": "State"}},
]
ROWS = [
    {
        "title": {"href": "#1", "text": {"ja": "高圧ガス製造許可申請", "en": "High-pressure gas"}},
        "by": "株式会社みなと化学",
        "arrived": "2026年10月2日",
        "left": "12",
        "state": {"text": {"ja": "審査中", "en": "Examining"}, "tone": "info"},
    },
    {
        "title": {"href": "#2", "text": {"ja": "揮発油販売業変更登録", "en": "Gasoline seller"}},
        "by": "北陸エネルギー販売合同会社",
        "arrived": "2026年9月18日",
        "left": "−3",
        "state": {"text": {"ja": "期限超過", "en": "Overdue"}, "tone": "error"},
    },
]
ENTRIES = [
    {
        "title": {"ja": "補正をお願いしました", "en": "A correction was asked for"},
        "at": datetime(2026, 10, 9, 1, 30, tzinfo=UTC),
        "by": "関東経済産業局 産業保安課",
        "body": {"ja": "設備一覧の2行目の圧力を確かめてください。", "en": "Check row 2."},
        "tone": "warning",
    },
    {
        "title": {"ja": "申請を受け付けました", "en": "The application arrived"},
        "at": datetime(2026, 10, 2, 0, 12, tzinfo=UTC),
        "by": {"ja": "システム", "en": "System"},
        "tone": "success",
    },
]


def showcase_context(failed: bool) -> dict[str, Any]:
    """What the page shows; with `failed`, its form as after a refused post."""
    return {
        "gases": GASES,
        "prefectures": PREFECTURES,
        "columns": COLUMNS,
        "rows": ROWS,
        "entries": ENTRIES,
        "failed": failed,
        "errors": [
            {"name": "/name", "text": {"ja": "名称を入力してください", "en": "Enter a name"}},
            {"name": "/gas", "text": {"ja": "ガスの種類を選んでください", "en": "Choose a gas"}},
        ]
        if failed
        else [],
        "months": ["4月", "5月", "6月", "7月", "8月", "9月"],
        "series": [
            {"label": {"ja": "許可", "en": "Granted"}, "values": [42, 55, 61, 48, 70, 66]},
            {"label": {"ja": "補正", "en": "Corrected"}, "values": [12, 9, 15, 11, 8, 10]},
            {"label": {"ja": "不許可", "en": "Refused"}, "values": [2, 1, 3, 0, 1, 2]},
        ],
    }


@showcase_router.get("/components")
async def components(request: Request, failed: bool = False) -> Response:
    """Every component; ?failed=true shows the form after a refused post."""
    pages = request.app.state.pages
    response: Response = pages.render(request, "showcase.html", **showcase_context(failed))
    return response


@showcase_router.post("/components")
async def send_components(request: Request) -> Response:
    """The form always fails, to show how failing looks."""
    async with form_of(request):
        pass
    flash(request, {"ja": "下書きを保存しました", "en": "The draft was saved"})
    pages = request.app.state.pages
    response: Response = pages.render(
        request, "showcase.html", status=422, **showcase_context(failed=True)
    )
    return response
