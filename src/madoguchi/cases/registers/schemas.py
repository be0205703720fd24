"""API types of registers."""

from datetime import date
from typing import Any

from pydantic import BaseModel

Text = dict[str, str]


class RegisterOut(BaseModel):
    """A register (登録簿) and how many registrations are in force today."""

    name: str
    title: Text
    count: int


class RegisterPage(BaseModel):
    """Registrations in force on a day: `number`, `valid_from`, `valid_to`, the public columns."""

    register_name: str
    title: Text
    on: date
    columns: list[dict[str, Any]]
    items: list[dict[str, Any]]
    next: str | None
