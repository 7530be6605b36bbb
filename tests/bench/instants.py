"""What a question looks for among all that the clock has seen."""

from .clock import Instant, available, key_of, weight_of


def reached(seen: list[Instant], namespace: str, weight: int) -> dict[str, float]:
    """When each route of a namespace last came to a weight from another one."""
    found: dict[str, float] = {}
    before: dict[str, int] = {}
    for instant in seen:
        if instant.kind == "httproutes" and key_of(instant.object)[0] == namespace:
            name, now = key_of(instant.object)[1], weight_of(instant.object)
            if now == weight and before.get(name) != weight:
                found[name] = instant.at

            before[name] = now

    return found


def moved_after(seen: list[Instant], namespace: str, start: float) -> dict[str, float]:
    """When each route of a namespace first had another weight after an instant than before it."""
    found: dict[str, float] = {}
    before: dict[str, int] = {}
    for instant in seen:
        if instant.kind != "httproutes" or key_of(instant.object)[0] != namespace:
            continue

        name, now = key_of(instant.object)[1], weight_of(instant.object)
        if instant.at > start and before.get(name, now) != now:
            found.setdefault(name, instant.at)

        before[name] = now

    return found


def weights(seen: list[Instant], namespace: str, name: str) -> list[int]:
    """A route's weights in their order."""
    found: list[int] = []
    for instant in seen:
        if instant.kind == "httproutes" and key_of(instant.object) == (namespace, name):
            now = weight_of(instant.object)
            found += [now] if found[-1:] != [now] else []

    return found


def ready_pods(seen: list[Instant], namespace: str, release: str) -> dict[str, float]:
    """When each pod was first seen Ready."""
    found: dict[str, float] = {}
    for instant in seen:
        labels = instant.object["metadata"].get("labels") or {}
        ours = labels.get("tidegate.dev/release") == release and key_of(instant.object)[0] == namespace
        if instant.kind == "pods" and ours and available(instant.object):
            found.setdefault(instant.object["metadata"]["name"], instant.at)

    return found


def is_promoted(instant: Instant, namespace: str) -> bool:
    """True where a Release says that its second revision is promoted."""
    if instant.kind != "releases" or key_of(instant.object)[0] != namespace:
        return False

    status = instant.object.get("status") or {}
    return status.get("phase") == "Promoted" and len(status.get("history") or ()) > 1
