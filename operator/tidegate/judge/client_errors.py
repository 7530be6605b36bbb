"""The candidate's share of 4xx, compared with stable's as errors are; only told, for what they mean is not known."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.sentences import shortened

from .advice import LONGEST_SENTENCE, Advice, Topic
from .counts import EMPTY, Block
from .evidence import Evidence
from .plan import ALPHA
from .ratio import Comparison
from .sentences import sides, speaks


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientErrors:
    """Requests and 4xx of both sides after some looks; `since`: when the candidate was shown to have more of them."""

    evidence: Evidence
    total: Block = EMPTY
    since: datetime | None = None

    @property
    def advice(self) -> Advice | None:
        """What is to be told, once it is shown. In 1 % of rollouts at most it is chance."""
        if self.since is None:
            return None

        counts = sides(self.total.candidate, self.total.stable)
        said = f"4xx: {counts}; {speaks(self.evidence.value, 1 / ALPHA)}"
        return Advice(topic=Topic.CLIENT_ERRORS, sentence=shortened(said, LONGEST_SENTENCE), since=self.since)


def start(rules: Comparison) -> ClientErrors:
    """Before the first look."""
    return ClientErrors(evidence=rules.start())


def look(rules: Comparison, seen: ClientErrors, block: Block, at: datetime) -> ClientErrors:
    """After one more block, which ends at a time."""
    evidence = rules.update(seen.evidence, block)
    shown = at if evidence.value >= 1 / ALPHA else None
    return ClientErrors(evidence=evidence, total=seen.total + block, since=seen.since or shown)
