"""Fairness of the line, its bounds, and the pace at which it moves."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from madoguchi.web.admission.line import SWEEP, Line
from madoguchi.web.admission.pace import Pace
from madoguchi.web.admission.rules import LATEST, SOONEST, ask_again, minutes_left

MOST = 8


class Surge(RuleBasedStateMachine):
    """People come, ask again, stay away; whoever is called was the oldest who still waited."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(MOST)
        self.now = 10_000
        self.joined: dict[str, int] = {}
        self.until: dict[str, int] = {}

    def waiting(self) -> list[tuple[int, str]]:
        """Everybody who waits, as one would write it down without any cleverness."""
        return sorted(
            (self.joined[id], id) for id, until in self.until.items() if until >= self.now
        )

    def show(self, id: str, patience: int) -> None:
        if not self.line.is_called(id):
            self.line.show(id, self.joined[id], self.now + patience)
            self.until[id] = self.now + patience
            for _, newest in self.waiting()[MOST:]:
                del self.until[newest]

    @rule(patience=st.integers(1_000, 90_000))
    def somebody_comes(self, patience: int) -> None:
        id = f"n{len(self.joined)}"
        self.joined[id] = self.now
        self.show(id, patience)

    @rule(which=st.integers(0, 1_000), patience=st.integers(1_000, 90_000))
    def somebody_asks_again(self, which: int, patience: int) -> None:
        if self.joined:
            self.show(list(self.joined)[which % len(self.joined)], patience)

    @rule(passed=st.integers(SWEEP, 40_000))
    def time_passes(self, passed: int) -> None:
        self.now += passed
        self.line.forget(self.now)
        self.until = {id: until for id, until in self.until.items() if until >= self.now}

    @rule(count=st.integers(0, 4))
    def some_are_called(self, count: int) -> None:
        before = self.waiting()
        called = self.line.call(count)
        for id in called:
            self.until.pop(id, None)
        assert called == [id for _, id in before][:count]
        assert all(self.line.is_called(id) for id in called)

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.line) <= MOST
        assert len(self.line._until) == len(self.line)

    @invariant()
    def places_are_told(self) -> None:
        for place, (joined, id) in enumerate(self.waiting()):
            assert self.line.ahead(id, joined) == place


TestSurge = Surge.TestCase


def test_over_the_bound_the_oldest_are_kept():
    line = Line(3)
    for joined in (50, 40, 30, 20, 10, 60):
        line.show(f"t{joined}", joined, 99_000)
    assert line.call(5) == ["t10", "t20", "t30"]
    assert len(line) == 0


def test_who_does_not_come_back_gives_up_the_turn_but_not_the_ticket():
    line = Line(10)
    line.show("asleep", 1, 10_000)
    line.show("patient", 2, 90_000)
    line.forget(20_000)
    assert (len(line), line.ahead("patient", 2)) == (1, 0)
    line.show("asleep", 1, 60_000)  # the telephone is on again: before all who came later
    assert line.call(1) == ["asleep"]
    line.forget(61_000)  # called, and asleep again
    assert not line.is_called("asleep")
    line.show("asleep", 1, 80_000)
    assert line.call(2) == ["asleep", "patient"]
    assert line.expected == 2
    line.enter("patient")
    assert line.expected == 1


@given(st.lists(st.tuples(st.integers(0, 5_000), st.booleans()), max_size=200))
def test_the_pace_stays_within_bounds_and_calls_no_more_than_it_says(steps):
    pace, now, called, allowed = Pace(start=8, most=128), 0, 0, 128.0
    for passed, calm in steps:
        now += passed
        count = pace.due(now, calm=calm, room=1_000)
        assert 0.5 <= pace.rate <= 128
        assert calm or count == 0
        assert 0 <= count <= 128
        called += count
        allowed += 128 * passed / 1_000
    assert called <= allowed


def test_the_pace_rises_while_calm_and_halves_under_strain():
    pace = Pace(start=8, most=60)
    pace.due(0, calm=True, room=1_000)
    calm = sum(pace.due(now, calm=True, room=1_000) for now in range(100, 10_100, 100))
    assert pace.rate == 8 + 20
    assert 8 * 10 <= calm <= 28 * 10
    assert 8 < pace.speed < 28
    assert pace.due(10_100, calm=True, room=0) == 0
    for now in range(11_100, 15_100, 1_000):
        assert pace.due(now, calm=False, room=1_000) == 0
    assert pace.rate == 28 / 16
    assert pace.due(15_000, calm=True, room=1_000) <= 2  # nothing was saved up meanwhile


def test_asking_again_costs_little_however_long_the_line():
    assert [ask_again(ahead) for ahead in (0, 19, 20, 1_099, 1_100, 10**6)] == [
        SOONEST,
        5,
        6,
        59,
        LATEST,
        LATEST,
    ]
    assert sum(1 / ask_again(ahead) for ahead in range(10_000)) < 250  # pages a second


def test_an_estimate_is_told_only_where_it_means_something():
    assert minutes_left(0, 8.0) == 1
    assert minutes_left(599, 2.0) == 5
    assert minutes_left(50_000, 0.5) is None
    assert minutes_left(10, 0.0) is None
