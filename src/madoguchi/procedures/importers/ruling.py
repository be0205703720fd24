"""The rules of a form in FEEL (規則): when each field is asked, required and what it comes to.

Conditions of groups and pages with several fields become decisions; what cannot be translated, or
would need itself to be known, is told and left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from madoguchi.feel import syntax as feel
from madoguchi.feel.printer import printed
from madoguchi.procedures.importers.expression import Shown, Untranslatable, nodes_of
from madoguchi.procedures.importers.feel_nodes import (
    NO,
    NULL,
    ONE,
    YES,
    conjunction,
    disjunction,
    equals,
    some_rows,
)
from madoguchi.procedures.importers.form import Condition, Form, Group, Node, Note, Question, Table
from madoguchi.procedures.importers.naming import Names, key_name, label_name
from madoguchi.procedures.importers.places import Place, Places
from madoguchi.procedures.importers.to_feel import Translator
from madoguchi.procedures.package.rules import in_order

LONGEST_RULE = 4000
_CIRCULAR = "needs itself to be known: "


@dataclass
class Ruling:
    """The rules of a form, kept at its places; decisions by name, in an order in which they hold.

    `conditions`: how many conditions the form has, `translated`: how many became rules.
    """

    form: Form
    places: Places
    names: Names
    decisions: dict[str, feel.Node] = field(default_factory=dict)
    translated: int = 0
    conditions: int = 0
    _shared: dict[tuple[str, Node, Place | None], feel.Node] = field(default_factory=dict)

    def text(self, node: feel.Node, where: str) -> str | None:
        """The FEEL text of a rule; a rule too long to be kept is told."""
        text = printed(node)
        if len(text) <= LONGEST_RULE:
            return text
        self.form.losses.lost(where, "rule", f"longer than {LONGEST_RULE} characters in FEEL", text)
        return None

    def translate(
        self, condition: Condition, at: Place, *, value: bool = False
    ) -> feel.Node | None:
        """The rule of a condition or, for `value`, a calculation; None, and told, without one."""
        translator, losses, where = Translator(self.places, at), self.form.losses, at.node.where
        self.conditions += 1
        try:
            found = (translator.value if value else translator.holds)(condition.tree)
        except (Untranslatable, RecursionError) as fault:
            losses.no_rule(where, fault, condition.original)
            return None
        for name in dict.fromkeys(translator.unknown):
            why = f"“{name}” is not asked by the form; taken as never answered"
            losses.changed(where, "condition", why, condition.original)
        self.translated += 1
        return found

    def decided(self, rule: feel.Node, prefix: str, node: Node) -> feel.Node:
        """A decision for a rule that several fields share."""
        if isinstance(rule, feel.Name | feel.Literal):
            return rule
        label = label_name(next(iter(node.label.values()), ""))
        text = key_name(node.path) or label or "group"
        name = self.names.give(f"{prefix}_{text}", f"{prefix}:{node.source}:{text}")
        self.decisions[name] = rule
        return feel.Name(name)

    def gates(self, node: Node) -> bool:
        """Whether several fields outside of tables are asked on the condition of this node."""
        return sum(node in p.gates for p in self.places.every if p.table is None) > 1


def ruled(form: Form, places: Places, names: Names) -> Ruling:
    """The rules of every place of a form."""
    ruling = Ruling(form, places, names)
    _page_decisions(ruling)
    for place in places.every:
        relevant = _relevance(ruling, place)
        if relevant is not YES:
            place.rules["relevant"] = relevant
        if not isinstance(place.node, Note):
            _demands(ruling, place, place.node)
    _without_cycles(ruling)
    return ruling


def _page_decisions(ruling: Ruling) -> None:
    """The decision of each page with a condition; pages may ask for those of earlier ones."""
    conditional = [(page, page.relevant) for page in ruling.form.pages if page.relevant is not None]
    trees = [tree for _, condition in conditional for tree in nodes_of(condition.tree)]
    needed = {tree.page for tree in trees if isinstance(tree, Shown)}
    for page, condition in conditional:
        rule = ruling.translate(condition, _standing(page, None)) or YES
        if rule is not YES and (ruling.gates(page) or page.key in needed):
            rule = ruling.decided(rule, "asks", page)
            ruling.places.pages[page.key] = rule
        ruling._shared["asks", page, None] = rule


def _standing(node: Node, table: Place | None) -> Place:
    """Where a group stands, for the answers its condition names."""
    return Place(Note(node.path, node.label), table=table)


def _gate(ruling: Ruling, gates: tuple[Node, ...], table: Place | None) -> feel.Node:
    """Whether the groups around a place are asked: outside of tables one decision for each."""
    if not gates:
        return YES
    key = ("asks", gates[-1], table)
    if key not in ruling._shared:
        outer, condition = _gate(ruling, gates[:-1], table), gates[-1].relevant
        own = ruling.translate(condition, _standing(gates[-1], table)) if condition else None
        rule = conjunction([outer, own or YES])
        if table is None and own is not None and ruling.gates(gates[-1]):
            rule = ruling.decided(rule, "asks", gates[-1])
        ruling._shared[key] = rule
    return ruling._shared[key]


def _relevance(ruling: Ruling, place: Place) -> feel.Node:
    around, node = _gate(ruling, place.gates, place.table), place.node
    if place.outer is not None:  # rows of an inner table need rows to belong to
        return conjunction([around, some_rows(place.outer.name)])
    own = ruling.translate(node.relevant, place) if node.relevant is not None else None
    if own is NO and node.relevant is not None:
        ruling.form.losses.changed(
            node.where, "condition", "is never asked", node.relevant.original
        )
    return around if own is None else conjunction([around, own])


def _demands(ruling: Ruling, place: Place, node: Question | Table) -> None:
    """What an answer is calculated from, or else whether there has to be one."""
    if isinstance(node, Question) and node.calculate is not None:
        value = ruling.translate(node.calculate, place, value=True)
        if value is not None:
            place.rules["calculate"] = value
            return
    if not node.required:
        return
    wanted = node.required if isinstance(node.required, Condition) else None
    rule = ruling.translate(wanted, place) if wanted is not None else YES
    if rule is None:
        return
    if place.given:
        rule = conjunction([rule, _given(ruling, place, place.given[-1])])
    if rule is not NO:
        place.rules["required"] = rule


def _given(ruling: Ruling, place: Place, group: Group) -> feel.Node:
    """Whether anything in a group is answered."""
    key = ("has", group, place.table)
    if key not in ruling._shared:
        every = ruling.places.every
        within = [p for p in every if group in p.given and p.table is place.table]
        rule = disjunction(_answered(within))
        ruling._shared[key] = rule if place.table else ruling.decided(rule, "has", group)
    return ruling._shared[key]


def _answered(places: list[Place]) -> Iterator[feel.Node]:
    for place in places:
        if place.kind in ("table", "many"):
            yield some_rows(place.name)
        elif isinstance(place.node, Question) and place.node.type != "checkbox":
            yield equals(feel.Name(place.name), NULL, False)


def _names_in(*rules: feel.Node) -> set[str]:
    """Every name the rules mention."""
    found, pending = set(), list(rules)
    while pending:
        part = pending.pop()
        if isinstance(part, feel.Name):
            found.add(part.name)
        pending += feel.children(part)
    return found


def _without_cycles(ruling: Ruling) -> None:
    """Leave out conditions of fields that could only be asked when they are answered already."""
    places = ruling.places.every
    for table in places:
        columns = {place.name: place for place in ruling.places.columns(table)}
        _untangle_rows(ruling, columns)

    def drop(name: str, cycle: str) -> None:
        if name not in ruling.decisions:
            return _drop(ruling, [p for p in places if (p.table or p).name == name], cycle)
        original = printed(ruling.decisions[name])
        ruling.decisions[name] = feel.Comparison("=", ONE, ONE)
        return ruling.form.losses.lost(name, "condition", _CIRCULAR + cycle, original)

    _untangle(lambda: _needs(ruling), [p.name for p in places if p.table is None], drop)


def _untangle_rows(ruling: Ruling, columns: Mapping[str, Place]) -> None:
    _untangle(
        lambda: {name: _reads(place) & columns.keys() for name, place in columns.items()},
        list(columns),
        lambda name, cycle: _drop(ruling, [columns[name]], cycle),
    )


def _untangle(
    needs: Callable[[], Mapping[str, set[str]]],
    order: list[str],
    drop: Callable[[str, str], None],
) -> None:
    """Drop, cycle by cycle, the rules that look furthest ahead: people answer from the top."""
    last = {name: place for place, name in enumerate(order)}
    while cycle := in_order(needs())[1]:
        step = max(range(len(cycle) - 1), key=lambda i: last.get(cycle[i + 1], -1))
        drop(cycle[step], " → ".join(cycle))


def _needs(ruling: Ruling) -> dict[str, set[str]]:
    found = {p.name: set[str]() for p in ruling.places.every if p.table is None}
    found |= {name: _names_in(rule) for name, rule in ruling.decisions.items()}
    for place in ruling.places.every:
        # What a column needs of its own table is looked at apart.
        own = {place.table.name} if place.table is not None else set()
        found[(place.table or place).name] |= _reads(place) - own
    return {name: needs & found.keys() for name, needs in found.items()}


def _reads(place: Place) -> set[str]:
    rules = (place.rules.get(key) for key in ("relevant", "calculate"))
    return _names_in(*(rule for rule in rules if rule is not None))


def _drop(ruling: Ruling, places: list[Place], cycle: str) -> None:
    for place in places:
        for key in ("relevant", "calculate"):
            rule = place.rules.pop(key, None)
            if rule is not None:
                ruling.form.losses.lost(
                    place.node.where, "condition", _CIRCULAR + cycle, printed(rule)
                )
