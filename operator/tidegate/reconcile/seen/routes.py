"""A Release's routers, and what their routes say now."""

import time
from dataclasses import replace
from datetime import timedelta

from tidegate.decision.plan import NO_TIME
from tidegate.decision.route import Route, together
from tidegate.decision.workload import TRIES
from tidegate.reconcile import kinds
from tidegate.reconcile.memory import RouterMemory
from tidegate.reconcile.world import World
from tidegate.routers import (
    NOTHING,
    AttachedRoute,
    Backends,
    CanaryIngress,
    Confirmation,
    Exposure,
    ManagedRoute,
    Router,
    Split,
    Subsets,
    Whole,
    confirmation,
    subsets,
)
from tidegate.watch import Object
from tidegate.workloads import Owner, selected_revision

from .drift import contested, declared_at_once

# Git may put a route's weights back every few seconds; in the end the gateway's clock goes on over such a moment.
MOMENT_SECONDS = 5.0
# What a route that is not there says: once it is there, its confirmation counts from then.
NOT_THERE = ("", -1)
BY_TIME = Confirmation(confirmed=True, sentence="the written weight counts by time", by_time=True)


def routers_of(
    traffic: Object, owner: Owner, backends: Backends, world: World, exposure: Exposure = NOTHING
) -> tuple[Router, ...]:
    """The routers that `spec.traffic` declares, with what the recorded step shows beside its weight."""
    if ingress := traffic.get("ingress"):
        users = world.find(kinds.INGRESSES, owner.namespace, ingress["name"])
        return (CanaryIngress(name=backends.candidate, beside=ingress["name"], users=users, backends=backends),)

    if gateway := traffic.get("gateway"):
        return (ManagedRoute(name=owner.name, gateway=gateway, backends=backends, exposure=exposure),)

    return tuple(
        AttachedRoute(
            kind=route["kind"],
            name=route["name"],
            release=owner.name,
            rule=route.get("rule"),
            backends=backends,
            destination_rule=route.get("destinationRule"),
            host=host_of(route.get("destinationRule"), owner, world),
        )
        for route in kinds.attached(traffic)
    )


def host_of(destination_rule: str | None, owner: Owner, world: World) -> str | None:
    """Whose subsets a DestinationRule declares; None where it is missing, or none is named."""
    found = world.find(kinds.DESTINATION_RULES, owner.namespace, destination_rule or "")
    return found["spec"]["host"] if found else None


def observe_routes(declared: Object, owner: Owner, routers: tuple[Router, ...], world: World) -> tuple[Route, ...]:
    """Each route as found. A managed one that is not there is none; an attached one is lost."""
    by_time = declared["traffic"].get("confirm") == "Settle"
    found = (observe_route(router, owner, world, by_time=by_time) for router in routers)
    return tuple(route for route in found if route is not None)


def observe_undeclared(routers: tuple[Router, ...], owner: Owner, world: World) -> Route | None:
    """What is left on routers that nobody declares any more, as one. Time alone counts: their gateway may be gone."""
    found = ((router, world.find(kinds.ROUTE_KINDS[router.kind], owner.namespace, router.name)) for router in routers)
    return together([_left(router, route, owner, world) for router, route in found if route is not None])


def _left(router: Router, found: Object, owner: Owner, world: World) -> Route:
    split, memory = router.split(found), world.memory(owner.key).router(f"undeclared/{router.kind}/{router.name}")
    said, astray = (split.written, split.note), goes_astray(split, None)
    remember(memory, found["metadata"]["generation"], said, confirmed=True, astray=astray)
    return _route(split, BY_TIME, memory)


def observe_route(router: Router, owner: Owner, world: World, *, by_time: bool) -> Route | None:
    """One route, and for how long its weight has been confirmed, or its generation silent."""
    found = world.find(kinds.ROUTE_KINDS[router.kind], owner.namespace, router.name)
    memory = world.memory(owner.key).router(f"{router.kind}/{router.name}")
    if found is not None and isinstance(router, Whole) and not owner.owns(found):
        return None

    split = router.split(found) if found is not None else router.absent()
    # The API server's own doing is nobody's hand: it would be so again.
    if split is not None and split.drift and split.form == memory.form:
        split = replace(split, drift="")

    if split is None:
        return None

    if split.attached and split.weight is None:
        return _lost(memory, split, split.sentence)

    pointed = subsets_of(router, owner, world)
    if pointed and pointed.lacking and not split.weight:
        return _lost(memory, split, pointed.lacking)

    answer = confirmation_of(router, found, pointed, by_time=by_time)
    generation = found["metadata"]["generation"] if found else -1
    said, astray = (split.written, split.note, pointed.written if pointed else ""), goes_astray(split, pointed)
    behind = revisions_behind(router, owner, world)
    remember(memory, generation, said, confirmed=answer.confirmed, astray=astray, behind=behind)
    fought = bool(split.drift) and contested(world.memory(owner.key), f"{router.kind} {router.name}")
    fought = fought or (split.by_git and declared_at_once(memory))
    route = replace(_route(split, answer, memory), contested=fought)
    return _wrong(route, split.sentence) if split.attached and split.sentence else route


def _route(split: Split, answer: Confirmation, memory: RouterMemory) -> Route:
    """What the object says, and since when that is confirmed."""
    now = time.monotonic()
    return Route(
        weight=split.weight,
        least=split.least,
        written=split.written,
        ending=split.ending,
        current=split.current,
        attached=split.attached,
        touched=split.touched,
        by_git=split.by_git,
        matched=split.matched,
        mirrored=split.mirrored,
        planned=split.planned,
        extended=split.extended,
        hidden=split.hidden,
        shown=split.shown,
        drift=split.drift,
        confirmed=answer.confirmed,
        confirmed_for=timedelta(seconds=now - memory.confirmed_at) if memory.confirmed_at is not None else NO_TIME,
        silent_for=NO_TIME if answer.confirmed else timedelta(seconds=now - memory.seen_at),
        sentence=answer.sentence,
    )


def confirmation_of(router: Router, found: Object | None, pointed: Subsets | None, *, by_time: bool) -> Confirmation:
    """Whether the data plane serves what was written, by what the route and its subsets report."""
    if pointed and (pointed.lacking or not pointed.current):
        return Confirmation(confirmed=False, sentence=pointed.lacking or "a subset selects other pods than Tidegate's")

    answer = confirmation(router.kind, found or {})
    return replace(answer, confirmed=True, by_time=True) if by_time else answer


def revisions_behind(router: Router, owner: Owner, world: World) -> tuple[str | None, ...]:
    """What stable's Service and `<name>` select: whom they led to had requests until they led elsewhere."""
    services = (world.find(kinds.SERVICES, owner.namespace, name) for name in (router.backends.stable, owner.name))
    return tuple(selected_revision(found) if found is not None else None for found in services)


def goes_astray(split: Split, pointed: Subsets | None) -> bool:
    """True while requests go otherwise than we wrote: by another weight, beside it, or by a subset."""
    wrote = split.written.weight if split.written else 0
    least = split.weight if split.least is None else split.least
    return (split.weight, least) != (wrote, wrote) or split.shown or (pointed is not None and not pointed.current)


def subsets_of(router: Router, owner: Owner, world: World) -> Subsets | None:
    """The subsets behind a router; None where it names Services."""
    if not isinstance(router, AttachedRoute) or router.destination_rule is None:
        return None

    found = world.find(kinds.DESTINATION_RULES, owner.namespace, router.destination_rule)
    return subsets(router.destination_rule, found)


def _wrong(found: Route, sentence: str) -> Route:
    """A user's route that is wrong and may send requests to the candidate still: that goes back, and nothing rises.

    It is nothing to write anew: what would be written is what is wrong.
    """
    return replace(found, lost=True, confirmed=False, sentence=sentence, current=True)


def _lost(memory: RouterMemory, split: Split, sentence: str) -> Route:
    """A user's route that is missing or lacks a backend: it sends nobody to the candidate."""
    remember(memory, -1, NOT_THERE, confirmed=True)
    since = timedelta(seconds=time.monotonic() - (memory.confirmed_at or time.monotonic()))
    return Route(
        weight=0,
        # Without a place for it no weight was lowered: only one that is there can be.
        written=split.written if split.weight is not None else None,
        ending=split.ending,
        by_git=split.by_git,
        confirmed=False,
        confirmed_for=since,
        sentence=sentence,
        attached=True,
        lost=True,
        touched=split.touched,
    )


def remember(
    memory: RouterMemory,
    generation: int,
    written: object,
    *,
    confirmed: bool,
    astray: bool = False,
    behind: object = None,
) -> None:
    """Keep when this generation was first seen, and since when the weight that we wrote is confirmed.

    `astray`: requests go otherwise; `behind`: to which revisions Services lead. Who had them a moment ago drains anew;
    where somebody leads them so again and again, the clock goes on over such a moment: nothing is held up for ever.
    """
    now = time.monotonic()
    if generation != memory.generation:
        memory.generation, memory.seen_at = generation, now

    if written != memory.written:
        memory.written, memory.confirmed_at, memory.unsure_since = written, None, None
        memory.astray, memory.strayed, memory.behind, memory.led_back = False, 0, behind, 0

    if memory.astray and not astray and memory.strayed < TRIES:
        memory.confirmed_at, memory.unsure_since, memory.strayed = None, None, memory.strayed + 1

    if leads_elsewhere(memory, behind):
        memory.confirmed_at, memory.unsure_since = None, None

    memory.astray = astray
    if not confirmed or (astray and memory.confirmed_at is not None):
        memory.unsure_since = memory.unsure_since or now
    elif memory.confirmed_at is None or now - (memory.unsure_since or now) > MOMENT_SECONDS:
        memory.confirmed_at, memory.unsure_since = now, None
    else:
        memory.unsure_since = None


def leads_elsewhere(memory: RouterMemory, behind: object) -> bool:
    """True where Services lead to other revisions since; not of one that is led to and fro again and again."""
    if memory.behind == behind:
        return False

    memory.led_back += behind == memory.behind_before
    memory.behind, memory.behind_before = behind, memory.behind
    return memory.led_back <= 2 * TRIES
