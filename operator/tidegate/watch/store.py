"""What the cluster looks like now: objects by key, with the indexes that turns ask for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str]
Index = Callable[[Object], Iterable[Key]]
Change = Callable[[Object | None, Object | None], None]


def key_of(found: Object) -> Key:
    """Namespace and name; the namespace of a cluster's object is empty."""
    metadata = found["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def version_of(found: Object) -> int:
    """The resourceVersion: comparable as a number since Kubernetes 1.35 says so, and in fact before."""
    return int(found["metadata"].get("resourceVersion") or 0)


# Deleted objects whose last version is remembered: a write's answer is seconds late at most.
REMEMBERED = 4096


class Store:
    """Objects of one kind. A write's own answer may come before its event, or after a deletion: the newer stays."""

    def __init__(self, index: Index | None = None) -> None:
        self._objects: dict[Key, Object] = {}
        self._index = index
        self._indexed: dict[Key, set[Key]] = defaultdict(set)
        self._changed: list[Change] = []
        self._deleted: dict[Key, int] = {}

    def on_change(self, told: Change) -> None:
        """Be told of every change: the object before and after, None where there is none."""
        self._changed.append(told)

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Object]:
        return iter(tuple(self._objects.values()))

    def get(self, key: Key) -> Object | None:
        """One object, or None."""
        return self._objects.get(key)

    def of(self, key: Key) -> tuple[Object, ...]:
        """The objects under an index key, in the order of their names."""
        return tuple(self._objects[found] for found in sorted(self._indexed.get(key, ())))

    def holds(self, key: Key) -> bool:
        """True where any object is under an index key."""
        return bool(self._indexed.get(key))

    def put(self, found: Object) -> None:
        """Keep an object unless a newer one is here, or it was deleted since."""
        key = key_of(found)
        old = self._objects.get(key)
        known = version_of(old) if old is not None else self._deleted.get(key, -1)
        if known >= version_of(found):
            return

        self._set(key, old, found)

    def drop(self, found: Object) -> None:
        """Forget a deleted object, unless one of the same name was made since."""
        key = key_of(found)
        old = self._objects.get(key)
        if old is not None and old["metadata"].get("uid") == found["metadata"].get("uid"):
            self._forget(key, old, version_of(found))

    def swap(self, listed: Iterable[Object], version: int, namespace: str | None = None) -> None:
        """Take a whole new list: what is not in it was deleted, unless it is newer than the list.

        The list of one namespace says nothing of the others.
        """
        fresh = {key_of(found): found for found in listed}
        for key, old in tuple(self._objects.items()):
            told_of = namespace is None or key[0] == namespace
            if told_of and key not in fresh and version_of(old) <= version:
                self._forget(key, old, version)

        for key, found in fresh.items():
            known = self._objects.get(key)
            if known is None or version_of(known) < version_of(found):
                self._set(key, known, found)

    def _forget(self, key: Key, old: Object, version: int) -> None:
        self._deleted.pop(key, None)
        self._deleted[key] = version
        if len(self._deleted) > REMEMBERED:
            del self._deleted[next(iter(self._deleted))]

        self._set(key, old, None)

    def _set(self, key: Key, old: Object | None, new: Object | None) -> None:
        if new is None:
            self._objects.pop(key, None)
        else:
            self._objects[key] = new

        self._reindex(key, old, new)
        for told in self._changed:
            told(old, new)

    def _reindex(self, key: Key, old: Object | None, new: Object | None) -> None:
        if self._index is None:
            return

        for place in self._index(old) if old else ():
            self._indexed[place].discard(key)
            if not self._indexed[place]:
                del self._indexed[place]

        for place in self._index(new) if new else ():
            self._indexed[place].add(key)
