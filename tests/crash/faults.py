"""The kinds of faults. Each strikes once at a moment it draws, and leaves a server that is up."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.crash.load import Load
from tests.crash.processes import age, kill, until
from tests.crash.server import Server
from tests.crash.world import World

PATIENCE = 180.0
WORKER_AGE = 8.0  # seconds


@dataclass
class Scene:
    """What a fault works on; `server` is the one that serves, `notes` what else is worth telling."""

    world: World
    load: Load
    server: Server
    draw: random.Random
    kills: int = 0
    notes: list[str] = field(default_factory=list)

    async def moment(self, most: float) -> None:
        """Wait for a random time of at most `most` seconds."""
        await asyncio.sleep(self.draw.uniform(0, most))


Fault = Callable[[Scene], Awaitable[None]]


async def server_killed(scene: Scene) -> None:
    """SIGKILL to the server's whole process group."""
    await scene.server.kill()
    scene.kills += 1
    scene.server.start()


async def start_killed(scene: Scene) -> None:
    """The server killed, and killed again while it starts."""
    await server_killed(scene)
    await scene.moment(4)
    await server_killed(scene)


async def worker_killed(scene: Scene) -> None:
    """SIGKILL to one of the processes that answer; the others go on, it is started anew.

    One that dies within six seconds of its start makes Granian give up, so as not to start a
    broken program for ever; a supervisor would start the whole. Those are left alone here.
    """
    grown: list[int] = []

    def some_grown() -> bool:
        grown[:] = [pid for pid in scene.server.workers() if age(pid) > WORKER_AGE]
        return bool(grown)

    await until(some_grown, PATIENCE, "a worker has run for a while")
    victim = scene.draw.choice(grown)
    kill(victim)
    scene.kills += 1
    await until(lambda: victim not in scene.server.workers(), PATIENCE, "a killed worker is missed")


async def database_killed(scene: Scene) -> None:
    """SIGKILL to PostgreSQL with all its children; the server stays and must find it again."""
    assert scene.world.cluster is not None
    await scene.world.cluster.kill()
    scene.kills += 1
    await scene.moment(1)
    await scene.world.cluster.answers()


async def both_killed(scene: Scene) -> None:
    """Server and database at once, and started at once: the server waits for the recovery."""
    assert scene.world.cluster is not None
    await asyncio.gather(scene.server.kill(), scene.world.cluster.kill())
    scene.kills += 1
    scene.server.start()
    await scene.world.cluster.answers()


async def disk_full(scene: Scene) -> None:
    """The disk of the home or of the cluster full for a while; in one of three cases the server
    is killed meanwhile."""
    disk, leaving = scene.draw.choice(scene.world.disks), scene.draw.randrange(100_000)
    strikes = scene.draw.random() < 1 / 3
    refused = _refusals(scene.load)
    disk.fill(leaving)
    try:
        async with asyncio.timeout(PATIENCE):  # until clients were told, or nobody is there to tell
            while _refusals(scene.load) == refused and scene.server.running:
                await asyncio.sleep(0.1)
                disk.fill(leaving=0)
        await scene.moment(2)
        if strikes:
            await scene.server.kill()
            scene.kills += 1
            await scene.moment(1)
    finally:
        disk.free()
    cluster = scene.world.cluster
    if cluster is not None and not cluster.running:
        scene.notes.append("PostgreSQL had stopped itself")
        await cluster.answers()
    if not scene.server.running:
        if not strikes:
            scene.notes.append("the server had stopped itself")
        scene.server.start()


def _refusals(load: Load) -> int:
    return load.answers["503"] + load.answers["507"]


async def rolling_restart(scene: Scene) -> None:
    """A second server beside the first, then SIGTERM to the first; clients use both meanwhile."""
    old, new = scene.server, scene.world.server()
    new.start()
    await new.answers()
    scene.load.addresses.append(new.address)
    await scene.moment(2)
    await old.stop(PATIENCE)
    await scene.moment(0.5)  # a load balancer takes its time to see that it is gone
    scene.load.addresses.remove(old.address)
    await old.close()
    scene.server = new


ON_SQLITE: dict[str, Fault] = {
    "server killed": server_killed,
    "killed while starting": start_killed,
}
ON_POSTGRES: dict[str, Fault] = {
    **ON_SQLITE,
    "one worker killed": worker_killed,
    "database killed": database_killed,
    "both killed": both_killed,
    "rolling restart": rolling_restart,
}
ON_SMALL_DISK: dict[str, Fault] = {"disk full": disk_full}
