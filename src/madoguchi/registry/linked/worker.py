"""One worker (問合せの実行役): a process that answers queries on one generation, until it is killed.

Run as `python -m madoguchi.registry.linked.worker FOLDER BYTES`. On its input come questions as JSON,
a line each; on its output go a line of JSON (what it is) and as many bytes as that says. The engine
has no deadline of its own: who asked counts the time and kills the process.
"""

import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    serialize,
)

from madoguchi.registry.linked.isolation import leave_networks
from madoguchi.registry.linked.literals import Literals
from madoguchi.registry.linked.media import WRITTEN
from madoguchi.registry.linked.reading_query import Refused, read_query
from madoguchi.registry.linked.rewriting import rewrite
from madoguchi.registry.linked.vocabulary import PREFIXES

_TABLES = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}


class TooLarge(Exception):
    """The answer is over the limit."""


class Unwritable(Exception):
    """The answer holds what its format has no words for."""


class _Bounded(io.BytesIO):
    """Takes bytes up to a limit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, part: Any) -> int:
        """Take a part. TooLarge beyond the limit."""
        if self.tell() + len(part) > self._most:
            raise TooLarge
        return super().write(part)


def answer(store: Store, literals: Literals, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What a question gives: {"fault"} with a detail, or {"kind"} and the bytes of the answer.

    `asked`: query, default_graphs, named_graphs, format, most_bytes, most_rows; "rows" as format
    gives a table of N-Triples terms from row `skip` on.
    """
    query = read_query(asked["query"])
    text = rewrite(query, literals)
    named = bool(asked["default_graphs"] or asked["named_graphs"])
    try:
        found = store.query(
            text,
            use_default_graph_as_union=not (named or query.own_dataset),
            default_graph=[NamedNode(iri) for iri in asked["default_graphs"]] if named else None,
            named_graphs=[NamedNode(iri) for iri in asked["named_graphs"]] if named else None,
        )
    except SyntaxError as fault:
        return {"fault": "unreadable", "detail": str(fault.msg or fault)}, b""
    output = _Bounded(asked["most_bytes"])
    try:
        if asked["format"] == "rows":
            return {"kind": "rows"}, _rows(found, asked["skip"], asked["most_rows"])
        if isinstance(found, QueryTriples):
            triples = _without_terms(found) if asked["format"] == "jsonld" else found
            serialize(triples, output, format=WRITTEN[asked["format"]], prefixes=PREFIXES)
        else:
            found.serialize(output, format=_TABLES[asked["format"]])
    except TooLarge:
        return {"fault": "too_large"}, b""
    except Unwritable as fault:
        return {"fault": "not_acceptable", "detail": str(fault)}, b""
    return {"kind": asked["format"]}, output.getvalue()


def _without_terms(found: Iterable[Triple]) -> Iterator[Triple]:
    """The triples of an answer. Unwritable at a triple term (RDF 1.2), which JSON-LD 1.1 has not."""
    for triple in found:
        if isinstance(triple.object, Triple):
            raise Unwritable("JSON-LD has no triple terms; ask for text/turtle")
        yield triple


def _rows(found: Any, skip: int, most: int) -> bytes:
    """A page of an answer, for people: its columns, its rows, whether there are more."""
    if isinstance(found, QueryBoolean):
        return json.dumps({"boolean": bool(found)}).encode()
    if isinstance(found, QuerySolutions):
        columns = [variable.value for variable in found.variables]
        rows = ([_shown(row[name]) for name in columns] for row in found)
    else:
        columns = ["subject", "predicate", "object"]
        rows = ([_shown(term) for term in triple] for triple in found)
    page: list[list[Any]] = []
    more = False
    for place, row in enumerate(rows):
        if place >= skip + most:
            more = True
            break
        if place >= skip:
            page.append(row)
    return json.dumps({"columns": columns, "rows": page, "more": more}).encode()


def _shown(term: Any) -> list[str] | None:
    """A term as (its sort, its text); None for nothing."""
    return None if term is None else [type(term).__name__, getattr(term, "value", str(term))]


def serve(folder: Path, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    store, literals = Store.read_only(str(folder / "store")), Literals(folder)
    answers.write(b"ready\n")
    answers.flush()
    for line in questions:
        try:
            head, body = answer(store, literals, json.loads(line))
        except Refused as fault:
            head, body = {"fault": fault.reason, "detail": fault.detail}, b""
        except MemoryError:
            head, body = {"fault": "memory"}, b""
        except Exception as fault:
            head, body = {"fault": "engine", "detail": f"{type(fault).__name__}: {fault}"}, b""
        answers.write(json.dumps(head | {"bytes": len(body)}).encode() + b"\n")
        answers.write(body)
        answers.flush()


def main() -> None:
    """Bound this process's memory, cut it off from every network, then serve."""
    folder, most = Path(sys.argv[1]), int(sys.argv[2])
    # SERVICE is refused before; the engine would follow it, and has no switch to forbid it.
    leave_networks()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(folder, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
