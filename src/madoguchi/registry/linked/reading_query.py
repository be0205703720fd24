"""What a query asks for (SELECT, ASK, …), and what is refused before anything is looked up."""

from enum import Enum
from typing import NamedTuple

from madoguchi.registry.linked.fulltext import FULLTEXT
from madoguchi.registry.linked.tokens import Names, Token, Unreadable, tokens, unescaped

LONGEST = 100_000  # characters
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
    """Whether an IRI may be no IRI: `?a<?b#>` compares, and what follows may be a comment.

    Only the whole grammar tells them apart; nothing but an IRI holds "://".
    """
    return any(token.kind == "iri" and "://" not in token.text for token in found)


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
