"""What measurements mean: each objective against its bounds, and all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


class Verdict(Enum):
    """What an objective's measurements say. No data is never a pass and never a breach; Hold blames nobody."""

    PASS = "Pass"
    BREACH = "Breach"
    HOLD = "Hold"
    INCONCLUSIVE = "Inconclusive"
    NO_DATA = "NoData"
    UNAVAILABLE = "Unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The greatest and the least value that pass."""

    greatest: Decimal | None = None
    least: Decimal | None = None

    def keeps(self, value: float) -> bool:
        """True for a value within the bounds; a bound itself passes."""
        exact = Decimal(repr(value))
        above = self.greatest is not None and exact > self.greatest
        return not above and not (self.least is not None and exact < self.least)

    def __str__(self) -> str:
        least = f"≥ {self.least}" if self.least is not None else ""
        greatest = f"≤ {self.greatest}" if self.greatest is not None else ""
        return " and ".join(part for part in (least, greatest) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """An answer with its time: a value, or why there is none.

    `until`: the end of the time that the value is of, where its source tells it.
    """

    taken_at: datetime
    value: float | None = None
    unavailable: bool = False
    why: str = ""
    until: datetime | None = None

    def since(self, settled_at: datetime | None) -> bool:
        """True for what tells of a step that has settled, and not only of what was before."""
        told = self.taken_at if self.until is None else min(self.until, self.taken_at)
        return settled_at is not None and told >= settled_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One objective's verdict, in values and in words. One that only advises is shown and never acts.

    `undecided`: enough was seen, and it says neither; a rollout may wait for nothing else. `over`: what was seen of the
    candidate at this step is over the bound, whether that is shown to be more than chance or not. `heard`: false while
    its source has not told this process anything yet; not even that it is silent.
    """

    name: str
    verdict: Verdict
    value: float | None
    bound: Bound
    sentence: str
    passed: bool
    undecided: bool = False
    over: bool = False
    advises: bool = False
    heard: bool = True


def judge(
    name: str,
    bound: Bound,
    history: Sequence[Measurement],
    *,
    consecutive: int,
    settled_at: datetime | None,
) -> Line:
    """One objective: `consecutive` measurements out of bounds in a row breach; the latest since settling passes."""
    latest = history[-1] if history else None
    verdict = _verdict(bound, history, consecutive)
    fresh = latest is not None and latest.since(settled_at)
    early = "" if latest is None or settled_at is None else _before(latest, settled_at)
    return Line(
        name=name,
        verdict=verdict,
        value=latest.value if latest else None,
        bound=bound,
        sentence=_sentence(name, bound, latest, verdict) + early,
        passed=verdict is Verdict.PASS and fresh,
        heard=latest is not None,
    )


def _verdict(bound: Bound, history: Sequence[Measurement], consecutive: int) -> Verdict:
    valued = [seen.value for seen in history if seen.value is not None]
    last = valued[-consecutive:]
    if len(last) >= consecutive and not any(bound.keeps(value) for value in last):
        return Verdict.BREACH

    if not history:
        return Verdict.INCONCLUSIVE

    if history[-1].value is None:
        return Verdict.UNAVAILABLE if history[-1].unavailable else Verdict.NO_DATA

    return Verdict.PASS if bound.keeps(last[-1]) else Verdict.INCONCLUSIVE


def _sentence(name: str, bound: Bound, latest: Measurement | None, verdict: Verdict) -> str:
    if latest is None:
        return f"{name}: not measured yet"

    if latest.value is None and verdict is not Verdict.BREACH:
        return f"{name}: {latest.why}"

    value = "no new value" if latest.value is None else _shown(latest.value, bound)
    return f"{name}: {value}, must be {bound}"


def _before(latest: Measurement, settled_at: datetime) -> str:
    """That a newest value is older than the step, where its source tells of what time it is."""
    if latest.value is None or latest.until is None or latest.until >= settled_at:
        return ""

    return f"; it is of {latest.until:%H:%M:%S} UTC, before the step settled"


def _shown(value: float, bound: Bound) -> str:
    """A value in four digits; in all that it has where four would be on the other side of the bound."""
    short = f"{value:.4g}"
    return short if bound.keeps(float(short)) is bound.keeps(value) else repr(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All objectives of a step. `together`: a breach that none shows alone, as a sentence."""

    lines: tuple[Line, ...]
    together: str = ""

    @property
    def worst(self) -> Line | None:
        """The line that decides: a breach before a silent source, that before missing data; over its bound first."""
        ordered = sorted(self.gates, key=lambda line: not line.over)
        return next((line for verdict in WORST_FIRST for line in ordered if line.verdict is verdict), None)

    @property
    def subject(self) -> tuple[str, Verdict] | None:
        """What the sentence that decides is about: which objective, and its verdict; all of them together have no name.

        None where nothing stands against the candidate.
        """
        if self.together:
            return "", Verdict.BREACH

        return (self.worst.name, self.worst.verdict) if self.worst else None

    @property
    def over(self) -> bool:
        """True where an objective that acts is over its bound at this step."""
        return any(line.over for line in self.gates)

    @property
    def heard(self) -> bool:
        """True when every objective that acts has been heard of since this process began."""
        return all(line.heard for line in self.gates)

    @property
    def gates(self) -> tuple[Line, ...]:
        """Those that act."""
        return tuple(line for line in self.lines if not line.advises)

    @property
    def passed(self) -> bool:
        """True when every objective's latest measurement since the step settled passes; also when there is none."""
        return not self.together and all(line.passed for line in self.gates)

    @property
    def undecided(self) -> bool:
        """True when nothing is missing but a verdict that more requests would bring."""
        waits = any(line.undecided and not line.passed for line in self.gates)
        return waits and not self.together and all(line.passed or line.undecided for line in self.gates)


WORST_FIRST = (Verdict.BREACH, Verdict.HOLD, Verdict.UNAVAILABLE, Verdict.NO_DATA, Verdict.INCONCLUSIVE)
