"""The machine's own cost, in the same run: a PATCH that nobody thinks about, beside what is measured."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.api import NAMESPACES, ROUTES, Api, Object

from .clock import Clock

NAMESPACE, NAME = "nobodys", "nobodys"
KEY = (ROUTES.plural, NAMESPACE, NAME)
BETWEEN_SECONDS = 0.25
SEEN_SECONDS = 60.0


@contextmanager
def bare_patches(api: Api, clock: Clock) -> Iterator[list[float]]:
    """Patch a route that no Release has, until the end; the times until the clock's watch had each, in seconds.

    Four in a second: the API server and the watch are as busy as what stands beside them makes them.
    """
    declare(api)
    times: list[float] = []
    ended = threading.Event()
    thread = threading.Thread(target=_patch_on, args=(api, clock, times, ended))
    thread.start()
    try:
        yield times
    finally:
        ended.set()
        thread.join()


def declare(api: Api) -> None:
    """The route, with two backends as a Release's has."""
    if api.find(NAMESPACES, None, NAMESPACE):
        return

    api.namespace(NAMESPACE)
    backends = [{"name": f"{NAME}-{side}", "port": 80, "weight": weight} for side, weight in (("a", 100), ("b", 0))]
    spec = {"parentRefs": [{"name": "public", "namespace": "gateways"}], "rules": [{"backendRefs": backends}]}
    metadata = {"name": NAME, "namespace": NAMESPACE}
    api.create(
        ROUTES,
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": metadata, "spec": spec},
    )


def _patch_on(api: Api, clock: Clock, times: list[float], ended: threading.Event) -> None:
    """At least once."""
    while True:
        times.append(_patch(api, clock))
        if ended.wait(BETWEEN_SECONDS):
            return


def _patch(api: Api, clock: Clock) -> float:
    began = time.time()
    api.merge(ROUTES, NAMESPACE, NAME, {"metadata": {"annotations": {"bench": f"{began}"}}})

    def seen() -> bool:
        last = clock.latest.get(KEY)
        return last is not None and _note(last.object) == f"{began}"

    clock.wait(lambda _: seen(), SEEN_SECONDS)
    return clock.latest[KEY].at - began


def _note(found: Object) -> str | None:
    note: str | None = (found["metadata"].get("annotations") or {}).get("bench")
    return note
