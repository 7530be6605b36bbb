"""A Release whose rule of a route is an older one's: it waits, and does not keep that one from serving."""

from .actions import PointService, Role
from .decision import Decision, beside
from .reasons import Reason
from .snapshot import Snapshot

NOBODY = ""


def keep_the_route_whole(seen: Snapshot) -> Decision | None:
    """A gateway reports on a route as a whole: of one that names Services which are missing nothing is confirmed.

    They select nobody: what a Service of stable's selects counts as served, where the status is lost.
    """
    claimed = seen.blocked is not None and seen.blocked.reason is Reason.TARGET_CLAIMED
    attached = seen.route is not None and seen.route.attached
    if not claimed or not attached or seen.progress.stable is not None or seen.services.taken:
        return None

    missing = [role for role in (Role.STABLE, Role.CANDIDATE) if seen.services.of(role) is None]
    actions = [PointService(role, NOBODY) for role in missing]
    return beside(seen, "its Services come first", *actions) if actions else None
