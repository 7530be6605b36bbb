"""A Release that is deleted and made again begins anew: its name is all that it has of the one before."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from tests.unit.clients.test_kube import served
from tests.unit.reconcile.test_garbled import SPEC, TRIMS
from tidegate.clients import Http, Invalid, Kube
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.advice.log_reading import LogReading
from tidegate.reconcile.advice.usage import UsageReading
from tidegate.reconcile.day_before.rounds import DayJudging
from tidegate.reconcile.hooks.asking import Asking
from tidegate.reconcile.judging.arrivals import Arrivals
from tidegate.reconcile.judging.checking import Checking
from tidegate.reconcile.judging.queries import Measuring
from tidegate.reconcile.judging.rounds import Judging
from tidegate.reconcile.observe import observe
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.scraping.scraper import Scraping
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.turn import Followers, take_turn
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key, WorkQueue
from tidegate.workloads import revision_of

KEY = Key("shop", "web")
TRIM = TRIMS["Release"][1]
Change = Callable[[World], None]


def release(uid: str, version: int, image: str, port: int) -> dict[str, Any]:
    """One of several Releases of a name, each of which is at its first generation."""
    spec = copy.deepcopy(SPEC) | {"service": {"port": port}}
    spec["template"]["spec"]["containers"][0]["image"] = image
    metadata = {"name": "web", "namespace": "shop", "uid": uid, "resourceVersion": str(version), "generation": 1}
    created = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "Release",
        "metadata": {**metadata, **created},
        "spec": spec,
    }


OLD, NEW = release("old", 5, "web:1", 80), release("new", 9, "web:2", 81)


def listed_anew(world: World) -> None:
    """While the watch was broken one went and the next came: no deletion is ever seen."""
    world.store(kinds.RELEASES).swap([TRIM(copy.deepcopy(NEW))], 9)


def deleted_and_created(world: World) -> None:
    world.store(kinds.RELEASES).drop(OLD)
    world.keep(kinds.RELEASES, NEW)


WAYS = pytest.mark.parametrize("replaced", [listed_anew, deleted_and_created])


def world_of(kube: Kube, http: Http) -> World:
    world = World(kube, http, http, lambda: 15.0, Telemetry(), reporter="test", scope=Scope())
    world.keep(kinds.RELEASES, OLD)
    for reflector in world.reflectors:
        reflector.synced.set()

    return world


def followers_of(world: World, http: Http) -> Followers:
    channel, scraping, arrivals = Channel(http, world.telemetry), Scraping(world, http), Arrivals()
    return Followers(
        measuring=Measuring(world, channel),
        judging=Judging(world, channel, scraping, arrivals),
        day_judging=DayJudging(world, channel, arrivals),
        scraping=scraping,
        asking=Asking(world),
        checking=Checking(world),
        log_reading=LogReading(world, on=False),
        usage_reading=UsageReading(world, channel),
    )


async def no_answer(request: web.Request) -> web.Response:
    return web.json_response({}, status=404)


async def after(replaced: Change, *, knowing: Callable[[World], object] = lambda _: None) -> tuple[World, Seen]:
    """What is known and seen once the Release is another one; `knowing` is what was learned of the one before."""
    http = Http()
    async with served(no_answer) as kube:
        world = world_of(kube, http)
        assert observe(KEY, world)
        knowing(world)
        replaced(world)
        seen = observe(KEY, world)
        await http.close()

    assert seen is not None
    return world, seen


@WAYS
async def test_its_revision_is_that_of_its_own_template(replaced: Change) -> None:
    _, seen = await after(replaced)

    assert seen.snapshot.target == revision_of(NEW["spec"]["template"])


@WAYS
async def test_its_spec_is_read_anew_at_the_same_generation(replaced: Change) -> None:
    _, seen = await after(replaced)

    assert seen.spec.service.port == 81


@WAYS
async def test_what_the_api_server_refused_of_the_one_before_holds_nothing_up(replaced: Change) -> None:
    _, seen = await after(replaced, knowing=lambda world: world.refuse(KEY, Reason.REFUSED, "no"))

    assert seen.snapshot.blocked is None or seen.snapshot.blocked.reason is not Reason.REFUSED


@WAYS
async def test_no_time_and_no_block_is_left(replaced: Change) -> None:
    def knowing(world: World) -> None:
        world.schedule.after(KEY, 60)
        world.blocked.add(KEY)

    world, _ = await after(replaced, knowing=knowing)

    assert (len(world.schedule), world.blocked, len(world.queue)) == (0, set(), 1)


@WAYS
async def test_whoever_follows_it_is_told_once(replaced: Change) -> None:
    told: list[tuple[str, str]] = []
    await after(replaced, knowing=lambda world: world.on_forget(told.append))

    assert told == [KEY]


async def test_a_change_of_the_same_release_forgets_nothing() -> None:
    changed = copy.deepcopy(OLD)
    changed["metadata"] |= {"resourceVersion": "6", "generation": 2}
    http = Http()
    async with served(no_answer) as kube:
        world = world_of(kube, http)
        memory = world.memory(KEY)
        world.keep(kinds.RELEASES, changed)
        await http.close()

    assert world.memory(KEY) is memory


async def one_turn(world: World, followers: Followers) -> None:
    with pytest.raises(Invalid):
        await take_turn(KEY, world, followers)


@WAYS
async def test_what_a_turn_of_the_one_before_ends_with_is_forgotten(replaced: Change) -> None:
    def meanwhile(world: World) -> None:
        if world.uid(KEY) == "old":
            replaced(world)
            world.refuse(KEY, Reason.REFUSED, "of the one before")
            world.schedule.after(KEY, 60)

    http, worlds = Http(), list[World]()

    async def answer(request: web.Request) -> web.Response:
        meanwhile(worlds[0])
        return web.json_response({"kind": "Status", "message": "no"}, status=422)

    async with served(answer) as kube:
        worlds.append(world_of(kube, http))
        await one_turn(worlds[0], followers_of(worlds[0], http))
        await http.close()

    assert (worlds[0].memory(KEY).refused, len(worlds[0].schedule)) == (None, 0)


async def test_failures_in_a_row_are_counted_anew() -> None:
    queue = WorkQueue()

    async def fails(key: Key) -> None:
        raise KeyError(key)

    async def told(key: Key, error: Exception) -> None:
        assert queue.failures == {KEY: 1}
        queue.forget(KEY)
        queue.stop()

    queue.mark(KEY)
    await queue.work(fails, failed=told)

    assert queue.failures == {}
