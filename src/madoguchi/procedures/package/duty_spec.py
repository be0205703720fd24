"""The shape of `about:` and `obligations:` (docs/reference/package-format.md)."""

from typing import Annotated, Literal

from pydantic import Field

from madoguchi.procedures.package.shapes import Id, Name, Rule, Spec, Text

Days = Annotated[int, Field(ge=0, le=366)]


class AboutSpec(Spec):
    """What one filing is about (届出の対象): an entry of a register, a period."""

    entry: Name | None = None
    period: Rule | None = None


class OverdueSpec(Spec):
    """What happens when a duty is not fulfilled in time (督促)."""

    after: Days = 1
    letter: Name | None = None


class ObligationSpec(Spec):
    """A duty that falls due again and again (定期の提出義務)."""

    title: Text
    help: Text | None = None
    law: str = ""
    ministry: Id | None = None
    register_name: Id | None = Field(default=None, alias="register")
    fulfilled_by: Id | None = None
    who: Rule = "true"
    period: Literal["fiscal_year", "calendar_year", "half", "quarter", "month", "once"]
    due: Rule
    holiday: Literal["next_open_day", "as_is"] = "next_open_day"
    reminders: list[Days] = []
    overdue: OverdueSpec = OverdueSpec()
