"""When a pod's counts begin to count: a rule that is fixed before any data, and looks at no answer's outcome."""

from dataclasses import dataclass
from datetime import timedelta

from .samples import MILLISECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """A pod is warm `least` after it was Ready and once it served `requests`, and at the latest after `most`."""

    least: timedelta = timedelta(seconds=60)
    requests: int = 200
    most: timedelta = timedelta(minutes=5)

    def over(self, at: int, *, seen: int, ready: int | None, served: int) -> bool:
        """True when the pod is warm. Where nobody knows when it was Ready, `most` after it was first seen."""
        if ready is None:
            return at >= seen + milliseconds(self.most)

        if at >= ready + milliseconds(self.most):
            return True

        return at >= ready + milliseconds(self.least) and served >= self.requests


def milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * MILLISECONDS)
