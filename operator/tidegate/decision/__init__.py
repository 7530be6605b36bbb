"""What happens next. Pure: it knows no clock, no socket and no Kubernetes client."""

from .decide import LADDER, decide
from .decision import Decision, Record
from .progress import Phase, Progress
from .reasons import Reason
from .snapshot import Snapshot
from .step import in_rollout

__all__ = ["LADDER", "Decision", "Phase", "Progress", "Reason", "Record", "Snapshot", "decide", "in_rollout"]
