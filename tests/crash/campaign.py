"""A campaign: one world under load, fault after fault, checked after each."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.checking import check, log_caught_up, look_over
from tests.crash.faults import ON_POSTGRES, ON_SMALL_DISK, PATIENCE, Scene
from tests.crash.load import Load, Receipt
from tests.crash.processes import until
from tests.crash.world import World, world

FAULTS = {**ON_POSTGRES, **ON_SMALL_DISK}
LONGEST_QUIET = 1.5  # seconds of load before a fault, at most
AGAIN = 12  # receipts asked for again after each fault: the newest, which a crash would take
FULLY_EVERY = 25  # faults


@dataclass
class Line:
    """One line of the table: what a kind of fault did to one kind of database."""

    database: str
    fault: str
    times: int = 0
    kills: int = 0
    acknowledged: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # seconds from the fault to the next acknowledged filing


@dataclass
class Outcome:
    """What a campaign found; `wrong` is empty when all is well."""

    kills: int = 0
    acknowledged: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Take in what another campaign found."""
        self.kills += other.kills
        self.acknowledged += other.acknowledged
        self.lost |= other.lost
        self.doubled |= other.doubled
        self.wrong += other.wrong
        self.notes += other.notes
        self.lines |= other.lines

    @property
    def well(self) -> bool:
        """Whether nothing is lost, doubled or wrong."""
        return not (self.lost or self.doubled or self.wrong)


async def campaign(
    folder: Path,
    faults: Sequence[str],
    seed: str,
    *,
    postgres: bool,
    small: bool,
    workers: int = 1,
    tell: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Strike with each of these faults in turn; `folder` is empty. Unavailable."""
    outcome = Outcome()
    async with (
        world(folder, postgres=postgres, small=small, workers=workers) as made,
        _scene(made, seed) as scene,
    ):
        try:
            for number, name in enumerate(faults, 1):
                await _strike(scene, name, outcome)
                if number % FULLY_EVERY == 0:
                    await _check_all(scene, outcome)
                tell(f"{made.kind} {number}/{len(faults)} {name}: {_told(scene, outcome)}")
            await scene.load.stop()
            await log_caught_up(made, PATIENCE)
            await scene.server.stop()
            await _check_all(scene, outcome)
        except Exception as fault:  # what was found until then is worth telling
            outcome.wrong.append(f"{made.kind}: {type(fault).__name__}: {fault}")
        outcome.kills = scene.kills
        outcome.acknowledged = len(scene.load.receipts)
        outcome.wrong += scene.load.wrong
        outcome.notes.update(f"{made.kind}: {note}" for note in scene.notes)
    return outcome


@contextlib.asynccontextmanager
async def _scene(made: World, seed: str) -> AsyncIterator[Scene]:
    load = Load(made.token, seed)
    scene = Scene(made, load, made.server(), random.Random(seed))
    try:
        scene.server.start()
        load.addresses = [scene.server.address]
        load.start()
        await _acknowledges(scene)
        yield scene
    finally:
        await load.close()
        await scene.server.close()


async def _acknowledges(scene: Scene) -> float:
    """Wait for the next acknowledged filing; how long it took, in seconds."""
    before = len(scene.load.receipts)

    def more() -> bool:
        scene.load.fail_if_broken()
        if not scene.server.running:
            raise RuntimeError("the server did not come up by itself, or ended")
        return len(scene.load.receipts) > before

    answers = Counter(scene.load.answers)
    try:
        return await until(more, PATIENCE, "a filing is acknowledged")
    except TimeoutError as fault:
        raise TimeoutError(f"{fault}; answers meanwhile: {scene.load.answers - answers}") from fault


async def _strike(scene: Scene, name: str, outcome: Outcome) -> None:
    """One fault under load, recovery, and what must hold then."""
    load = scene.load
    before, answers, kills = len(load.receipts), Counter(load.answers), scene.kills
    await scene.moment(LONGEST_QUIET)
    await FAULTS[name](scene)
    promised = dict(load.receipts)
    slow = await _acknowledges(scene)
    await _check(scene, promised, list(promised)[before:], outcome)
    line = outcome.lines.setdefault((scene.world.kind, name), Line(scene.world.kind, name))
    line.times += 1
    line.kills += scene.kills - kills
    line.acknowledged += len(load.receipts) - before
    line.answers += load.answers - answers
    line.slowest = max(line.slowest, slow)


async def _check(
    scene: Scene, promised: dict[str, Receipt], since: list[str], outcome: Outcome
) -> None:
    """All acknowledged filings by SQL, the attachments of those since the last fault, and the
    newest once more by their keys."""
    verdict = await check(scene.world, promised, since)
    outcome.lost |= verdict.lost
    outcome.doubled |= verdict.doubled
    outcome.wrong += verdict.why
    asked = [promised[key] for key in list(promised)[-AGAIN:]]
    same = await asyncio.gather(*(scene.load.again(receipt) for receipt in asked))
    outcome.wrong += [
        f"{receipt.key}: its key gives another answer than the first receipt"
        for receipt, is_same in zip(asked, same, strict=True)
        if not is_same
    ]


async def _check_all(scene: Scene, outcome: Outcome) -> None:
    """Every acknowledged filing with its attachment; the product's own examination too."""
    promised = dict(scene.load.receipts)
    verdict = await check(scene.world, promised, promised)
    outcome.lost |= verdict.lost
    outcome.doubled |= verdict.doubled
    outcome.wrong += [*verdict.why, *await look_over(scene.world)]


def _told(scene: Scene, outcome: Outcome) -> str:
    return (
        f"{scene.kills} kills, {len(scene.load.receipts)} acknowledged, "
        f"{len(outcome.wrong) + len(scene.load.wrong)} wrong"
    )
