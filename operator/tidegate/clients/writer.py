"""Writes to the cluster: fenced by the Lease, retried where that helps, rollbacks in a lane of their own."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .answers import Object
from .errors import CallError, Disturbed, Fenced, Unavailable
from .kube import Kind, Kube

MANAGER = "tidegate"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
# A field that the server does not know is refused by its name: else it is dropped without a word.
STRICT = {"fieldValidation": "Strict"}
DRY_RUN = {"dryRun": "All", **STRICT}

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0
TRIES = 8
# What takes a weight away is decided on again by then, and what refuses it is told: each try is worth as much.
URGENT_SECONDS = 3.0
# What answers as ever is heard by a turn that is cut; for what hangs a rollback waits no longer.
LATE_SECONDS = 0.2
LANE = 28
URGENT_LANE = 16


class Writer:
    """The only way that the operator changes anything."""

    def __init__(self, kube: Kube, fence: Callable[[], float]) -> None:
        self._kube = kube
        self._fence = fence
        self._lane = asyncio.Semaphore(LANE)
        # A rollback never waits behind what others write.
        self._urgent_lane = asyncio.Semaphore(URGENT_LANE)

    async def apply(self, kind: Kind, manifest: Object) -> Object:
        """Server-side apply: owns what the manifest declares, whoever owned it before."""
        path = kind.path(manifest["metadata"]["namespace"], manifest["metadata"]["name"])
        params = {"fieldManager": MANAGER, "force": "true"}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=manifest, content=APPLY_PATCH, params=params)
        )

    async def create(self, kind: Kind, manifest: Object, *, urgent: bool = False, strict: bool = False) -> Object:
        """Create an object; Conflict where it exists. `strict`: Invalid where the server would drop a field of it."""
        path = kind.path(manifest["metadata"]["namespace"])
        params = {"fieldManager": MANAGER} | (STRICT if strict else {})
        return await self._write(lambda: self._kube.call("POST", path, body=manifest, params=params), urgent=urgent)

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
        """RFC 6902. Raises Invalid where a `test` fails. A dry run only tells what would be, and drops no field."""
        path, params = kind.path(namespace, name), {"fieldManager": MANAGER} | (DRY_RUN if dry_run else {})
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=operations, content=JSON_PATCH, params=params),
            urgent=urgent,
        )

    async def merge(
        self, kind: Kind, found: Object, body: Mapping[str, Any], *, urgent: bool = False, late: bool = False
    ) -> Object:
        """Merge-patch of a few fields of exactly this object: Conflict where another one has its name now.

        `late`: it may land after whatever is written next, so that a turn which is cut does not wait for its end. One
        that names the version it was decided on may too: it lands on that, or not at all.
        """
        metadata = found["metadata"]
        path = kind.path(metadata.get("namespace"), metadata["name"])
        late = late or "resourceVersion" in body.get("metadata", {})
        body = {**body, "metadata": {**body.get("metadata", {}), "uid": metadata["uid"]}}
        params = {"fieldManager": MANAGER}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=body, content=MERGE_PATCH, params=params),
            urgent=urgent,
            late=late,
        )

    async def status(
        self, kind: Kind, found: Object, status: Mapping[str, Any], *, urgent: bool = False, aside: bool = False
    ) -> Object:
        """Compare-and-swap of a status: Conflict where the object is newer than what was seen.

        Whoever waits for it may give up at any time, for it lands on what was seen or not at all. `aside`: one try.
        """
        metadata = found["metadata"]
        path = kind.path(metadata.get("namespace"), metadata["name"]) + "/status"
        changes = difference(found.get("status") or {}, status)
        body = {"metadata": {"resourceVersion": metadata["resourceVersion"]}, "status": changes}
        params = {"fieldManager": f"{MANAGER}-status"}
        return await self._write(
            lambda: self._kube.call("PATCH", path, body=body, content=MERGE_PATCH, params=params),
            urgent=urgent,
            late=True,
            tries=1 if aside else None,
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

    async def _write(
        self,
        call: Callable[[], Awaitable[Object]],
        *,
        urgent: bool = False,
        late: bool = False,
        tries: int | None = None,
    ) -> Object:
        """Retry only what may heal by itself: an unavailable server. What waits for its next try holds no place."""
        lane = self._urgent_lane if urgent else self._lane
        wait, until = FIRST_WAIT_SECONDS, time.monotonic() + (URGENT_SECONDS if urgent else math.inf)
        for left in reversed(range(tries or TRIES)):
            try:
                async with lane:
                    return await self._tried(call, late=late)
            except Unavailable as error:
                if not left or time.monotonic() >= until:
                    raise

                await asyncio.sleep(_pause(wait, error))
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

        raise AssertionError

    async def _tried(self, call: Callable[[], Awaitable[Object]], *, late: bool) -> Object:
        """One try. The fence is asked before each."""
        _begin_nothing_once_cut()
        if self._fence() <= 0:
            message = "the Lease is not held: nothing is written"
            raise Fenced(message)

        return await self._within_the_lease(call, late=late)

    async def _within_the_lease(self, call: Callable[[], Awaitable[Object]], *, late: bool) -> Object:
        """A write that outlives the Lease could land beside those of the next leader. It may outlive a renewal."""
        writing = asyncio.ensure_future(call())
        try:
            if await self._ended(writing, late=late):
                return writing.result()
        finally:
            if not writing.done():
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

        message = "the Lease ended before the write did"
        raise Fenced(message)

    async def _ended(self, writing: asyncio.Future[Object], *, late: bool) -> bool:
        """Wait for a write; False where the Lease ended first. One under way is seen to its end by a task that is cut.

        The server may carry out what nobody waits for any more: after the next write, and so undo it. Its answer is
        kept, and the task ends at its next wait. Asked a second time it ends at once, and soon if it may land `late`.
        """
        cut, until = False, math.inf
        while (left := min(self._fence(), until - time.monotonic())) > 0:
            try:
                done, _ = await asyncio.wait({writing}, timeout=left)
            except asyncio.CancelledError:
                if cut:
                    raise

                cut, until = True, time.monotonic() + LATE_SECONDS if late else math.inf
                continue

            if done and cut and (task := asyncio.current_task()):
                task.cancel()

            if done:
                return True

        _begin_nothing_once_cut()
        return False


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


def _begin_nothing_once_cut() -> None:
    """What was told to end while a write was under way ends with it, before the next one."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
