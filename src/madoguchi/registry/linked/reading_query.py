"""What a query asks for (SELECT, ASK, …), and what is refused before anything is looked up."""

import re
from enum import Enum
from typing import NamedTuple

from madoguchi.registry.linked.fulltext import FULLTEXT
from madoguchi.registry.linked.tokens import Names, Token, Unreadable, tokens, unescaped

LONGEST = 100_000  # characters
_SURELY_IRI = re.compile("<[A-Za-z][A-Za-z0-9+.-]*://")
_GLUED = frozenset({"word", "name", "blank", "tag"})
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())


class Form(Enum):
    """The four forms of a query (SPARQL 1.1, 16)."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_graph(self) -> bool:
        """Whether the answer is RDF and not a table."""
        return self in (Form.CONSTRUCT, Form.DESCRIBE)


class Query(NamedTuple):
    """A query that may be asked. `own_dataset`: it says FROM."""

    text: str
    form: Form
    own_dataset: bool
    tokens: tuple[Token, ...]
    names: Names


class Refused(ValueError):
    """A query that is not answered here; `reason`: "update", "service", "unreadable"."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail or reason)


def read_query(text: str) -> Query:
    """Read a query's outline. Refused for updates, federation and what is no query."""
    if len(text) > LONGEST:
        raise Refused("unreadable", f"more than {LONGEST} characters")
    try:
        plain = unescaped(text)
    except Unreadable as fault:
        raise Refused("unreadable", str(fault)) from fault
    found = tokens(plain)
    names = Names(found)
    start = _behind_prologue(found)
    first = found[start] if start < len(found) else None
    if first is not None and first.kind == "word" and first.text.upper() in _UPDATES:
        raise Refused("update")
    if first is None or not first.is_word(*(form.value for form in Form)):
        raise Refused("unreadable", "no SELECT, ASK, CONSTRUCT or DESCRIBE")
    if _may_hide(found) and "service" in plain.lower():
        raise Refused("service")
    for token, following in zip(found, [*found[1:], None], strict=True):
        if token.is_word("SERVICE") and not (following and names.iri(following) in FULLTEXT):
            raise Refused("service")
    return Query(
        plain,
        Form(first.text.upper()),
        any(token.is_word("FROM") for token in found),
        tuple(found),
        names,
    )


def _may_hide(found: list[Token]) -> bool:
    """Whether the engine may read a SERVICE where no token is one. Only the whole grammar tells:

    an IRI may be none, `?a<?b#>` compares, and what follows is a comment; only what begins with a
    scheme and "://" is sure to be one. A longer word may be two, as `trueSERVICE` and `a:.SERVICE`
    are; what stands behind such a word is a name and a group.
    """
    for place, token in enumerate(found):
        if token.kind == "iri" and not _SURELY_IRI.match(token.text):
            return True
        longer = token.kind in _GLUED and not token.is_word("SERVICE")
        glued = longer and "SERVICE" in token.text.upper()
        if glued and any(one.is_mark("{") for one in found[place + 1 : place + 4]):
            return True
    return False


def _behind_prologue(found: list[Token]) -> int:
    place = 0
    while place < len(found):
        if found[place].is_word("PREFIX"):
            place += 3
        elif found[place].is_word("BASE"):
            place += 2
        else:
            break
    return place
