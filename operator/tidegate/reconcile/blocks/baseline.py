"""Why a fresh baseline cannot be compared with: nobody would count its pods apart, or nothing is counted at all."""

from tidegate.api import Baseline
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.data_planes import COUNTS
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World

from .objective_sets import field_of_share

INSTEAD = "set baseline: Stable"


def baseline_unfit(seen: Seen, _world: World) -> Blocked | None:
    """The first thing that stands against it, before the first rollout that has a stable to copy."""
    spec, plane = seen.wanted.pinned.spec, seen.plane
    if spec.baseline is not Baseline.FRESH or seen.snapshot.progress.stable is None:
        return None

    if not spec.asks_the_data_plane:
        why = "no objective compares the candidate with stable: declare errorRatio, slowRequests or latency"
        return Blocked(reason=Reason.INVALID_SPEC, sentence=f"spec.baseline: Fresh, but {why}, or {INSTEAD}")

    if shared := field_of_share(spec, seen.wanted.sets):
        why = "holds requests against the weight, which all of stable shares"
        return Blocked(reason=Reason.INVALID_SPEC, sentence=f"{shared}: {why}: leave it out, or {INSTEAD}")

    if plane is None or COUNTS[plane].tells_pods_apart:
        return None

    able = " or ".join(found.value for found, counts in COUNTS.items() if counts.tells_pods_apart)
    why = f"Fresh, but {plane.value} counts all pods behind a Service as one"
    return Blocked(
        reason=Reason.DATA_PLANE_UNKNOWN, sentence=f"spec.baseline: {why}: set dataPlane to {able}, or {INSTEAD}"
    )
