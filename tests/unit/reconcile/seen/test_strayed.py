"""Requests that went otherwise than we wrote, if only for a moment: whom they reached drains anew."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.unit.reconcile.clock import Clock, read_by
from tests.unit.routers.test_contract import BACKENDS, INGRESS, MANAGED, attached, canary, generated, patched, users
from tests.unit.routers.test_subsets import LABELS, NEWER, by_subsets, destination_rule, pointed
from tidegate.api.names import LABEL_REVISION
from tidegate.decision.plan import NO_TIME
from tidegate.decision.route import Route
from tidegate.reconcile.memory import Memory
from tidegate.reconcile.seen import routes
from tidegate.reconcile.seen.routes import observe_route, observe_undeclared
from tidegate.reconcile.world import World
from tidegate.routers import Router
from tidegate.watch import Object
from tidegate.workloads import Owner

OWNER = Owner(name="web", namespace="shop", uid="1")
LONG = 60.0
MOMENT = 0.5


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return read_by(monkeypatch, routes)


@dataclass(slots=True)
class Found:
    """A world of a few objects, by their kinds and names."""

    clock: Clock
    router: Router
    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    known: Memory = field(default_factory=Memory)

    def find(self, kind: Any, _namespace: str, name: str) -> Object | None:
        return self.objects.get((kind.kind, name))

    def memory(self, _key: Any) -> Memory:
        return self.known

    def put(self, kind: str, name: str, found: Object) -> None:
        self.objects[kind, name] = found

    def route(self, found: Object) -> None:
        found = deepcopy(found)
        found["metadata"] |= {"ownerReferences": [OWNER.reference()], "namespace": "shop"}
        self.put(self.router.kind, self.router.name, found)

    def selects(self, service: str, revision: str) -> None:
        self.put("Service", service, {"spec": {"selector": {LABEL_REVISION: revision}}})

    def look(self, after: float = 0.0) -> Route:
        """What is seen of the route when so much time is over."""
        self.clock.now += after
        found = observe_route(self.router, OWNER, cast("World", self), by_time=True)
        assert found is not None
        return found


def written(router: Router, found: Object, weight: int) -> Object:
    return patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=False))


def with_weights(found: Object, stable: int, candidate: int) -> Object:
    """The same, as a hand made it: our note is as it was."""
    found = deepcopy(found)
    weights = {BACKENDS.stable: stable, BACKENDS.candidate: candidate}
    for rule in found["spec"]["rules"]:
        for ref in rule["backendRefs"]:
            ref["weight"] = weights.get(ref["name"], 1)

    return found


def raised_on_an_attached_route() -> tuple[Router, Object, Object]:
    router = attached("HTTPRoute")
    ours = written(router, users("HTTPRoute"), 0)
    return router, ours, with_weights(ours, 80, 20)


def raised_on_a_managed_route() -> tuple[Router, Object, Object]:
    ours = written(MANAGED, generated(), 0)
    return MANAGED, ours, with_weights(ours, 80, 20)


def garbled_on_a_managed_route() -> tuple[Router, Object, Object]:
    ours = written(MANAGED, generated(), 0)
    garbled = deepcopy(ours)
    del garbled["spec"]["rules"][0]["backendRefs"][0]
    return MANAGED, ours, garbled


def raised_on_a_canary() -> tuple[Router, Object, Object]:
    ours = written(INGRESS, canary(), 0)
    hand = deepcopy(ours)
    hand["metadata"]["annotations"]["nginx.ingress.kubernetes.io/canary-weight"] = "20"
    return INGRESS, ours, hand


def stable_raised_at_full_weight() -> tuple[Router, Object, Object]:
    """What Git does to a user's route: stable's pods have all requests again."""
    router = attached("HTTPRoute")
    ours = written(router, users("HTTPRoute"), 100)
    return router, ours, with_weights(ours, 100, 0)


STRAYED = [
    raised_on_an_attached_route,
    raised_on_a_managed_route,
    garbled_on_a_managed_route,
    raised_on_a_canary,
    stable_raised_at_full_weight,
]
every_way = pytest.mark.parametrize("strayed", STRAYED, ids=[case.__name__.replace("_", " ") for case in STRAYED])
Strayed = Callable[[], tuple[Router, Object, Object]]


@every_way
@pytest.mark.parametrize("lasts", [MOMENT, LONG], ids=["a moment", "a long time"])
def test_a_side_that_had_requests_for_a_while_drains_from_their_end(
    strayed: Strayed, lasts: float, clock: Clock
) -> None:
    router, ours, hand = strayed()
    world = Found(clock, router)
    world.route(ours)
    world.look()
    world.look(after=LONG)
    world.route(hand)
    world.look()
    world.route(ours)

    assert world.look(after=lasts).confirmed_for == NO_TIME
    assert world.look(after=5).confirmed_for == timedelta(seconds=5)


@every_way
def test_one_who_leads_requests_elsewhere_every_few_seconds_holds_no_drain_up(strayed: Strayed, clock: Clock) -> None:
    router, ours, hand = strayed()
    world = Found(clock, router)
    world.route(ours)
    world.look()
    for _ in range(8):
        world.route(hand)
        world.look(after=4.5)
        world.route(ours)
        found = world.look(after=MOMENT)

    assert found.confirmed_for == timedelta(seconds=30)


def test_another_weight_is_watched_anew(clock: Clock) -> None:
    router, ours, hand = raised_on_an_attached_route()
    world = Found(clock, router)
    for found in (*[ours, hand] * 4, written(router, ours, 50), ours):
        world.route(found)
        world.look(after=LONG)

    world.route(hand)
    world.look()
    world.route(ours)

    assert world.look(after=MOMENT).confirmed_for == NO_TIME


@pytest.mark.parametrize("service", [BACKENDS.stable, OWNER.name])
def test_pods_that_a_service_led_to_drain_from_when_it_leads_elsewhere(service: str, clock: Clock) -> None:
    """A gateway confirms its route, not whom a Service selects."""
    world = by_a_gateway(clock)
    world.selects(service, "v1")
    reported(world)
    world.clock.now += LONG

    world.selects(service, "v2")

    assert reported(world).confirmed_for == NO_TIME


@pytest.mark.parametrize("service", [BACKENDS.stable, OWNER.name])
def test_one_who_leads_a_service_elsewhere_again_and_again_holds_no_drain_up(service: str, clock: Clock) -> None:
    world = by_a_gateway(clock)
    for _ in range(8):
        world.selects(service, "elsewhere")
        reported(world)
        world.clock.now += LONG
        world.selects(service, "v2")
        found = reported(world)
        world.clock.now += LONG

    assert found.confirmed_for >= 10 * timedelta(seconds=LONG)


def test_services_that_are_only_made_leave_the_tries_to_one_who_leads_them_elsewhere(clock: Clock) -> None:
    world = by_a_gateway(clock)
    for service in (BACKENDS.stable, OWNER.name):
        reported(world)
        world.selects(service, "v2")

    for _ in range(2):
        reported(world)
        world.selects(OWNER.name, "elsewhere")
        reported(world)
        clock.now += 4 * LONG
        world.selects(OWNER.name, "v2")

        assert reported(world).confirmed_for == NO_TIME


def by_a_gateway(clock: Clock) -> Found:
    """A user's route at weight 0 whose gateway reports that it serves it."""
    router, ours, _ = raised_on_an_attached_route()
    ours["status"] = {"parents": [accepted(ours)]}
    world = Found(clock, router)
    world.route(ours)
    return world


def accepted(route: Object) -> Object:
    """What a gateway says that serves a route."""
    conditions = [
        {"type": kind, "status": "True", "observedGeneration": route["metadata"]["generation"]}
        for kind in ("Accepted", "ResolvedRefs")
    ]
    return {"parentRef": route["spec"]["parentRefs"][0], "conditions": conditions}


def reported(world: Found) -> Route:
    """The route as seen where its gateway reports."""
    found = observe_route(world.router, OWNER, cast("World", world), by_time=False)
    assert found is not None
    assert found.confirmed
    return found


def by_a_subset(clock: Clock) -> tuple[Found, Object, Object]:
    """A mesh's route at weight 0; its subsets as we point them, and as Git declares them: those select all pods."""
    router = replace(attached("VirtualService"), destination_rule="web", host="web")
    world = Found(clock, router)
    world.selects(BACKENDS.stable, "v1")
    world.route(written(router, by_subsets(), 0))
    ours = pointed(pointed(destination_rule(), "stable", LABELS), "candidate", NEWER)
    declared = deepcopy(ours)
    for subset in declared["spec"]["subsets"]:
        subset.pop("labels", None)

    world.put("DestinationRule", "web", ours)
    world.look()
    return world, ours, declared


def test_pods_that_a_subset_selected_for_a_moment_drain_anew(clock: Clock) -> None:
    world, ours, declared = by_a_subset(clock)
    assert world.look(after=LONG).confirmed_for == timedelta(seconds=LONG)
    world.put("DestinationRule", "web", declared)
    world.look()
    world.put("DestinationRule", "web", ours)

    assert world.look(after=MOMENT).confirmed_for == NO_TIME


def test_git_that_declares_its_subsets_every_few_seconds_holds_no_drain_up(clock: Clock) -> None:
    world, ours, declared = by_a_subset(clock)
    for _ in range(8):
        world.put("DestinationRule", "web", declared)
        world.look(after=4.5)
        world.put("DestinationRule", "web", ours)
        found = world.look(after=MOMENT)

    assert found.confirmed_for == timedelta(seconds=30)


def test_what_a_hand_raised_on_a_route_that_nobody_declares_any_more_drains_anew(clock: Clock) -> None:
    router, ours, hand = raised_on_an_attached_route()
    world = Found(clock, router)
    world.route(ours)
    left(world)
    clock.now += LONG
    world.route(hand)
    left(world)
    world.route(ours)

    assert left(world).confirmed_for == NO_TIME


def test_a_route_that_is_declared_for_another_rule_has_clocks_of_its_own_as_what_it_was(clock: Clock) -> None:
    """Both are seen at each look: one clock for the two would begin anew each time."""
    router, ours, _ = raised_on_an_attached_route()
    world = Found(clock, router)
    world.route(ours)
    for _ in range(3):
        declared, before = world.look(after=LONG), left(world)

    assert (declared.confirmed_for, before.confirmed_for) == (timedelta(seconds=2 * LONG),) * 2


def left(world: Found) -> Route:
    found = observe_undeclared((world.router,), OWNER, cast("World", world))
    assert found is not None
    return found
