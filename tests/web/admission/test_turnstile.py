"""Who is served next, how many at once, and that no place is ever lost."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.web.admission.rules import PER_PASS, Who
from madoguchi.web.admission.turnstile import LENDING, WAITING, Turnstile

LONG = 60.0


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_inside_first_in_order_and_programs_have_their_quarter():
    turnstile, served = Turnstile(4), []
    for _ in range(4):
        assert await turnstile.enter(Who.NEWCOMER, "", LONG)

    async def ask(who: Who, name: str) -> None:
        assert await turnstile.enter(who, "", LONG)
        served.append(name)

    asked = []
    for who, name in (
        (Who.NEWCOMER, "new"),
        (Who.INSIDE, "in1"),
        (Who.PROGRAM, "api1"),
        (Who.PROGRAM, "api2"),
        (Who.INSIDE, "in2"),
    ):
        asked.append(asyncio.create_task(ask(who, name)))
        await settle()
    assert (served, turnstile.waiting(Who.PROGRAM)) == ([], 2)
    for _ in range(5):
        turnstile.leave(Who.NEWCOMER, "")
        await settle()
    assert served == ["api1", "in1", "in2", "api2", "new"]
    await asyncio.gather(*asked)


async def test_who_gives_up_leaves_no_trace():
    turnstile = Turnstile(1)
    assert await turnstile.enter(Who.INSIDE, "p", LONG)
    assert not await turnstile.enter(Who.INSIDE, "p", 0)
    gone = asyncio.create_task(turnstile.enter(Who.INSIDE, "p", LONG))
    called = asyncio.create_task(turnstile.enter(Who.INSIDE, "p", LONG))
    await settle()
    gone.cancel()
    await asyncio.wait({gone})
    turnstile.leave(Who.INSIDE, "p")  # the place is given to `called`, who goes in this very moment
    called.cancel()
    await asyncio.wait({called})
    assert (turnstile.served, turnstile.begun, turnstile.waiting(Who.INSIDE)) == (0, 0, 0)
    assert not turnstile._passes


async def test_the_number_of_those_waiting_is_bounded():
    turnstile = Turnstile(2)
    for _ in range(2):
        await turnstile.enter(Who.NEWCOMER, "", LONG)
    for who in Who:
        asked = [asyncio.create_task(turnstile.enter(who, "", LONG)) for _ in range(100)]
        await settle()
        assert turnstile.waiting(who) == 2 * WAITING[who]
        refused = [task for task in asked if task.done()]
        assert len(refused) == 100 - 2 * WAITING[who]
        assert not any(task.result() for task in refused)
        for task in asked:
            task.cancel()
        await asyncio.wait(asked)
    one = [asyncio.create_task(turnstile.enter(Who.INSIDE, "one", LONG)) for _ in range(20)]
    await settle()
    assert turnstile.waiting(Who.INSIDE) == PER_PASS
    for task in one:
        task.cancel()
    await asyncio.wait(one)


async def test_lent_places_are_bounded_too():
    turnstile = Turnstile(2)
    for _ in range(2 * LENDING):
        assert await turnstile.enter(Who.INSIDE, "", 0)
        turnstile.lend()
    assert (turnstile.served, turnstile.full) == (0, True)
    assert not await turnstile.enter(Who.INSIDE, "", 0)
    turnstile.take_back()
    turnstile.leave(Who.INSIDE, "")
    assert await turnstile.enter(Who.INSIDE, "", 0)


@given(st.lists(st.tuples(st.sampled_from(list(Who)), st.sampled_from("elcb")), max_size=120))
def test_no_place_is_lost_or_made(steps):
    """Enter, leave, cancel and lend in any order: never more than the limit, and all comes back."""

    async def play() -> None:
        turnstile = Turnstile(3)
        waiting: list[tuple[Who, asyncio.Task[bool]]] = []
        inside: list[Who] = []
        for who, step in steps:
            if step == "e":
                waiting.append((who, asyncio.create_task(turnstile.enter(who, "x", LONG))))
            elif step == "l" and inside:
                turnstile.leave(inside.pop(0), "x")
            elif step == "c" and waiting:
                waiting[0][1].cancel()
            elif step == "b" and inside:
                turnstile.lend()
                turnstile.take_back()
            await settle()
            inside += [w for w, t in waiting if t.done() and not t.cancelled() and t.result()]
            waiting = [(w, t) for w, t in waiting if not t.done()]
            assert turnstile.served == turnstile.begun == len(inside)
            assert len(inside) >= min(3, len(inside) + len(waiting))
        for _, task in waiting:
            task.cancel()
        await settle()
        for who in inside:
            turnstile.leave(who, "x")
        assert (turnstile.served, turnstile.begun, turnstile._programs) == (0, 0, 0)
        assert not turnstile._passes

    asyncio.run(play())
