"""A world that is nothing but what its stores hold, for what reads no more."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from tidegate.clients import Kind
from tidegate.reconcile import kinds
from tidegate.reconcile.memory import Memory
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object, Store

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
INDEXES = {watched.kind.key: watched.index for watched in kinds.WATCHED}


@dataclass(slots=True)
class Stores:
    """Stores with the operator's own indexes, what is remembered, and a clock that stands still."""

    stores: dict[str, Store] = field(default_factory=dict)
    memories: dict[Key, Memory] = field(default_factory=dict)

    def now(self) -> datetime:
        return NOW

    def store(self, kind: Kind) -> Store:
        return self.stores.setdefault(kind.key, Store(INDEXES[kind.key]))

    def find(self, kind: Kind, namespace: str, name: str) -> Object | None:
        return self.store(kind).get(Key(namespace, name))

    def memory(self, key: Key) -> Memory:
        return self.memories.setdefault(key, Memory())


def world_of(kind: Kind, *found: Object) -> World:
    world = Stores()
    for item in found:
        world.store(kind).put(item)

    return cast("World", world)


def made(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "shop", "resourceVersion": "1", **metadata}}
