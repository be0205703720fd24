"""Conditions of a form tried on made-up answers, in JavaScript and in FEEL."""

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from madoguchi import feel
from madoguchi.feel.printer import printed
from madoguchi.procedures.fields.build import feel_type
from madoguchi.procedures.importers.expression import (
    Const,
    Each,
    Expression,
    Ref,
    Untranslatable,
    nodes_of,
    parts_of,
)
from madoguchi.procedures.importers.form import Condition, Form, Node, Note, Page, Question, Table
from madoguchi.procedures.importers.places import Place, Places
from madoguchi.procedures.importers.to_feel import Translator
from madoguchi.procedures.importers.writing import Settings, written
from madoguchi.procedures.package.spec import FieldSpec

SCRIPT = re.compile(r"\bshow\s*=")
NODE = shutil.which("node")
# What Form.io gives a script: the answers, those of the row, lodash. The result is what it assigns.
HARNESS = """
const _ = {some: (a, f) => (a || []).some(f), every: (a, f) => (a || []).every(f),
           includes: (a, x) => (a || []).includes(x), isEmpty: (a) => !a || !Object.keys(a).length};
let text = ''; process.stdin.on('data', (part) => text += part).on('end', () => {
  console.log(JSON.stringify(JSON.parse(text).map(([script, result, data, row, input]) => {
    try { return !!new Function('data', 'row', '_', 'input', `let show, value, valid; ${script}; return ${result};`)(data, row, _, input); }
    catch (error) { return String(error); }
  })));
});
"""


@dataclass
class Trial:
    """One condition with one set of answers."""

    script: str
    rule: str
    data: dict[str, Any]
    row: dict[str, Any]
    truth: bool


def in_javascript(trials: list[Trial], result: str = "show") -> list[object]:
    """What Node makes of the scripts: true, false, or the error."""
    assert NODE is not None
    sent = json.dumps([[t.script, result, t.data, t.row, None] for t in trials], default=str)
    ran = subprocess.run(
        [NODE, "-e", HARNESS], input=sent, capture_output=True, text=True, check=True
    )
    return list(json.loads(ran.stdout))


def trials_of(form: Form, rounds: int, dice: random.Random) -> Iterator[Trial]:
    """Every JavaScript condition of a form that becomes FEEL, each with several sets of answers."""
    places = written(form, Settings("trial")).places
    scope = {p.name: _kind(p, places) for p in places.every if p.table is None}
    groups = {id(g): _standing(g, p.table) for p in places.every for g in p.gates}
    for place in [*places.every, *groups.values()]:
        condition = place.node.relevant
        if condition is None or not SCRIPT.search(condition.original):
            continue
        yield from _tried(place, condition, places, scope, rounds, dice)


def _standing(group: Node, table: Place | None) -> Place:
    return Place(Note(group.path, {}, group.relevant), (), Page((), {}), table)


def _tried(
    at: Place,
    condition: Condition,
    places: Places,
    scope: dict[str, feel.Type],
    rounds: int,
    dice: random.Random,
) -> Iterator[Trial]:
    translator = Translator(places, at)
    try:
        node = translator.holds(condition.tree)
    except Untranslatable:
        return
    text = printed(node)
    row_scope = {p.name: _kind(p, places) for p in places.columns(at.table)} if at.table else {}
    if text in ("true", "false"):
        rule = lambda context: text == "true"  # noqa: E731
    else:
        rule = feel.compile(text, {**scope, **row_scope}, feel.BOOLEAN)
    maker = Maker(places, condition.tree, at, dice)
    for _ in range(rounds):
        data, context, row, inner = maker.answers()
        yield Trial(condition.original, text, data, row, rule({**context, **inner}) is True)


def _kind(place: Place, places: Places) -> feel.Type:
    if isinstance(place.node, Table):
        columns = {p.name: _kind(p, places) for p in places.columns(place)}
        return feel.ListType(feel.ContextType({"row": feel.STRING, **columns}))
    if isinstance(place.node, Question):
        keys = {k: v for k, v in place.node.keys.items() if k == "options"}
        return feel_type(FieldSpec.model_validate({"type": place.node.type, **keys}))
    return feel.ANY


class Maker:
    """Makes answers up: those a condition compares with, others, none."""

    def __init__(self, places: Places, tree: Expression, at: Place, dice: random.Random) -> None:
        self.places, self.at, self.dice = places, at, dice
        self.constants = [
            c.value for c in nodes_of(tree) if isinstance(c, Const) and c.value is not None
        ]
        self.empty_text = "" in self.constants
        self.objects: set[int] = set()
        self.used: list[Place] = []
        self._look(tree, {})

    def _look(self, tree: Expression, rows: dict[str, Place]) -> None:
        if isinstance(tree, Each):
            table, _ = self.places.find(tree.table, self.at, rows)
            self.used.append(table)
            self._look(tree.holds, {**rows, tree.row: table})
        elif isinstance(tree, Ref):
            try:
                place, rest = self.places.find(tree, self.at, rows)
            except (KeyError, Untranslatable):
                return
            self.used.append(place)
            if rest == ("value",):
                self.objects.add(id(place))
        else:
            for part in parts_of(tree):
                self._look(part, rows)

    def answers(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
        """(data, FEEL context, row in JavaScript, columns of that row in FEEL)."""
        data: dict[str, Any] = {}
        for path in sorted(self.places.containers, key=len):
            if path and not any(path[:n] in self._tables() for n in range(1, len(path) + 1)):
                _put(data, path, {})
        context: dict[str, Any] = {p.name: None for p in self.places.every if p.table is None}
        for place in dict.fromkeys(map(id, self.used)):
            found = next(p for p in self.used if id(p) == place)
            if found.table is None and not isinstance(found.node, Table):
                script, value = self._answer(found)
                context[found.name] = value
                if script is not None:
                    _put(data, found.node.path, script)
        tables = [p for p in self.places.every if isinstance(p.node, Table) and p.outer is None]
        wanted = {id(p.table) for p in self.used if p.table} | {id(p) for p in self.used}
        rows: dict[int, tuple[list[Any], list[Any]]] = {}
        for table in tables:
            if id(table) in wanted or table is self.at.table:
                count = self.dice.randint(1 if table is self.at.table else 0, 3)
                made = [self._row(table) for _ in range(count)]
                rows[id(table)] = ([m[0] for m in made], [m[1] for m in made])
                _put(data, table.node.path, rows[id(table)][0])
                context[table.name] = rows[id(table)][1]
            else:
                _put(data, table.node.path, [])
        if self.at.table is not None and id(self.at.table) in rows:
            outer = rows[id(self.at.table)]
            return (
                data,
                context,
                self._standing(outer[0][0], len(self.at.table.node.path)),
                outer[1][0],
            )
        return data, context, self._standing(data, 0), {}

    def _standing(self, top: Any, skipped: int) -> Any:
        """The object the condition's own answer lies in."""
        for step in self.at.node.path[skipped:-1]:
            if isinstance(top, dict) and isinstance(top.get(step), dict):
                top = top[step]
        return top

    def _tables(self) -> set[tuple[str, ...]]:
        return {p.node.path for p in self.places.every if isinstance(p.node, Table)}

    def _row(self, table: Place) -> tuple[dict[str, Any], dict[str, Any]]:
        script: dict[str, Any] = {}
        depth = len(table.node.path)
        for path in sorted(self.places.containers, key=len):
            if len(path) > depth and path[:depth] == table.node.path:
                _put(script, path[depth:], {})
        row: dict[str, Any] = {"row": "r1"}
        for column in self.places.columns(table):
            if isinstance(column.node, Question):
                one, value = self._answer(column)
                row[column.name] = value
                if one is not None:
                    _put(script, column.node.path[depth:], one)
        return script, row

    def _answer(self, place: Place) -> tuple[Any, Any]:
        """An answer in JavaScript and in FEEL."""
        dice, kind = self.dice, place.kind
        if kind == "many":
            options = list(place.options)
            ticked = [key for key in options if dice.random() < 0.3]
            return {key: key in ticked for key in options}, ticked
        if kind == "boolean":
            ticked = dice.random() < 0.5
            value = None if place.node.type == "pledge" and not ticked else ticked
            return ticked, value
        if dice.random() < 0.25 or kind in ("date", "file"):
            # A choice whose answer is an object is "" before it is answered.
            return ("" if self.empty_text or id(place) in self.objects else None), None
        if kind == "number":
            numbers = [c for c in self.constants if isinstance(c, Decimal)] or [Decimal(1)]
            value = dice.choice(numbers) + dice.choice([-1, 0, 0, 1, Decimal("0.5")])
            return float(value) if value != int(value) else int(value), Decimal(value)
        texts = [c for c in self.constants if isinstance(c, str) and c]
        options = [t for t in texts if t in place.options] if place.options else texts
        others = list(place.options)[:50] or ["another answer"]
        value = dice.choice(options) if options and dice.random() < 0.7 else dice.choice(others)
        return ({"value": value, "label": value} if id(place) in self.objects else value), value


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        inner = data.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        data = inner
    if isinstance(value, dict) and isinstance(data.get(path[-1]), dict):
        return
    data[path[-1]] = value
