"""The short time that changed configuration must rest, so that one commit of several files becomes one rollout."""

import math
from dataclasses import dataclass

QUIET_SECONDS = 1.0
# What changes all the time is not waited for.
LONGEST_QUIET_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """What was seen last, on the loop's clock: the first change of late, and the last."""

    seen: object
    first: float
    last: float

    def left(self, now: float) -> float:
        """Seconds until it counts; none left where it counts already."""
        return min(self.last + QUIET_SECONDS, self.first + LONGEST_QUIET_SECONDS) - now


def quiet(known: Quiet | None, seen: object, now: float, *, sure: bool) -> Quiet:
    """What is known after a look. A first look counts at once if it is `sure` that nothing is missing."""
    if known is None:
        return Quiet(seen, -math.inf, -math.inf) if sure else Quiet(seen, now, now)

    if known.seen == seen:
        return known

    return Quiet(seen, known.first if known.left(now) > 0 else now, now)
