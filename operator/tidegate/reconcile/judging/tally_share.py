"""What the judge makes of a request share's blocks: what the candidate served of what its confirmed weight promised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tidegate.judge.combined import Ruling
from tidegate.judge.counts import Block, Counts
from tidegate.judge.share import RequestShare, ShareState, rule_share
from tidegate.metrics.increments import CountedBlock
from tidegate.metrics.raw_counts import REQUESTS
from tidegate.metrics.samples import Series, Side

from .rules import Wanted
from .tally import Promise


@dataclass(slots=True)
class Share:
    """Blocks without a promise over all their time are left out. `cell` is in milliseconds."""

    rules: RequestShare
    wanted: Wanted
    cell: int
    by_weight: bool = True
    uncountable: str = ""
    warning: str = ""
    bound: None = None
    advice: None = None
    state: ShareState = field(default_factory=ShareState)
    # What a breach was shown with: its numbers stay.
    _shown: ShareState | None = None

    @property
    def breached(self) -> bool:
        """True once a breach was shown."""
        return self.state.breached > 0

    @property
    def value(self) -> float | None:
        """The requests that the candidate served, of those that were promised."""
        return self.state.got / self.state.wanted if self.state.wanted else None

    def learn(self, series: Sequence[Series]) -> None:
        """Stable's past tells nothing of how requests are shared out."""

    def counted(self, series: Iterable[Series]) -> Iterable[Series]:
        """All of it."""
        return series

    def judge(self, block: CountedBlock, promise: Promise | None, *, full: bool = False) -> Counts:
        """Hold what the candidate served against the weight, if that was confirmed from before the block's samples.

        Of a block that is left out nothing is told: a step is not left by it. At `full` weight there is nothing to
        miss, whatever was promised before.
        """
        if promise is None or promise.since > min(block.begins, block.since - self.cell):
            # What was counted where the block begins may have been scraped a cell before, or a rarer scrape.
            return Counts()

        mine, others = (
            Counts(block.count(side, part=REQUESTS, of=REQUESTS)[0]) for side in (Side.CANDIDATE, Side.STABLE)
        )
        if not full and 0 < promise.weight < 1:
            self.state = self.state.after(self.rules, Block(mine, others), promise.weight, part=self.wanted.part)
            self._shown = self._shown or (self.state if self.breached else None)

        return mine

    def rule(self, name: str, weight: float, baseline: int = 0) -> Ruling:
        """The verdict up to now. Its counts are held against the weight, and no baseline's beside it."""
        del baseline
        return rule_share(name, self.rules, self._shown or self.state, part=self.wanted.part, weight=weight)
