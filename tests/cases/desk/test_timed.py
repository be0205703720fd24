"""The system acts in time: once, in order, on both databases; people are told; lateness is marked."""

from datetime import date, datetime, timedelta

import pytest

from madoguchi.cases import jobs
from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.desk.timed import run_timer
from madoguchi.cases.filing.correct import start_correction
from madoguchi.cases.models import Case
from madoguchi.cases.timers import TIMER_JOB
from madoguchi.kernel import journal
from madoguchi.kernel.clock import JST
from madoguchi.kernel.jobs import Worker
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.settings import Settings
from tests.cases.desk.counter import Counter
from tests.procedures.packages import package

WAITING = package(
    "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}\n",
    kind="notification",
    pattern="waiting-notice",
    agency="pref-14",
)
INCIDENT = package(
    "data:\n"
    "  noticed: {type: date, label: {ja: 知った日, en: Known on}, required: true}\n"
    '  cause: {type: text, label: {ja: 原因, en: Cause}, relevant: phase = "detail", required: true}\n',
    kind="report",
    pattern="incident",
    agency="pref-14",
)


async def work(counter: Counter) -> int:
    """Let the worker do what is due by the counter's clock; how many timers ran."""
    handlers = {TIMER_JOB: jobs.handlers(Settings())[TIMER_JOB]}
    return await Worker(counter.database, handlers, counter.clock).drain()


async def entries(counter: Counter, case_id: str) -> list[journal.Entry]:
    async with counter.database.reading() as session:
        return list(await journal.entries(session, f"case:{case_id}"))


async def test_a_waiting_period_passes_while_nobody_looks(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    counter.at(date(2026, 5, 1), hour=23)
    assert await work(counter) == 0
    counter.at(date(2026, 5, 9))  # the worker was away for a week
    assert await work(counter) == 1
    case = await counter.case(case_id)
    assert (case.state, case.outcome, case.act_by) == ("may_start", "accepted", None)
    assert case.acts[-1]["at"] == "2026-05-01T15:00:00+00:00"  # it counts from when it was due
    entry = (await entries(counter, case_id))[-1]
    assert (entry.action, entry.actor, entry.payload["side"]) == ("wait_over", "system", "system")
    assert await work(counter) == 0


async def test_a_timer_run_twice_acts_once(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    counter.at(date(2026, 6, 1))
    worker = Worker(counter.database, {}, counter.clock)
    for _ in range(3):
        async with counter.database.session() as session:
            await run_timer(session, {"case": case_id, "action": "wait_over"}, worker)  # type: ignore[arg-type]
            await session.commit()
    assert [entry.action for entry in await entries(counter, case_id)] == ["filed", "wait_over"]


async def test_what_was_put_off_does_not_come_at_the_old_time(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    with pytest.raises(FormRefused):
        await counter.act(
            "approver",
            case_id,
            "extend",
            {"start_on": "2026-05-02", "reasons": "検討に時間を要するため。"},
        )
    form = {"start_on": "2026-06-01", "reasons": "検討に時間を要するため。"}
    await counter.act("approver", case_id, "extend", form)
    counter.at(date(2026, 5, 31))
    await work(counter)
    assert (await counter.case(case_id)).state == "waiting"
    counter.at(date(2026, 6, 1))
    await work(counter)
    assert (await counter.case(case_id)).state == "may_start"


async def test_nothing_can_be_ordered_once_the_period_is_over(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    counter.at(date(2026, 5, 2))  # though the worker has not come by yet
    with pytest.raises(WorkflowError) as refused:
        await counter.act(
            "examiner", case_id, "propose_order", {"reasons": "基準に適合しないため。"}
        )
    assert refused.value.code == "guard"


async def stands(counter: Counter, case_id: str) -> tuple[str, str | None]:
    """State of a case, and in Japan's time by when it is left."""
    case = await counter.case(case_id)
    return case.state, case.act_by and f"{case.act_by.astimezone(JST):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("filed", "until"),
    [
        ("2026-04-01T23:59:59", "2026-05-02T00:00:00"),  # in Japan the first, in UTC too
        ("2026-04-02T00:00:00", "2026-05-03T00:00:00"),  # in UTC still the first
        ("2026-04-02T08:59:59", "2026-05-03T00:00:00"),
        ("2028-01-30T12:00:00", "2028-03-01T00:00:00"),  # the 29th of February is its last day
        ("2027-01-30T12:00:00", "2027-03-02T00:00:00"),
        ("2026-12-05T12:00:00", "2027-01-05T00:00:00"),  # its last day, a holiday of offices
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_days_are_those_of_japan(counter: Counter, filed: str, until: str) -> None:
    counter.now = datetime.fromisoformat(filed).replace(tzinfo=JST)
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    assert await stands(counter, case_id) == ("waiting", until)
    over = datetime.fromisoformat(until).replace(tzinfo=JST)
    counter.now = over - timedelta(seconds=1)
    await work(counter)
    assert (await counter.case(case_id)).state == "waiting"
    counter.now = over
    await work(counter)
    assert (await counter.case(case_id)).state == "may_start"


WHY = {"reasons": "検討に時間を要するため。"}


@pytest.mark.parametrize(
    ("when", "action", "form", "after"),
    [
        ("2026-04-30T09:00:00", "shorten", {"start_on": "2026-05-01"}, "2026-05-01T00:00:00"),
        ("2026-04-30T09:00:00", "shorten", {"start_on": "2026-04-30"}, "at once"),
        ("2026-05-01T23:59:59", "shorten", {"start_on": "2026-05-01"}, "at once"),
        ("2026-05-02T00:00:00", "shorten", {"start_on": "2026-05-02"}, "refused"),
        ("2026-04-30T09:00:00", "extend", {"start_on": "2026-06-01", **WHY}, "2026-06-01T00:00:00"),
        ("2026-05-01T23:59:59", "extend", {"start_on": "2026-05-03", **WHY}, "2026-05-03T00:00:00"),
        ("2026-05-02T00:00:00", "extend", {"start_on": "2026-06-01", **WHY}, "refused"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_around_the_thirtieth_day(
    counter: Counter, when: str, action: str, form: dict[str, str], after: str
) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    counter.now = datetime.fromisoformat(when).replace(tzinfo=JST)
    if after == "refused":
        with pytest.raises(WorkflowError) as refused:
            await counter.act("approver", case_id, action, form)
        assert refused.value.code == "guard"
        assert (await stands(counter, case_id))[0] == "waiting"
        return
    await counter.act("approver", case_id, action, form)
    await work(counter)
    expected = ("may_start", None) if after == "at once" else ("waiting", after)
    assert await stands(counter, case_id) == expected


CHAIN = package(
    """\
data:
  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}
workflow:
  initial: draft
  states:
    draft: {label: {ja: 下書き, en: Draft}, waits_for: applicant, clock: stop}
    first: {label: {ja: 一, en: One}, clock: stop}
    second: {label: {ja: 二, en: Two}, clock: stop}
    over: {label: {ja: 終, en: Over}, clock: stop, final: true, outcome: accepted}
  actions:
    submit: {label: {ja: 出す, en: File}, by: applicant, from: [draft], to: first, check: true}
    one: {label: {ja: 一の次, en: On}, by: system, from: [first], to: second, after: 1 day}
    two: {label: {ja: 二の次, en: On}, by: system, from: [second], to: over, after: 2 days}
""",
    kind="notification",
    agency="pref-14",
)


async def test_what_fell_due_while_the_worker_was_off_is_done_in_its_order(
    counter: Counter,
) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(CHAIN, {"plan": "甲"})
    counter.at(date(2026, 4, 20))
    assert await work(counter) == 2
    case = await counter.case(case_id)
    assert case.state == "over"
    # Each counts from when it was due, not from when the worker came back.
    assert [act["at"] for act in case.acts[-2:]] == [
        "2026-04-02T15:00:00+00:00",
        "2026-04-05T15:00:00+00:00",
    ]
    assert await work(counter) == 0


async def test_nobody_does_what_the_system_does(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    case_id = await counter.file_as(WAITING, {"plan": "甲"})
    for who in ("examiner", "approver", "manager", "administrator"):
        with pytest.raises(WorkflowError) as refused:
            await counter.act(who, case_id, "wait_over")
        assert refused.value.code == "not-permitted"


async def test_the_full_report_continues_the_first_and_its_lateness_is_marked(
    counter: Counter,
) -> None:
    counter.at(date(2026, 5, 1))
    case_id = await counter.file_as(INCIDENT, {"noticed": "2026-05-01"})
    case = await counter.case(case_id)
    assert (case.state, case.waits_for, "cause" in case.data) == ("reported", "applicant", False)
    counter.at(date(2026, 6, 1))
    assert await work(counter) >= 2  # the reminder and the overdue mark, both passed meanwhile
    actions = [entry.action for entry in await entries(counter, case_id)]
    assert actions == ["filed", "remind", "overdue"]
    await counter.resubmit(case_id, {"cause": "落雷"})
    case = await counter.case(case_id)
    assert (case.id, case.state, case.late) == (case_id, "detailed", True)
    assert case.data == {"noticed": "2026-05-01", "cause": "落雷"}
    await counter.act("examiner", case_id, "close", {"publish": "false"})
    assert (await counter.case(case_id)).outcome == "accepted"


async def test_an_accepted_report_can_be_amended(counter: Counter) -> None:
    report = package(
        "data:\n  amount: {type: integer, label: {ja: 量, en: Amount}, required: true}\n",
        kind="report",
        pattern="periodic-report",
        agency="pref-14",
    )
    counter.at(date(2026, 5, 1))
    case_id = await counter.file_as(report, {"amount": "1"})
    done = await counter.act("examiner", case_id, "accept")
    assert (done.stage, done.outcome) == ("done", "accepted")
    await counter.resubmit(case_id, {"amount": "2"})
    again = await counter.case(case_id)
    assert (again.stage, again.outcome, again.decided_at) == ("work", None, None)
    assert isinstance(await counter.case(case_id), Case)


async def test_what_is_asked_for_later_begins_with_what_is_known(counter: Counter) -> None:
    body = (
        "data:\n"
        "  noticed: {type: date, label: {ja: 知った日, en: Known on}, required: true}\n"
        '  cause: {type: text, label: {ja: 原因, en: Cause}, relevant: phase = "detail", required: true}\n'
        '  place: {type: text, label: {ja: 場所, en: Place}, relevant: phase = "detail", default: \'"構内"\'}\n'
        "pages:\n"
        "  - {id: first, title: {ja: 速報, en: First}, fields: [noticed]}\n"
        "  - {id: detail, title: {ja: 詳報, en: Details}, fields: [cause, place]}\n"
    )
    two = package(body, kind="report", pattern="incident", agency="pref-14")
    counter.at(date(2026, 5, 1))
    case_id = await counter.file_as(two, {"noticed": "2026-05-01"})
    async with counter.database.session() as session:
        draft = await start_correction(session, counter.people["applicant"], counter.clock, case_id)
        assert draft.entered == {"noticed": "2026-05-01", "place": "構内"}
        assert draft.visited == ["first"]  # nothing is faulty before it was asked
