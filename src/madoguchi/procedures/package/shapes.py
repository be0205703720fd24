"""What the parts of procedure.yaml are made of: texts, rules, names; unknown keys are refused."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: object) -> object:
    return {"ja": value} if isinstance(value, str) else value


def _rule(value: object) -> object:
    """A rule written as a YAML scalar is the FEEL literal of that scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, date):
        return f'@"{value.isoformat()}"'
    return value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


# A language by its BCP 47 tag: ja, en, cy, nb, zh-Hans.
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
Text = Annotated[
    dict[Language, str],
    BeforeValidator(_text),
    Field(min_length=1),
]
Rule = Annotated[str, BeforeValidator(_rule), Field(min_length=1, max_length=4000)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Words = Annotated[list[str], BeforeValidator(_list)]


class Spec(BaseModel):
    """Every part of a package refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LawSpec(Spec):
    """A provision of law the procedure rests on (根拠法令)."""

    act: str
    article: str = ""


class LetterSpec(Spec):
    """A letter or certificate (通知書・証明書)."""

    template: str
    title: Text
    number: str = "{office}第{serial}号"
    sign: bool = False
