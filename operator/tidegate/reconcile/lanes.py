"""How urgent a look at a Release is: by what is stored of it, and by what has just changed."""

from tidegate.api import Ask
from tidegate.api.names import LABEL_REVISION
from tidegate.decision import Phase
from tidegate.watch import Lane, Object
from tidegate.workloads import pod

from .seen.asks import of


def lane_of(found: Object) -> Lane:
    """How urgent a Release's next turn is."""
    status = found.get("status") or {}
    asked = of(found).abort
    aborting = asked and asked != (status.get("handled") or {}).get(Ask.ABORT.key)
    if aborting or status.get("phase") == Phase.ROLLING_BACK.value:
        return Lane.ROLLBACK

    if exposed(found):
        return Lane.EXPOSED

    return Lane.MOVING if moves(found) else Lane.REST


def exposed(found: Object) -> bool:
    """True while requests reach a candidate, or are about to: whatever is seen of it may take them back."""
    status = found.get("status") or {}
    compared = "candidate" in status and "stable" in status
    return compared and (
        "weightedAt" in status.get("rollout", {}) or status.get("step", {}).get("desiredWeight", 0) > 0
    )


def moves(found: Object) -> bool:
    """True for a Release that has not seen its newest spec, or is on its way."""
    status = found.get("status") or {}
    seen = status.get("observedGeneration") == found["metadata"].get("generation")
    return not seen or "candidate" in status


def changes_under_traffic(old: Object | None, new: Object | None) -> bool:
    """True for a new spec while requests reach a candidate: Git's way to go back is stable's template."""
    if old is None or new is None or not exposed(new):
        return False

    return bool(old["metadata"].get("generation") != new["metadata"].get("generation"))


def loses_a_pod(release: Object, old: Object | None, new: Object | None) -> bool:
    """True where a pod of a candidate with requests was ready, and is not, or is going."""
    if old is None or not exposed(release):
        return False

    labels, candidate = old["metadata"].get("labels") or {}, release["status"]["candidate"].get("revision")
    return labels.get(LABEL_REVISION) == candidate and _ready(old) and not _ready(new)


def _ready(found: Object | None) -> bool:
    seen = pod(found) if found else None
    return seen is not None and seen.ready
