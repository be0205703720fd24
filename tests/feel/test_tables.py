"""Decision tables: hit policies, faults of cells, gaps and overlaps."""

from decimal import Decimal

import pytest

from madoguchi import feel

SCOPE = {"capacity": feel.NUMBER, "gas": feel.STRING, "new": feel.BOOLEAN}


def table(
    policy: str, *rules: tuple[str, ...], values: str | None = None, outputs: int = 1
) -> feel.DecisionTable:
    inputs = (feel.Input("capacity"), feel.Input("gas"))
    columns = tuple(feel.Output(f"out{i}", values=values) for i in range(1, outputs + 1))
    made = tuple(feel.Rule(rule[:2], rule[2:]) for rule in rules)
    return feel.DecisionTable(inputs, columns, made, policy)


def decide(made: feel.DecisionTable, capacity: int | None, gas: str = "helium") -> object:
    return feel.decision_table(made, SCOPE)({"capacity": capacity, "gas": gas})


OVERLAPPING = [("> 10", "-", "1"), ("> 20", "-", "3"), ("> 30", '"helium"', "2")]


@pytest.mark.parametrize(
    ("policy", "values", "result"),
    [
        ("U", None, None),
        ("A", None, None),
        ("F", None, 1),
        ("P", "2, 3, 1", 2),
        ("R", None, [1, 3, 2]),
        ("C", None, [1, 3, 2]),
        ("O", "3, 2, 1", [3, 2, 1]),
        ("C+", None, 6),
        ("C<", None, 1),
        ("C>", None, 3),
        ("C#", None, 3),
    ],
)
def test_hit_policies(policy: str, values: str | None, result: object) -> None:
    made = table(policy, *OVERLAPPING, values=values)
    assert decide(made, 40) == result
    assert decide(made, 5) is None
    assert decide(made, None) is None


def test_any_accepts_agreeing_rules() -> None:
    made = table("A", ("> 10", "-", '"x"'), ("> 20", "-", '"x"'))
    assert decide(made, 30) == "x"


def test_several_outputs_make_a_context_and_defaults_fill_in() -> None:
    made = feel.DecisionTable(
        (feel.Input("capacity"),),
        (feel.Output("kind", default='"none"'), feel.Output("fee", default="0")),
        (feel.Rule((">= 100",), ('"permit"', "capacity * 10")),),
    )
    compiled = feel.decision_table(made, SCOPE)
    assert compiled({"capacity": 200}) == {"kind": "permit", "fee": Decimal(2000)}
    assert compiled({"capacity": 1}) == {"kind": "none", "fee": Decimal(0)}
    assert compiled.type == feel.ContextType({"kind": feel.STRING, "fee": feel.NUMBER})
    assert compiled.references == {("capacity",)}


def test_faults_name_rule_and_column() -> None:
    made = table("U", ("> 10", "3", "1"), ("> 20", '"helium"', "capacityy"))
    with pytest.raises(feel.FeelError) as raised:
        feel.decision_table(made, SCOPE)
    found = raised.value.faults
    assert [(f.code, f.rule, f.column_of_table) for f in found] == [
        ("operand-type", 1, 2),
        ("unknown-name", 2, 3),
    ]
    assert found[1].suggestion == "capacity"
    assert found[0].message["ja"].startswith("規則1の2列目")


def test_a_rule_of_the_wrong_width_is_a_fault() -> None:
    with pytest.raises(feel.FeelError):
        feel.decision_table(table("U", ("> 10", "1")), SCOPE)


def test_unknown_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="hit policy"):
        feel.decision_table(table("X", ("-", "-", "1")), SCOPE)


COVERAGES = [
    ([("< 10", "-"), (">= 10", "-")], [], [], []),
    ([("< 10", "-"), ("> 10", "-")], [("10", "-")], [], []),
    ([("[1..5]", "-"), ("(5..9)", "-")], [("< 1, >= 9", "-")], [], []),
    (
        [("< 10", '"a","b"'), (">= 10", "-")],
        [("< 10", 'not("a", "b")')],
        [],
        [],
    ),
    ([("< 10", "-"), ("< 20", '"a"'), (">= 10", "-")], [], [(1, 2), (2, 3)], []),
    ([("not(5)", "-"), ("5", "-")], [], [], []),
    ([("-", "-"), ("5", '"x"')], [], [(1, 2)], []),
]


@pytest.mark.parametrize(("cells", "gaps", "overlaps", "unreachable"), COVERAGES)
def test_gaps_and_overlaps(
    cells: list[tuple[str, str]],
    gaps: list[tuple[str, ...]],
    overlaps: list[tuple[int, int]],
    unreachable: list[int],
) -> None:
    compiled = feel.decision_table(table("U", *((*c, "1") for c in cells)), SCOPE)
    found = feel.coverage(compiled)
    assert list(found.gaps) == gaps
    assert [o.rules for o in found.overlaps] == overlaps
    assert list(found.unreachable) == unreachable
    assert found.complete


def test_first_policy_finds_rules_never_reached() -> None:
    compiled = feel.decision_table(
        table("F", ("> 1", "-", "1"), ("> 2", "-", "2"), ("-", "-", "3"))
    )
    assert feel.coverage(compiled).unreachable == (2,)


def test_allowed_values_bound_the_gaps() -> None:
    made = feel.DecisionTable(
        (feel.Input("gas", feel.STRING, '"a", "b", "c"'), feel.Input("new", feel.BOOLEAN)),
        (feel.Output(),),
        (feel.Rule(('"a"', "-"), ("1",)), feel.Rule(('"b"', "true"), ("2",))),
    )
    found = feel.coverage(feel.decision_table(made, SCOPE))
    assert found.gaps == (('"b"', "false"), ('"c"', "-"))


def test_columns_that_are_no_simple_tests_are_left_aside() -> None:
    found = feel.coverage(feel.decision_table(table("U", ("> count(gas)", "-", "1")), SCOPE))
    assert not found.complete


def test_outcomes_that_cannot_be_added_give_null() -> None:
    made = feel.decision_table(table("C+", ("-", "-", '"a"'), ("-", "-", "1")))
    assert made({"capacity": 1, "gas": "x"}) is None
