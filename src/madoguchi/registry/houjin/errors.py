"""Errors of the Web-API: a line of text, `CCC,message`, under the status it says.

100 and 030 are those its clients know; for the rest no list is public and the numbers are our own.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from madoguchi.kernel.errors import DomainError
from madoguchi.registry.errors import RegistryError

MISSING, BAD_ID = "100", "010"
BAD_NUMBER, BAD_DATE, BAD_TYPE, BAD_VALUE, TOO_MANY, TOO_LONG = (
    "020", "030", "040", "050", "060", "070",
)  # fmt: skip


class ApiFault(RegistryError):
    """A request the Web-API refuses, with its number of three digits (Web-APIのエラー)."""

    def __init__(self, number: str, message: str, status: int = 400) -> None:
        self.number = number
        super().__init__(f"houjin_{number}", status, {"ja": message, "en": message})


def missing(name: str) -> ApiFault:
    """A parameter that must be there is not."""
    return ApiFault(MISSING, f"必須パラメータ（{name}）が指定されていません。")


def refuse(request: Request, fault: DomainError) -> Response:
    """The answer for an error."""
    if isinstance(fault, ApiFault):
        number = fault.number
    elif fault.status == 401:
        # The door found no valid application ID: one that is missing is told apart.
        if not request.query_params.get("id"):
            return refuse(request, missing("id"))
        fault = ApiFault(BAD_ID, "アプリケーションIDに誤りがあります。", 403)
        number = BAD_ID
    else:
        number = str(fault.status)
    return PlainTextResponse(f"{number},{fault.message['ja']}", fault.status)
