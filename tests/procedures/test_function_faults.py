"""No data make a rule function fail, and a function that fails is never taken for null."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.identity.service import office_of
from madoguchi.procedures.package.functions import FUNCTIONS
from madoguchi.procedures.package.scope import Environment

DAY = date(2026, 5, 1)
FAR = [feel.compile(f'date("{day}")')({}) for day in ("123456-02-29", "-5000-01-01")]
DATES = st.sampled_from([date.min, date(1873, 1, 1), date(2024, 2, 29), date.max, *FAR])
NUMBERS = st.sampled_from(
    [Decimal(text) for text in ("0", "-1", "2026", "0.5", "1E+6144", "-1E-6143", "9" * 34)]
)
HOSTILE = (
    "", " ", "2026", "2026H1", "２０２６", "2026-13", "0000H1", "1900", "P1D", "30 open days",
    "99999999999999999999 days", "平成32年1月1日", "\x00", "\ud800", "神奈川県", "prefecture",
    "licences", "a/b", "葛\U000e0100飾", "x" * 5000,
)  # fmt: skip
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=8)
ANYTHING = st.recursive(
    st.none() | st.booleans() | DATES | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "number", "birth_date", "register"]), inner, max_size=3
        )
    ),
    max_leaves=4,
)
BY_TYPE = {feel.DATE: DATES, feel.NUMBER: NUMBERS, feel.STRING: TEXTS}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_whatever_it_is_called_with_it_answers(name: str) -> None:
    function = FUNCTIONS[name]
    kinds = [BY_TYPE.get(parameter.type, ANYTHING) for parameter in function.overload.parameters]

    @settings(max_examples=40)
    @given(st.tuples(*kinds), st.tuples(*[ANYTHING] * len(kinds)), st.booleans())
    def answers(fitting: tuple[Any, ...], any_: tuple[Any, ...], official: bool) -> None:
        around = Environment(
            DAY, DAY, facts={"a": 1}, entries={"e": {}}, office=office_of, official=official
        )
        call = feel.bound(FUNCTIONS, around)[name]
        call(*fitting)
        call(*any_)

    answers()


def test_a_function_that_fails_is_not_null() -> None:
    def broken(environment: object, day: date) -> object:
        return environment.no_such_thing  # type: ignore[attr-defined]

    table = feel.function_table(feel.Function("broken(day: date) -> date", broken, given=True))
    for text in ("broken(day)", "if broken(day) = null then 1 else 2", "[broken(day)]"):
        rule = feel.compile(text, {"day": feel.DATE}, functions=table)
        with pytest.raises(feel.FunctionError, match="broken: AttributeError") as raised:
            rule({**feel.bound(table, None), "day": DAY})
        assert isinstance(raised.value.__cause__, AttributeError)
        assert rule({**feel.bound(table, None), "day": None}) in (None, 1, [None])
