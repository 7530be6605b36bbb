"""What the cluster looks like now: objects by key, with the indexes that turns ask for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import structlog

from tidegate.api.key import Key

Object = dict[str, Any]
# Where an index puts objects together: a use and what is used, or a namespace and what they have in common there.
Bucket = tuple[str, str]
Index = Callable[[Object], Iterable[Bucket]]
Change = Callable[[Object | None, Object | None], None]
Accident = Callable[[Key, Exception], None]
log = structlog.get_logger(__name__)


def key_of(found: Object) -> Key:
    """Namespace and name; the namespace of a cluster's object is empty."""
    metadata = found["metadata"]
    return Key(metadata.get("namespace", ""), metadata["name"])


def version_of(found: Object) -> int:
    """The resourceVersion: comparable as a number since Kubernetes 1.35 says so, and in fact before."""
    return int(found["metadata"].get("resourceVersion") or 0)


def logged(key: Key, error: Exception) -> None:
    """Say of an object that it could not be read, or heard of, while the others were."""
    log.error("one object could not be read", namespace=key.namespace, name=key.name, exc_info=error)


# Deleted objects whose last version is remembered: a write's answer is seconds late at most.
REMEMBERED = 4096


class Store:
    """Objects of one kind. A write's own answer may come before its event, or after a deletion: the newer stays.

    An object that the index cannot read, or a listener cannot hear of, is kept all the same: `accident` tells of it.
    """

    def __init__(self, index: Index | None = None, *, accident: Accident = logged) -> None:
        self._objects: dict[Key, Object] = {}
        self._index = index
        self._accident = accident
        self._indexed: dict[Bucket, set[Key]] = defaultdict(set)
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

    def of(self, bucket: Bucket) -> tuple[Object, ...]:
        """The objects of a bucket, in the order of their names."""
        return tuple(self._objects[key] for key in sorted(self._indexed.get(bucket, ())))

    def holds(self, bucket: Bucket) -> bool:
        """True where any object is in a bucket."""
        return bool(self._indexed.get(bucket))

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
            told_of = namespace is None or key.namespace == namespace
            if told_of and key not in fresh and version_of(old) <= version:
                self._forget(key, old, version)

        for key, found in fresh.items():
            known = self._objects.get(key)
            if known is None or version_of(known) < version_of(found):
                self._set(key, known, found)

    def empty(self, namespace: str | None = None) -> None:
        """Forget all, or all of one namespace: the kind is not served. Each was deleted at the version it had."""
        for key, old in tuple(self._objects.items()):
            if namespace is None or key.namespace == namespace:
                self._forget(key, old, version_of(old))

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
            try:
                told(old, new)
            except Exception as error:  # noqa: BLE001 - one object must not keep the others from being heard of
                self._accident(key, error)

    def _reindex(self, key: Key, old: Object | None, new: Object | None) -> None:
        for bucket in self._buckets(key, old) if old else ():
            self._indexed[bucket].discard(key)
            if not self._indexed[bucket]:
                del self._indexed[bucket]

        for bucket in self._buckets(key, new) if new else ():
            self._indexed[bucket].add(key)

    def _buckets(self, key: Key, found: Object) -> set[Bucket]:
        """Where an object is indexed: each once, and as far as it can be read, the same each time."""
        buckets: set[Bucket] = set()
        try:
            for bucket in self._index(found) if self._index else ():
                buckets.add(bucket)
        except Exception as error:  # noqa: BLE001 - one object must not hide the others
            self._accident(key, error)

        return buckets
