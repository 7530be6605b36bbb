"""Several objectives, one rollout, one promise: a good release is rolled back with 1 % at most, however many judge it.

Each objective has a part of α, and breaches alone with evidence of 1 / (α · part). Together they breach when the mean
of their evidence, weighed by their parts, reaches 1/α: never later than the first alone, and it needs no independence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from .plan import ALPHA
from .verdict import Verdict

# Times that one block may raise a comparison's evidence where the sides are scraped apart, each pod at its own second.
# There an outage that both share begins in a block of one side before it does in the other's. Its edge lies in two
# blocks at most, and three are needed for what all objectives breach with together.
EDGE = (1 / ALPHA) ** (1 / 3)


class Kind(Enum):
    """What an objective counts, with its usual part of α before the parts are made to add up to 1."""

    ERRORS = 0.6
    LATENCY = 0.4
    REQUEST_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One objective's verdict. `part` is its part of α; one that only advises has none: it is shown and never acts."""

    name: str
    verdict: Verdict
    sentence: str
    evidence: float = 0.0
    part: float = 0.0

    @property
    def gates(self) -> bool:
        """True for one that acts."""
        return self.part > 0


def limit(part: float) -> float:
    """The evidence that breaches alone, with a part of α; an objective that only advises is judged by all of it."""
    return 1 / (ALPHA * (part or 1.0))


def parts(kinds: Mapping[str, Kind]) -> dict[str, float]:
    """The part of α of each objective that gates, by name."""
    total = sum(kind.value for kind in kinds.values())
    return {name: kind.value / total for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """All objectives of a rollout. `breached` is kept from look to look: what was shown once stays shown."""

    verdict: Verdict
    evidence: float
    sentence: str
    breached: bool

    @property
    def passed(self) -> bool:
        """True when every objective that gates passes."""
        return self.verdict is Verdict.PASS


def together(rulings: Sequence[Ruling], *, breached: bool = False) -> Together:
    """The worst verdict of those that gate, and a breach that they only show together."""
    gates = [ruling for ruling in rulings if ruling.gates]
    evidence = sum(ruling.part * ruling.evidence for ruling in gates)
    shown = breached or evidence >= 1 / ALPHA or any(ruling.verdict is Verdict.BREACH for ruling in gates)
    verdict = Verdict.BREACH if shown else worst(gates)
    return Together(verdict=verdict, evidence=evidence, sentence=sentence(gates, verdict, evidence), breached=shown)


def worst(gates: Sequence[Ruling]) -> Verdict:
    """What decides where nothing is breached; with nothing to judge, a pass."""
    found = {ruling.verdict for ruling in gates}
    return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.PASS)


WORST_FIRST = (Verdict.HOLD, Verdict.UNAVAILABLE, Verdict.NO_DATA, Verdict.INCONCLUSIVE)


def sentence(gates: Sequence[Ruling], verdict: Verdict, evidence: float) -> str:
    """The sentence of the objective that decides; of a breach shown only together, that of the one that shows most."""
    deciding = [ruling for ruling in gates if ruling.verdict is verdict]
    if deciding:
        return max(deciding, key=lambda ruling: ruling.part * ruling.evidence).sentence

    if not gates:
        return "nothing is judged"

    most = max(gates, key=lambda ruling: ruling.part * ruling.evidence)
    return f"together the objectives speak {evidence:,.0f}:1 against the candidate, most of all {most.sentence}"
