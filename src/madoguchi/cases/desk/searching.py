"""Finding cases by what people type: a name's beginning, an arrival number, whole or begun."""

import re
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.kernel.ids import read_arrival_number
from madoguchi.kernel.japanese import search_key

_LEGAL_FORM = re.compile(
    "^(株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|公益社団法人|公益財団法人"
    "|社会福祉法人|医療法人(社団|財団)?|学校法人|宗教法人|特定非営利活動法人|[((]?[株有][))])"
)
_NUMBER = re.compile(r"\d{8}(-[0-9A-Z]{1,4}){0,4}-?\Z")
_HIGHEST = "\U0010ffff"
LONGEST = 100


def name_key(name: str) -> str:
    """The key under which a party's name is found: without its legal form in front."""
    key = search_key(name)
    return (_LEGAL_FORM.sub("", key) or key)[:300]


def matching(session: AsyncSession, text: str) -> ColumnElement[bool] | None:
    """The condition for what was typed, None for nothing; each of them is answered by an index."""
    words = text.strip()[:LONGEST]
    if not words:
        return None
    number = read_arrival_number(words)
    if number is not None:
        return Case.arrival_number == number
    begins = _beginning(session, Case.name_key, name_key(words))
    upper = words.upper()
    if _NUMBER.match(upper):
        return or_(begins, _beginning(session, Case.arrival_number, upper))
    return begins


def _beginning(session: AsyncSession, column: Any, prefix: str) -> ColumnElement[bool]:
    """`column` begins with `prefix`, in the form each database answers from its index."""
    if session.get_bind().dialect.name == "sqlite":
        return and_(column >= prefix, column < prefix + _HIGHEST)
    condition: ColumnElement[bool] = column.startswith(prefix, autoescape=True)
    return condition
