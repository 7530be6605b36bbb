"""Whose turn a change of anything watched makes due: every change only marks keys, and none is acted on."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from tidegate.clients import Kind
from tidegate.watch import Key, Object, Store, WorkQueue, key_of

from . import kinds
from .configuration.configs import Configs
from .lanes import changes_under_traffic, loses_a_pod

OWN_ROUTES = (kinds.ROUTES, kinds.INGRESSES)
# What is made for a Release and carries its label.
PARTS = (kinds.REPLICA_SETS, kinds.DAEMON_SETS, kinds.PODS, kinds.ENDPOINT_SLICES, kinds.JOBS, *OWN_ROUTES)
Telling = Callable[[Object], Iterable[Key]]
# What tells by itself whose it is, whether or not it is still declared.
TELLING: tuple[tuple[Kind, Telling], ...] = (
    *((kind, kinds.by_release) for kind in PARTS),
    (kinds.DEPLOYMENTS, kinds.by_taker),
    *((kind, kinds.by_holder) for kind in (*kinds.ATTACHED_KINDS, kinds.DESTINATION_RULES)),
)


class Marked(Protocol):
    """What the wiring needs of the world: where changes come from, and whose turns they make due."""

    blocked: set[Key]
    queue: WorkQueue
    configs: Configs

    def store(self, kind: Kind) -> Store:
        """The store of a kind."""

    def mark(self, key: Key, *, back: bool = False) -> None:
        """Queue a turn."""

    def forget(self, key: Key) -> None:
        """Keep nothing of a Release that is gone."""


class Wiring:
    """The listeners of every store."""

    def __init__(self, world: Marked) -> None:
        self._world = world

    def connect(self) -> None:
        """Every change only marks keys; nobody acts on an event's content."""
        store = self._world.store
        store(kinds.RELEASES).on_change(self._release_changed)
        for kind, index in TELLING:
            store(kind).on_change(partial(self._mark_by, index))

        store(kinds.PODS).on_change(self._pod_changed)
        used: dict[str, tuple[Kind, ...]] = {
            "route": (*kinds.ROUTE_KINDS.values(), kinds.DESTINATION_RULES),
            "objectives": tuple(kinds.SET_KINDS.values()),
            "workload": tuple(kinds.WORKLOAD_KINDS.values()),
        }
        for use, named in used.items():
            for kind in named:
                store(kind).on_change(partial(self._used_changed, use, kind))

        store(kinds.SERVICES).on_change(self._service_changed)
        for kind in (
            kinds.GATEWAYS,
            kinds.GATEWAY_CLASSES,
            kinds.METRIC_SOURCES,
            kinds.CLUSTER_METRIC_SOURCES,
            kinds.METRIC_SECRETS,
            kinds.AUTOSCALERS,
        ):
            store(kind).on_change(self._need_changed)

        store(kinds.NODES).on_change(self._node_changed)
        # Someone else's route with our name goes away, and a blocked Release goes on.
        for kind in OWN_ROUTES:
            store(kind).on_change(self._came_or_went)

    def _came_or_went(self, old: Object | None, new: Object | None) -> None:
        if old is None or new is None:
            self._need_changed(old, new)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """Who waits for a node that its template allows goes on; whether one is ready says nothing of that."""
        if _allowing(old) != _allowing(new):
            self._need_changed(old, new)

    def _release_changed(self, old: Object | None, new: Object | None) -> None:
        if old is not None and (new is None or new["metadata"]["uid"] != old["metadata"]["uid"]):
            self._world.forget(key_of(old))

        found = new or old
        if found is not None:
            self._world.mark(key_of(found), back=changes_under_traffic(old, new))

        self._world.configs.want(wanted=self._world.store(kinds.RELEASES).holds(kinds.TRACKING))
        if new is None or old is None:
            self._need_changed(old, new)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        for key in kinds.by_release(old) if old else ():
            release = self._world.store(kinds.RELEASES).get(key)
            if release is not None and loses_a_pod(release, old, new):
                self._world.mark(key, back=True)

    def _mark_by(self, index: Telling, old: Object | None, new: Object | None) -> None:
        for found in (old, new):
            for key in index(found) if found else ():
                self._world.mark(key)

    def _used_changed(self, use: str, kind: Kind, old: Object | None, new: Object | None) -> None:
        """Something of a user's that Releases name in their spec."""
        found = new or old
        for release in self._world.store(kinds.RELEASES).of(kinds.by_name(use, kind, found)) if found else ():
            self._world.mark(key_of(release))

    def _service_changed(self, old: Object | None, new: Object | None) -> None:
        self._mark_by(kinds.by_release, old, new)
        if _selector(old) == _selector(new) or any(map(kinds.is_ours, (old, new))):
            return

        found = new or old
        for release in self._world.store(kinds.RELEASES).of((found["metadata"]["namespace"], "")) if found else ():
            self._world.queue.mark(key_of(release))

    def _need_changed(self, old: Object | None, new: Object | None) -> None:  # noqa: ARG002 - the shape of a change
        for key in self._world.blocked:
            self._world.queue.mark(key)


def _allowing(found: Object | None) -> object:
    return (found["labels"], found["taints"]) if found else None


def _selector(found: Object | None) -> object:
    return (found.get("spec") or {}).get("selector") if found else None
