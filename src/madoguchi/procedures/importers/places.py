"""Where every answer of a form stands (項目の所在): its name in rules, found by its path in the source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from madoguchi.feel import syntax as feel
from madoguchi.procedures.importers.expression import Ref, Untranslatable
from madoguchi.procedures.importers.form import Group, Node, Note, Page, Path, Question, Table
from madoguchi.procedures.importers.naming import fitting

# What a rule may do with an answer; several of our types are one kind, those not named are text.
_KINDS = {
    **dict.fromkeys(("integer", "decimal", "money", "fiscal_year"), "number"),
    **dict.fromkeys(("boolean", "checkbox", "pledge"), "boolean"),
    "choice": "choice",
    "multichoice": "many",
    "date": "date",
    "time": "time",
    "datetime": "moment",
    "duration": "length",
    "file": "file",
}


@dataclass(eq=False)
class Place:
    """One field, column or note of the package-to-be.

    `gates`: the groups and the page around it that have a condition, outermost first, within its
    own table only for a column. `outer`: for a table that stood in the rows of another. `rules`:
    what it has of relevant, required and calculate.
    """

    node: Question | Note | Table
    gates: tuple[Node, ...] = ()
    page: Page | None = None
    table: "Place | None" = None
    outer: "Place | None" = None
    heading: Group | None = None
    given: tuple[Group, ...] = ()
    name: str = ""
    rules: dict[str, feel.Node] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """text, choice, number, boolean, many, date, time, moment, length, file, table or note."""
        if isinstance(self.node, Question):
            return _KINDS.get(self.node.type, "text")
        return "table" if isinstance(self.node, Table) else "note"

    @property
    def row_name(self) -> str:
        """The column by which rows of an inner table name their row of this one."""
        return fitting(f"{self.name}_row", self.name)

    @property
    def options(self) -> Mapping[str, object]:
        """The options to choose from, by key."""
        found = self.node.keys.get("options") if isinstance(self.node, Question) else None
        return found if isinstance(found, dict) else {}


@dataclass
class Places:
    """Every place of a form. `pages`: the rules that say whether a page is asked, where it has one."""

    every: list[Place] = field(default_factory=list)
    by_path: dict[Path, Place] = field(default_factory=dict)
    containers: set[Path] = field(default_factory=set)
    pages: dict[str, feel.Node] = field(default_factory=dict)

    def columns(self, table: Place) -> Iterator[Place]:
        """The columns of a table."""
        return (place for place in self.every if place.table is table)

    def find(self, ref: Ref, at: Place | None, rows: Mapping[str, Place]) -> tuple[Place, Path]:
        """The place an answer stands at, and what of the path lies within the answer.

        Raises Untranslatable when nothing is there; KeyError(path) when the form plainly has no
        such answer, so that it is never given.
        """
        candidates, shown = list(_candidates(ref, at, rows)), ".".join(ref.steps)
        for path in candidates:
            found = self._longest(path)
            if found is not None and ref.root == "data" and found[0].table is not None:
                raise KeyError(f"{shown}, of all rows at once,")
            if found is not None:
                return found
        if ref.root == "near":
            ends = [p for p in self.by_path if p[-len(ref.steps) :] == ref.steps]
            if len(ends) == 1:
                return self.by_path[ends[0]], ()
        if not ref.steps:
            raise Untranslatable("all answers at once")
        if any(path in self.containers for path in candidates):
            raise Untranslatable(f"the group “{shown}” as a whole")
        if any(path[:-1] in self.containers for path in candidates):
            raise KeyError(shown)
        raise Untranslatable(f"“{shown}”, which the form does not ask")

    def _longest(self, path: Path) -> tuple[Place, Path] | None:
        for length in range(len(path), 0, -1):
            place, rest = self.by_path.get(path[:length]), path[length:]
            if place is None:
                continue
            within = isinstance(place.node, Question) and rest[:1] and rest[0] in place.node.members
            # A box that is not among the options is never ticked.
            box = place.kind == "many" and len(rest) == 1
            return (place, rest) if not rest or within or box else None
        return None


def _candidates(ref: Ref, at: Place | None, rows: Mapping[str, Place]) -> Iterator[Path]:
    """The paths a reference may mean, the nearest first."""
    own = at.node.path if at is not None else ()
    if ref.root == "own":
        yield (*own, *ref.steps)
    if ref.root in ("data", "near"):
        yield ref.steps
    if ref.root in ("row", "near"):
        yield from ((*own[:length], *ref.steps) for length in range(len(own) - 1, -1, -1))
    elif ref.root in rows:
        yield (*rows[ref.root].node.path, *ref.steps)


def places_of(pages: list[Page]) -> Places:
    """Lay a form out: tables within rows of tables come out, each beside the other."""
    found = Places(containers={()})
    for page in pages:
        _lay(found, page.parts, Place(Note((), {}), _gates((), page), page))
    for place in found.every:
        if not isinstance(place.node, Note):
            found.by_path.setdefault(place.node.path, place)
    return found


def _gates(around: tuple[Node, ...], node: Node) -> tuple[Node, ...]:
    return (*around, node) if node.relevant is not None else around


def _lay(found: Places, parts: list[Node], around: Place) -> None:
    for part in parts:
        if isinstance(part, Group):
            if part.holds:
                found.containers.add(part.path)
            inside = replace(
                around,
                gates=_gates(around.gates, part),
                heading=part if part.label else around.heading,
                given=(*around.given, part) if part.given else around.given,
            )
            _lay(found, part.parts, inside)
        elif isinstance(part, Table):
            _lay_table(found, part, around)
        elif isinstance(part, Question | Note):
            found.every.append(replace(around, node=part, rules={}))


def _lay_table(found: Places, table: Table, around: Place) -> None:
    found.containers.add(table.path)
    if around.table is None:
        place = replace(around, node=table, rules={})
        gates: tuple[Node, ...] = ()
    else:
        # Its rows say which row of the outer table they belong to; conditions of that row, and of
        # the inner table itself, are asked in each of its rows.
        outer = around.table
        place = Place(table, outer.gates, around.page, outer=outer, heading=outer.heading)
        gates = _gates(around.gates, table)
    found.every.append(place)
    if not any(isinstance(part, Question) for part in _directly(table.parts)):
        # Rows that hold nothing but further rows are told by a number.
        number = Question((*table.path, "number"), dict.fromkeys(table.label, "№"), type="integer")
        table.parts = [number, *table.parts]
    _lay(found, table.parts, Place(table, gates, around.page, place))


def _directly(parts: list[Node]) -> Iterator[Node]:
    """The parts of a row, without those of rows within it."""
    for part in parts:
        yield part
        if isinstance(part, Group):
            yield from _directly(part.parts)
