"""Errors in the candidate's logs that stable's do not have: by signatures, and only where enough of both was read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tidegate.sentences import shortened

from .advice import LONGEST_SENTENCE, Advice, Topic
from .signatures import signature

MOST_SIGNATURES = 500
# Once or twice may be chance: stable says it too, and was not heard.
LEAST_TIMES = 3
MOST_LINES = 3


@dataclass(slots=True)
class Heard:
    """What was read of a side's logs: its pods, and how often each signature was on which of them, since when."""

    pods: set[str] = field(default_factory=set)
    times: dict[str, dict[str, int]] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    full: bool = False

    def hear(self, pod: str, lines: Iterable[str], at: datetime) -> None:
        """Take what a pod logged up to a time. Beyond 500 signatures a side is `full`, and no more are taken."""
        self.pods.add(pod)
        for found in filter(None, map(signature, lines)):
            if found not in self.times and len(self.times) >= MOST_SIGNATURES:
                self.full = True
                continue

            on = self.times.setdefault(found, {})
            on[pod] = on.get(pod, 0) + 1
            self.since.setdefault(found, at)

    def often(self, found: str) -> int:
        """How often a signature was heard on all pods."""
        return sum(self.times.get(found, {}).values())


def new_errors(candidate: Heard, stable: Heard) -> Iterable[Advice]:
    """The most frequent errors of the candidate's that stable's logs have never had; none where those were too many."""
    if not stable.pods or stable.full:
        return []

    new = [found for found in candidate.times if found not in stable.times and candidate.often(found) >= LEAST_TIMES]
    new.sort(key=lambda found: (-candidate.often(found), found))
    return [advice_on(found, candidate, stable) for found in new[:MOST_LINES]]


def advice_on(found: str, candidate: Heard, stable: Heard) -> Advice:
    """One error."""
    on = f"{len(candidate.times[found])} of {len(candidate.pods)} candidate pods read"
    said = f"{candidate.often(found):,} times in the logs of {on}, never on {len(stable.pods)} of stable's: {found}"
    return Advice(
        topic=Topic.NEW_ERROR, subject=found, sentence=shortened(said, LONGEST_SENTENCE), since=candidate.since[found]
    )
