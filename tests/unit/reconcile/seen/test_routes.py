"""Since when a weight is confirmed: the clock that every drain goes by."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.unit.reconcile.clock import Clock, read_by
from tests.unit.routers.test_contract import (
    BACKENDS,
    FOREIGN,
    INGRESS,
    MATCHING,
    attached,
    canary,
    generated,
    patched,
    users,
    users_ingress,
)
from tidegate.decision.plan import NO_TIME
from tidegate.decision.route import Route
from tidegate.reconcile.memory import Memory, RouterMemory
from tidegate.reconcile.seen import routes
from tidegate.reconcile.seen.routes import NOT_THERE, observe_route, remember
from tidegate.reconcile.world import World
from tidegate.routers import Backends, Router, Split
from tidegate.routers.split import written_weight
from tidegate.watch import Object
from tidegate.workloads import Owner


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return read_by(monkeypatch, routes)


def test_another_weight_is_confirmed_from_its_own_confirmation(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    clock.now += 60
    remember(memory, 2, ("v2", 50), confirmed=False)
    clock.now += 1

    remember(memory, 2, ("v2", 50), confirmed=True)

    assert memory.confirmed_at == clock.now


def test_a_moment_in_which_git_put_its_weights_back_does_not_stop_the_clock(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    began = clock.now
    for generation in range(2, 20):
        clock.now += 2
        remember(memory, generation, ("v2", 20), confirmed=False)
        clock.now += 0.2
        remember(memory, generation, ("v2", 20), confirmed=True)

    assert memory.confirmed_at == began


def test_a_long_time_without_confirmation_starts_the_clock_again(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    clock.now += 1
    remember(memory, 2, ("v2", 20), confirmed=False)
    clock.now += 60

    remember(memory, 2, ("v2", 20), confirmed=True)

    assert memory.confirmed_at == clock.now


def test_a_route_that_comes_is_confirmed_from_then(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, -1, NOT_THERE, confirmed=True)
    clock.now += 60

    remember(memory, 1, None, confirmed=True)

    assert memory.confirmed_at == clock.now


def test_silence_is_counted_from_the_generation(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, None, confirmed=False)
    clock.now += 30
    remember(memory, 1, None, confirmed=False)

    assert clock.now - memory.seen_at == 30


OWNER = Owner(name="web", namespace="shop", uid="1")


@dataclass(slots=True)
class OneRoute:
    """A world with nothing in it but a route."""

    found: Object
    known: Memory = field(default_factory=Memory)

    def find(self, _kind: Any, _namespace: str, _name: str) -> Object:
        return self.found

    def memory(self, _key: Any) -> Memory:
        return self.known


def test_requests_that_match_drain_from_their_own_end_although_the_weight_stays_0(clock: Clock) -> None:
    matched = generated(MATCHING)
    matched["metadata"] |= {"ownerReferences": [OWNER.reference()], "name": "web", "namespace": "shop"}
    world = OneRoute(matched)
    observed = cast("World", world)
    observe_route(MATCHING, OWNER, observed, by_time=True)
    clock.now += 60
    world.found = patched(matched, MATCHING.weight_patch(matched, weight=0, revision="v2", raising=False))

    ended = observe_route(MATCHING, OWNER, observed, by_time=True)

    assert ended is not None
    assert not ended.matched
    assert ended.confirmed_for == NO_TIME


def test_a_route_that_lost_its_backends_still_has_our_notes_to_take_off() -> None:
    router = attached("HTTPRoute")
    during = patched(users("HTTPRoute"), router.weight_patch(users("HTTPRoute"), weight=5, revision="v2", raising=True))
    del during["spec"]["rules"][1]["backendRefs"][0]

    found = observe_route(router, OWNER, cast("World", OneRoute(during)), by_time=True)

    assert found is not None
    assert (found.lost, found.touched, found.weight) == (True, True, 0)


SAYING_ALL = Split(
    weight=20,
    least=10,
    written=written_weight("v2/20"),
    ending="promoted",
    current=False,
    attached=True,
    touched=True,
    by_git=True,
    matched=True,
    mirrored=True,
    planned=False,
    extended=True,
    hidden=True,
    shown=True,
    drift="spec.hostnames",
    form="another one",
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A router whose object says all that any can say."""

    kind: str = "HTTPRoute"
    name: str = "web"
    backends: Backends = BACKENDS

    def split(self, _found: Object) -> Split:
        return SAYING_ALL


def test_whatever_an_object_says_is_said_of_its_route() -> None:
    said = {each.name for each in fields(Split)} & {each.name for each in fields(Route)} - {"sentence"}
    world = cast("World", OneRoute({"metadata": {"generation": 1}, "spec": {}}))

    found = observe_route(cast("Router", Saying()), OWNER, world, by_time=True)

    assert {name: getattr(found, name) for name in said} == {name: getattr(SAYING_ALL, name) for name in said}
    assert not [name for name in said if getattr(found, name) == getattr(Route(), name)], "no default says it already"


def led_elsewhere() -> tuple[Router, Object]:
    """A canary at 25 beside an Ingress whose path was led back to what served before."""
    declared = users_ingress()
    declared["spec"]["rules"][0]["http"]["paths"][1]["backend"]["service"]["name"] = "web-old"
    beside = canary(weight=25)
    beside["metadata"] |= {"generation": 1, "ownerReferences": [OWNER.reference()]}
    return replace(INGRESS, users=declared), beside


def summed_too_small() -> tuple[Router, Object]:
    """A route at 50 beside a third backend, whose two weights a hand made 45 and 45."""
    router, before = attached("HTTPRoute"), users("HTTPRoute", FOREIGN, weights=(200, 0))
    during = patched(before, router.weight_patch(before, weight=50, revision="v2", raising=True))
    for ref in during["spec"]["rules"][1]["backendRefs"]:
        ref["weight"] = 50 if ref["name"] == "other" else 45

    return router, during


@pytest.mark.parametrize(
    ("wrong", "weight"), [(led_elsewhere, 25), (summed_too_small, 50)], ids=["an Ingress", "a small sum"]
)
def test_a_wrong_route_says_what_it_sends_to_the_candidate_still(wrong: Any, weight: int) -> None:
    router, route = wrong()

    found = observe_route(router, OWNER, cast("World", OneRoute(route)), by_time=True)

    assert found is not None
    assert (found.lost, found.confirmed, found.weight, found.lowest) == (True, False, weight, weight)
    assert found.written is not None
    assert found.written.weight == weight
    assert found.current


def test_a_wrong_route_is_confirmed_as_any_other(clock: Clock) -> None:
    """What was taken from it drains from when its gateway has it."""
    router, route = summed_too_small()
    world = OneRoute(route)
    observed = cast("World", world)
    observe_route(router, OWNER, observed, by_time=True)
    clock.now += 60
    world.found = patched(route, router.weight_patch(route, weight=0, revision="v2", raising=False))

    silent = observe_route(router, OWNER, observed, by_time=False)
    clock.now += 60
    observe_route(router, OWNER, observed, by_time=True)
    clock.now += 5
    served = observe_route(router, OWNER, observed, by_time=True)

    assert silent is not None
    assert served is not None
    assert (silent.weight, silent.lost, silent.confirmed_for) == (0, True, NO_TIME)
    assert served.confirmed_for == timedelta(seconds=5)
