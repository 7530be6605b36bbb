"""A Release as it is stored, and what was made for it: what a look starts from."""

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.decision.progress import Progress
from tidegate.watch import Object
from tidegate.workloads import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A Release as stored, what is recorded of it, and the revisions made for it."""

    found: Object
    owner: Owner
    replica_sets: Mapping[str, Object]
    progress: Progress
