"""What the steps of a plan can show before they start: too short a step lets a fault through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from .plan import Expected, Fault, plan_seconds, plan_weight, share, span

# A sentence for people: more steps than these are counted.
NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step with its weight from 0 to 1, and how long it lasts at the least; infinite where a person ends it."""

    name: str
    weight: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a step shows of a fault: the seconds that it needs, and the least weight in percent that needs no more."""

    step: PlannedStep
    needed: float
    enough: int | None

    @property
    def short(self) -> bool:
        """True where the fault is not seen within the step."""
        return self.needed > self.step.seconds

    @property
    def brings(self) -> float:
        """How much of the evidence that is needed comes within the step; 1 is all of it."""
        return 0.0 if self.needed == inf else self.step.seconds / self.needed

    def __str__(self) -> str:
        step, mended = self.step, f" or {self.enough} %" if self.enough else ""
        return f"{step.name} ({share(step.weight)} for {span(step.seconds)}) needs {span(self.needed)}{mended}"


def sights(expected: Expected, steps: Iterable[PlannedStep], fault: Fault) -> tuple[Sight, ...]:
    """Every step in which both sides have requests, each looked at alone."""
    return tuple(
        Sight(
            step=step,
            needed=plan_seconds(expected, step.weight, fault),
            enough=plan_weight(expected, step.seconds, fault),
        )
        for step in steps
        if 0 < step.weight < 1
    )


def seen_by(found: Sequence[Sight]) -> str:
    """The step during which the fault is seen, by all that the steps up to it bring together; empty for none."""
    brought = 0.0
    for sight in found:
        brought += sight.brings
        if brought >= 1:
            return sight.step.name

    return ""


def too_short(expected: Expected, found: Sequence[Sight], fault: Fault) -> str:
    """A warning of the steps in which the fault is not seen, with what mends each; empty where all is well.

    Where stable has no bad request there is nothing to multiply, and nothing is said.
    """
    short = [sight for sight in found if sight.short and sight.needed < inf]
    if not short:
        return ""

    worse = share(fault.worse * expected.share)
    bad = f"{share(expected.share)} → {worse} bad of {expected.rps:.3g} requests/s"
    named = "; ".join(str(sight) for sight in short[:NAMED])
    more = f"; and {len(short) - NAMED} more" if len(short) > NAMED else ""
    last = seen_by(found)
    all_of_them = f"all steps together show it in {last}" if last else "all steps together do not show it either"
    return f"too short to show {bad}: {named}{more}; {all_of_them}"
