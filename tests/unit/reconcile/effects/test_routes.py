"""The weights of a user's route, and who declares others as soon as they are written."""

import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.reconcile.clock import Clock, read_by
from tests.unit.reconcile.stores import Stores
from tests.unit.routers.test_contract import attached, patched, users
from tidegate.decision.actions import SetWeight
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.routes import set_weights
from tidegate.reconcile.seen import drift, routes
from tidegate.reconcile.seen.drift import PAUSE_SECONDS, QUICK_TRIES, weights_overwritten
from tidegate.reconcile.seen.routes import observe_route
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import AttachedRoute
from tidegate.watch import Key, Object
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
ROUTER = attached("HTTPRoute")
RAISED = SetWeight(weight=20, revision="v2", raising=True)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return read_by(monkeypatch, drift, routes)


@dataclass(slots=True)
class Routes(Stores):
    """A world whose writer patches the one route at once, as Tidegate."""

    versions: int = 1
    writes: int = 0

    def __post_init__(self) -> None:
        self.put(users("HTTPRoute"), "platform-operator")

    def put(self, route: Object, owner: str) -> None:
        self.versions += 1
        named = {"name": "web", "namespace": "shop", "generation": self.versions, "resourceVersion": str(self.versions)}
        self.keep(kinds.ROUTE_KINDS["HTTPRoute"], {**route, "metadata": {**route["metadata"], **named, "owner": owner}})

    def keep(self, kind: Any, found: Object) -> None:
        self.store(kind).put(found)

    async def patch(self, _kind: Any, _found: Object, operations: Any, *, urgent: bool) -> None:
        self.writes += 1
        self.put(patched(self.found, operations), "tidegate")

    @property
    def found(self) -> Object:
        found = self.store(kinds.ROUTE_KINDS["HTTPRoute"]).get(Key("shop", "web"))
        assert found is not None
        return found

    def declare_again(self) -> None:
        """The owner renders the rules as they are in its own resource; the notes are not its to take."""
        self.put({**self.found, "spec": copy.deepcopy(users("HTTPRoute")["spec"])}, "platform-operator")


async def raise_it(world: Routes) -> None:
    routing = SimpleNamespace(routers=(ROUTER,), undeclared=())
    seen = cast("Seen", SimpleNamespace(owner=OWNER, routing=routing))
    await set_weights(seen, RAISED, cast("World", world), urgent=False)


def contested(world: Routes, router: AttachedRoute = ROUTER) -> bool:
    found = observe_route(router, OWNER, cast("World", world), by_time=True)
    assert found is not None
    return found.contested


async def fight(world: Routes, clock: Clock, every: float, times: int) -> None:
    for _ in range(times):
        clock.now += every
        world.declare_again()
        if not contested(world):
            await raise_it(world)


async def test_an_owner_that_answers_each_write_is_written_over_so_often_and_then_named(clock: Clock) -> None:
    world = Routes()
    await raise_it(world)

    await fight(world, clock, every=0.005, times=500)

    assert world.writes == 1 + QUICK_TRIES
    blocked = weights_overwritten(world.memory(OWNER.key))
    assert blocked is not None
    assert blocked.reason is Reason.OVERWRITTEN
    assert blocked.sentence.startswith("platform-operator declares the weights of HTTPRoute web again and again")
    assert blocked.again is not None
    assert 0 < blocked.again.total_seconds() <= PAUSE_SECONDS


async def test_after_that_it_is_written_over_once_a_minute(clock: Clock) -> None:
    world = Routes()
    await raise_it(world)
    await fight(world, clock, every=0.005, times=100)
    before = world.writes

    await fight(world, clock, every=1, times=300)

    assert world.writes - before == 300 / PAUSE_SECONDS


async def test_a_tool_that_applies_every_few_seconds_does_not_fight(clock: Clock) -> None:
    world = Routes()
    await raise_it(world)

    await fight(world, clock, every=5, times=100)

    assert world.writes == 1 + 100
    assert weights_overwritten(world.memory(OWNER.key)) is None


async def test_a_fight_is_over_once_the_owner_left_the_weights_alone_for_a_while(clock: Clock) -> None:
    world = Routes()
    await raise_it(world)
    await fight(world, clock, every=0.005, times=100)

    clock.now += PAUSE_SECONDS

    assert weights_overwritten(world.memory(OWNER.key)) is None
    assert not contested(world)


async def test_a_first_weight_and_a_higher_one_are_written_over_nobody(clock: Clock) -> None:
    world = Routes()

    for _ in range(2 * QUICK_TRIES):
        await raise_it(world)

    assert weights_overwritten(world.memory(OWNER.key)) is None
