"""Which pods a Service's EndpointSlices hold."""

from collections.abc import Iterable, Mapping
from typing import Any

Slices = Iterable[Mapping[str, Any]]


def portless(slices: Slices) -> list[Mapping[str, Any]]:
    """The slices of pods that have no port of the name that their Service leads to: ready, and reached by nobody."""
    return [found for found in slices if not found.get("ports")]


def with_port(slices: Slices) -> list[Mapping[str, Any]]:
    """The slices of pods that requests reach."""
    return [found for found in slices if found.get("ports")]


def ready_pods(slices: Slices) -> frozenset[str]:
    """Names of pods that are ready endpoints and not on their way out."""
    return frozenset(
        target["name"]
        for found in slices
        for endpoint in found.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready", True)
        and not (endpoint.get("conditions") or {}).get("terminating")
        and (target := endpoint.get("targetRef"))
    )
