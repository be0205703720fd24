"""Drawing a workflow as SVG (流れ図): states in one column, actions as numbered arrows beside it.

Arrows onward run on the right, arrows back on the left, each in a lane of its own. The numbers are
explained by `arrows`, the table that stands beside the picture and says the same in words. No styles
and no scripts: presentation attributes only, so that it fits any page and any file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from madoguchi.identity.rules import ROLES
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.workflow.machine import DRAFT, SYSTEM, Machine, State

BOX, ROOM, GAP, LANE, PORT, MARGIN = 190, 40, 30, 22, 22, 12
FIRST = 34  # from a box to the first lane: room for a number
_FILLS = {
    "applicant": "#fff9e2",
    "agency": "#e8f1fe",
    "good": "#e6f5ec",
    "bad": "#fdeeee",
    "over": "#f2f2f2",
}
_OUTCOMES = {"refused": "bad", "stopped": "bad", "withdrawn": "over"}
_TITLE: Text = {"ja": "手続の流れの図", "en": "Picture of the workflow"}
_DESC: Text = {
    "ja": "四角は状態、矢印は処理です。矢印の番号の意味は、表のとおりです。",
    "en": "Boxes are states, arrows are actions. The table says what each number means.",
}


@dataclass(frozen=True)
class Arrow:
    """One line of the table: an action by its number; without `target` the state stays."""

    number: int
    name: str
    label: Text
    by: frozenset[str]
    sources: tuple[Text, ...]
    target: Text | None
    timed: bool


def arrows(machine: Machine) -> list[Arrow]:
    """Every action by number, in the order in which a case meets them."""
    order = _rows(machine)
    place = {name: index for index, name in enumerate(order)}
    actions = sorted(
        machine.actions.values(), key=lambda a: min(place.get(s, 99) for s in a.sources)
    )
    return [
        Arrow(
            number,
            action.name,
            action.label,
            action.by,
            tuple(machine.states[s].label for s in order if s in action.sources),
            machine.states[action.to].label if action.to is not None else None,
            action.timer is not None,
        )
        for number, action in enumerate(actions, 1)
    ]


@dataclass(frozen=True)
class _Edge:
    """All actions from one state to another: `low` and `high` are the rows it runs between."""

    source: int
    target: int
    numbers: tuple[int, ...]
    timed: bool

    @property
    def low(self) -> int:
        return min(self.source, self.target)

    @property
    def high(self) -> int:
        return max(self.source, self.target)

    @property
    def side(self) -> int:
        """1: onward, on the right; -1: back, on the left; 0: straight down to the next."""
        onward = self.target - self.source
        return 0 if onward == 1 else 1 if onward > 0 else -1


@dataclass(frozen=True)
class _Plan:
    """Where everything stands: the top and height of each row, the lane of each edge, its ends."""

    tops: Sequence[float]
    heights: Sequence[float]
    lanes: Mapping[_Edge, int]
    ports: Mapping[tuple[_Edge, str], float]
    left: float
    width: float

    @property
    def height(self) -> float:
        return self.tops[-1] + self.heights[-1] + MARGIN


WHO: Mapping[str, Text] = {
    "applicant": {"ja": "申請者", "en": "Applicant"},
    SYSTEM: {"ja": "自動", "en": "By itself"},
    **{role: dict(label) for role, label in ROLES.items()},
}


def svg(machine: Machine, language: str, *, here: str | None = None, id: str = "flow") -> Markup:
    """The picture; `here` is the state to mark as the present one, `id` makes its ids unique."""
    rows = _rows(machine)
    edges = _edges(machine, rows)
    plan = _plan(rows, edges)
    size = {"w": f"{plan.width:.0f}", "h": f"{plan.height:.0f}", "id": id}
    opening = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-labelledby="{id}-title {id}-desc" font-family="sans-serif" font-size="14">'
        '<title id="{id}-title">{title}</title><desc id="{id}-desc">{desc}</desc>'
        '<defs><marker id="{id}-tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#4d4d4d"/></marker></defs>'
    ).format(title=pick(_TITLE, language), desc=pick(_DESC, language), **size)
    drawn = [_arrow(edge, plan, id) for edge in edges]
    drawn += [
        _box(machine.states[name], row, plan, language, here == name)
        for row, name in enumerate(rows)
    ]
    return Markup("").join([opening, *drawn, Markup("</svg>")])


def _rows(machine: Machine) -> list[str]:
    """The states from top to bottom: the usual way first, then the others as they are met."""
    way, here = [DRAFT], DRAFT
    while True:
        onward = [
            a.to
            for a in machine.leaving(here)
            if a.style == "primary" and a.to is not None and a.to not in way
        ]
        if not onward:
            break
        here = onward[0]
        way.append(here)
    for name in way:  # it grows while it is walked
        for action in machine.leaving(name):
            if action.to is not None and action.to not in way:
                way.append(action.to)
    return way


def _edges(machine: Machine, rows: Sequence[str]) -> list[_Edge]:
    """One arrow for each pair of states, with the numbers of all actions between them."""
    pairs: dict[tuple[int, int], list[int]] = {}
    hands: dict[tuple[int, int], set[str]] = {}
    numbered = {arrow.name: arrow.number for arrow in arrows(machine)}
    row = {name: index for index, name in enumerate(rows)}
    for action in machine.actions.values():
        for source in action.sources & row.keys():
            if action.to in row and action.to != source:
                pair = (row[source], row[str(action.to)])
                pairs.setdefault(pair, []).append(numbered[action.name])
                hands.setdefault(pair, set()).update(action.by)
    return [
        _Edge(source, target, tuple(sorted(numbers)), hands[source, target] == {SYSTEM})
        for (source, target), numbers in sorted(pairs.items())
    ]


def _plan(rows: Sequence[str], edges: Sequence[_Edge]) -> _Plan:
    lanes: dict[_Edge, int] = {}
    for edge in sorted(edges, key=lambda e: (e.high - e.low, e.low)):
        if edge.side:
            beside = [
                lanes[other]
                for other in lanes
                if other.side == edge.side and other.low <= edge.high and edge.low <= other.high
            ]
            lanes[edge] = next(n for n in range(len(beside) + 1) if n not in beside)
    ends: dict[tuple[int, int], list[tuple[_Edge, str]]] = {}
    for edge in lanes:
        ends.setdefault((edge.source, edge.side), []).append((edge, "from"))
        ends.setdefault((edge.target, edge.side), []).append((edge, "to"))
    heights = [
        max(ROOM, PORT * max(len(ends.get((row, side), ())) for side in (1, -1)) + 6)
        for row in range(len(rows))
    ]
    tops = [MARGIN + sum(heights[:row]) + GAP * row for row in range(len(rows))]
    ports = {}
    for (row, _), here in ends.items():
        # Upwards first, and of those the outermost last, so that arrows cross as little as they can.
        here.sort(key=lambda end: _turn(end, row, lanes))
        for place, end in enumerate(here):
            middle = tops[row] + heights[row] / 2
            ports[end] = middle + (place - (len(here) - 1) / 2) * PORT
    widest = {s: max((n + 1 for e, n in lanes.items() if e.side == s), default=0) for s in (1, -1)}
    left = MARGIN + FIRST + widest[-1] * LANE
    return _Plan(tops, heights, lanes, ports, left, left + BOX + FIRST + widest[1] * LANE + MARGIN)


def _turn(end: tuple[_Edge, str], row: int, lanes: Mapping[_Edge, int]) -> tuple[int, int]:
    edge, _ = end
    other = edge.high if edge.low == row else edge.low
    return (0, lanes[edge]) if other < row else (1, -lanes[edge])


def _arrow(edge: _Edge, plan: _Plan, id: str) -> Markup:
    text = ",".join(map(str, edge.numbers))
    wide = 8 + 8 * len(text)
    if edge.side == 0:
        x = plan.left + BOX / 2
        top, bottom = plan.tops[edge.source] + plan.heights[edge.source], plan.tops[edge.target]
        path, label = (
            f"M{x:.0f} {top:.0f}V{bottom:.0f}",
            (x + 10 + wide / 2, (top + bottom) / 2 - 2),
        )
    else:
        wall = plan.left + BOX if edge.side > 0 else plan.left
        x = wall + edge.side * (FIRST + plan.lanes[edge] * LANE)
        start, end = plan.ports[edge, "from"], plan.ports[edge, "to"]
        path = f"M{wall:.0f} {start:.0f}H{x:.0f}V{end:.0f}H{wall:.0f}"
        label = (wall + edge.side * (4 + wide / 2), start)
    return Markup(
        '<path d="{path}" fill="none" stroke="#4d4d4d" stroke-width="1.5"{dashes} marker-end="url(#{id}-tip)"/>'
        '<rect x="{left}" y="{top}" width="{wide}" height="18" rx="9" fill="#fff" stroke="#767676"/>'
        '<text x="{x}" y="{y}" text-anchor="middle" font-size="12" fill="#1a1a1a">{text}</text>'
    ).format(
        path=path,
        dashes=Markup(' stroke-dasharray="5 4"') if edge.timed else "",
        id=id,
        left=f"{label[0] - wide / 2:.0f}",
        top=f"{label[1] - 9:.0f}",
        wide=wide,
        x=f"{label[0]:.0f}",
        y=f"{label[1] + 4:.0f}",
        text=text,
    )


def _box(state: State, row: int, plan: _Plan, language: str, here: bool) -> Markup:
    kind = _OUTCOMES.get(state.outcome or "", "good") if state.final else state.waits_for
    height = plan.heights[row]
    return Markup(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}" stroke="{line}" stroke-width="{bold}"/>'
        '<text x="{middle}" y="{base}" text-anchor="middle" fill="#1a1a1a"{fit}>{label}</text>'
    ).format(
        x=f"{plan.left:.0f}",
        y=f"{plan.tops[row]:.0f}",
        w=BOX,
        h=f"{height:.0f}",
        r=20 if state.final else 6,
        fill=_FILLS[kind],
        line="#0017c1" if here else "#4d4d4d",
        bold=4 if here else 1.5,
        middle=f"{plan.left + BOX / 2:.0f}",
        base=f"{plan.tops[row] + height / 2 + 5:.0f}",
        fit=_fit(pick(state.label, language)),
        label=pick(state.label, language),
    )


def _fit(label: str) -> Markup:
    """A label too long for its box is set narrower."""
    wide = sum(14 if ord(c) > 0x2E80 else 8 for c in label)
    most = BOX - 16
    return (
        Markup(' textLength="{}" lengthAdjust="spacingAndGlyphs"').format(most)
        if wide > most
        else Markup("")
    )
