"""Writes to the cluster: fenced by the Lease, retried where that helps, rollbacks in a lane of their own."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .errors import CallError, Disturbed, Fenced, Unavailable
from .kube import CALL_SECONDS, Kind, Kube, Object

MANAGER = "tidegate"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0
TRIES = 8
LANE = 28
URGENT_LANE = 4


class Writer:
    """The only way that the operator changes anything."""

    def __init__(self, kube: Kube, fence: Callable[[], float]) -> None:
        self._kube = kube
        self._fence = fence
        self._lane = asyncio.Semaphore(LANE)
        # A rollback never waits behind what others write.
        self._urgent_lane = asyncio.Semaphore(URGENT_LANE)

    async def apply(self, kind: Kind, manifest: Object, *, urgent: bool = False) -> Object:
        """Server-side apply of an object that Tidegate owns whole."""
        path = kind.path(manifest["metadata"]["namespace"], manifest["metadata"]["name"])
        params = {"fieldManager": MANAGER, "force": "true"}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=manifest, content=APPLY_PATCH, params=params), urgent=urgent
        )

    async def create(self, kind: Kind, manifest: Object) -> Object:
        """Create an object; Conflict where it exists."""
        path = kind.path(manifest["metadata"]["namespace"])
        params = {"fieldManager": MANAGER}
        return await self._write(lambda: self._kube.call("POST", path, body=manifest, params=params))

    async def patch(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        operations: list[dict[str, Any]],
        *,
        urgent: bool = False,
        dry_run: bool = False,
    ) -> Object:
        """RFC 6902. Raises Invalid where a `test` fails. A dry run only tells what would be."""
        path, params = kind.path(namespace, name), {"fieldManager": MANAGER} | ({"dryRun": "All"} if dry_run else {})
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=operations, content=JSON_PATCH, params=params),
            urgent=urgent,
        )

    async def merge(self, kind: Kind, found: Object, body: Mapping[str, Any], *, urgent: bool = False) -> Object:
        """Merge-patch of a few fields of exactly this object: Conflict where another one has its name now."""
        metadata = found["metadata"]
        path = kind.path(metadata.get("namespace"), metadata["name"])
        body = {**body, "metadata": {**body.get("metadata", {}), "uid": metadata["uid"]}}
        params = {"fieldManager": MANAGER}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=body, content=MERGE_PATCH, params=params), urgent=urgent
        )

    async def status(self, kind: Kind, found: Object, status: Mapping[str, Any], *, urgent: bool = False) -> Object:
        """Compare-and-swap of a status: Conflict where the object is newer than what was seen."""
        metadata = found["metadata"]
        path = kind.path(metadata.get("namespace"), metadata["name"]) + "/status"
        changes = difference(found.get("status") or {}, status)
        body = {"metadata": {"resourceVersion": metadata["resourceVersion"]}, "status": changes}
        params = {"fieldManager": f"{MANAGER}-status"}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=body, content=MERGE_PATCH, params=params), urgent=urgent
        )

    async def delete(self, kind: Kind, namespace: str, name: str, uid: str) -> None:
        """Delete exactly this object."""
        path, body = kind.path(namespace, name), {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        await self._write(lambda: self._kube.call("DELETE", path, body=body))

    async def evict(self, namespace: str, name: str, uid: str) -> None:
        """Evict exactly this pod. Raises Disturbed where its budgets do not allow that now."""
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": {"preconditions": {"uid": uid}},
        }
        await self._write(lambda: self._evicted(f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", body))

    async def _evicted(self, path: str, body: Object) -> Object:
        try:
            return await self._kube.call("POST", path, body=body)
        except Unavailable as error:
            # 429 is a budget that is used up, 500 a pod that has two: trying again at once helps neither.
            if error.status not in {429, 500}:
                raise

            raise Disturbed(error.status, error.sentence, call=error.call) from error

    async def _write(self, call: Callable[[], Awaitable[Object]], *, urgent: bool = False) -> Object:
        lane = self._urgent_lane if urgent else self._lane
        async with lane:
            return await self._tried(call)

    async def _tried(self, call: Callable[[], Awaitable[Object]]) -> Object:
        """Retry only what may heal by itself: an unavailable server. The fence is asked before every try."""
        wait = FIRST_WAIT_SECONDS
        for left in reversed(range(TRIES)):
            left_of_lease = self._fence()
            if left_of_lease <= 0:
                message = "the Lease is not held: nothing is written"
                raise Fenced(message)

            try:
                # A write that outlives the Lease could land beside those of the next leader.
                async with asyncio.timeout(left_of_lease if left_of_lease < CALL_SECONDS else None):
                    return await call()
            except TimeoutError as error:
                message = "the Lease ended before the write did"
                raise Fenced(message) from error
            except Unavailable as error:
                if not left:
                    raise

                await asyncio.sleep(_pause(wait, error))
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

        raise AssertionError


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch from one object to another (RFC 7396): what is gone is null, at every depth."""
    changes: dict[str, Any] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            value = difference(old, value)  # noqa: PLW2901 - the part that changed stands for the whole
            if not value:
                continue

        if value != old:
            changes[name] = value

    return changes


def _pause(wait: float, error: CallError) -> float:
    jittered = wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
    return max(jittered, min(error.retry_after or 0, LONGEST_WAIT_SECONDS))
