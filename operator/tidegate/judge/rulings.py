"""From what the tests know to a verdict and its sentence: a ladder of clauses, safety first, a pass last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Self

from . import sentences
from .combined import Ruling, limit
from .counts import EMPTY, Block, PodCounts
from .error_state import ErrorState
from .errors import SILENT, ErrorJudge
from .onset import Onsets
from .plan import BETA, share
from .pods import Excess, excess
from .sentences import NOTHING_KNOWN, Circumstances
from .verdict import Verdict

WORDS = {
    Verdict.BREACH: "breach",
    Verdict.HOLD: "hold",
    Verdict.NO_DATA: "no data",
    Verdict.PASS: "pass",
    Verdict.INCONCLUSIVE: "inconclusive",
}
# A verdict and the parts of its sentence.
WordedVerdict = tuple[Verdict, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a breach was shown with: its numbers stay, whatever is counted later.

    `since`: in milliseconds since 1970, where the fault began later than the first block; `counted` is of then on.
    """

    state: ErrorState
    pods: tuple[PodCounts, ...] = ()
    since: int | None = None
    counted: Block = EMPTY


@dataclass(frozen=True, slots=True)
class Passed:
    """By what a pass was shown: compared with stable, or else by the bound; `at`: in milliseconds since 1970."""

    compared: bool
    at: int | None = None

    @classmethod
    def now(cls, state: ErrorState, at: int | None = None) -> Self:
        """By what a state shows it that passes."""
        return cls(state.by_minute.no_worse.value >= 1 / BETA, at)


def shown(judge: ErrorJudge, state: ErrorState, onsets: Onsets, pods: Sequence[PodCounts]) -> Shown | None:
    """What a breach is shown with, once it is; None also while one pod of several carries it."""
    if not state.breached or one_pod(Case(judge, state, NOTHING_KNOWN, excess(pods, state.total.stable))):
        return None

    late = onsets.late(judge, state)
    if late is None:
        return Shown(state, tuple(pods))

    return Shown(state, tuple(pods), late.since, late.counted)


@dataclass(frozen=True, slots=True)
class Case:
    """One objective after its last look, or after the one that it was shown at."""

    judge: ErrorJudge
    state: ErrorState
    around: Circumstances
    carrying: Excess | None
    passed: "Passed | None" = None

    @property
    def seen(self) -> tuple[str, str, str]:
        """Both sides in counts, how many times worse, and what the candidate answered alone."""
        total = self.state.total
        ratio = sentences.ratio(total.candidate, total.stable, self.state.by_minute.interval)
        return sentences.sides(total.candidate, total.stable, self.around), ratio, self.alone

    @property
    def alone(self) -> str:
        """What the candidate answered since it has all the traffic; empty before."""
        return sentences.alone(self.state.alone) if self.state.full else ""

    @property
    def evidence(self) -> float:
        """What there is; of a breach its limit at least, which was reached once."""
        found = self.judge.evidence(self.state)
        return max(found, self.judge.limit) if self.state.breached else found

    @property
    def speaks(self) -> str:
        """The evidence and its limit."""
        return sentences.speaks(self.evidence, self.judge.limit)

    @property
    def over(self) -> str:
        """The bound that is broken."""
        return f"over the bound of {share(self.judge.ceiling.greatest)}" if self.judge.ceiling else ""


def rule(
    name: str,
    judge: ErrorJudge,
    state: ErrorState,
    *,
    pods: Sequence[PodCounts] = (),
    around: Circumstances = NOTHING_KNOWN,
    first: Shown | None = None,
    passed: Passed | None = None,
) -> Ruling:
    """One objective's verdict after its last look. `pods` are the candidate's, since the rollout began.

    A breach stays one, in the numbers that it was shown with `first`, whatever a single pod does afterwards. Where one
    pod of several carries the excess before, it holds: a node or a pod is no release.
    """
    case = Case(judge, state, around, excess(pods, state.total.stable), passed)
    if first is None and state.breached and not one_pod(case):
        first = Shown(state, tuple(pods))

    if first is not None:
        case = case_of(judge, first, around)
        return ruling(name, case, breach(case, first), case.evidence)

    found = next(found for clause in CLAUSES if (found := clause(case)))
    # What one pod does counts against no release, alone or together with other objectives.
    return ruling(name, case, found, 0.0 if one_pod(case) else case.evidence)


def ruling(name: str, case: Case, found: WordedVerdict, evidence: float) -> Ruling:
    """A verdict in a sentence, with what it weighs beside other objectives."""
    verdict, parts = found
    sentence = sentences.of_verdict(name, WORDS[verdict], *parts)
    return Ruling(name=name, verdict=verdict, sentence=sentence, evidence=evidence, part=case.judge.part)


def one_pod(case: Case) -> WordedVerdict | None:
    """A breach that one pod of several carries."""
    if not case.state.breached or case.carrying is None or not case.carrying.alone:
        return None

    return Verdict.HOLD, (*case.seen, sentences.carried(case.carrying))


def case_of(judge: ErrorJudge, first: Shown, around: Circumstances) -> Case:
    """An objective as it was when its breach was shown."""
    return Case(judge, first.state, around, excess(first.pods, first.state.total.stable))


def breach(case: Case, first: Shown) -> WordedVerdict:
    """Shown once to be worse than tolerated, or over its bound and to blame."""
    judge = case.judge
    bound = f", and at most {share(judge.ceiling.greatest)}" if judge.ceiling else ""
    tolerated = f"tolerated: {judge.comparison.tolerance:.3g} times{bound}"
    return Verdict.BREACH, (
        *counts_of_breach(case, first, tolerated),
        case.speaks,
        sentences.carried(case.carrying),
        sentences.unchanged(case.around.before),
        sentences.false_alarm(limit(judge.part)),
    )


def counts_of_breach(case: Case, first: Shown, tolerated: str) -> tuple[str, ...]:
    """The counts, what is tolerated, and the ratio; since the fault began, where the time before it would hide it.

    No interval is true from a start that was chosen by what followed.
    """
    total, counted, around = case.state.total, first.counted, case.around
    late = "" if first.since is None else f"since {sentences.clock(first.since)} "
    if case.state.full:
        # Where the bound alone judges it comes first: what is long is cut.
        alone = f"{case.alone}, {late}{sentences.counted(counted.candidate)}" if late else case.alone
        return sentences.sides(total.candidate, total.stable, around), tolerated, agreeing(case), alone

    if not late:
        return sentences.sides(total.candidate, total.stable, around), agreeing(case), tolerated

    times = sentences.ratio(counted.candidate, counted.stable)
    return f"{late}{sentences.sides(counted.candidate, counted.stable, around)}", times, tolerated


def agreeing(case: Case) -> str:
    """How many times worse, without an interval where that is of another time than the counts, and contradicts them."""
    total, interval = case.state.total, case.state.by_minute.interval
    worse = total.candidate.share / total.stable.share if total.stable.bad else inf
    agrees = interval.least <= worse <= interval.greatest and interval.greatest >= case.judge.comparison.tolerance
    return sentences.ratio(total.candidate, total.stable, *([interval] if agrees else []))


def unseen(case: Case) -> WordedVerdict | None:
    """No look yet."""
    return None if case.state.looks else (Verdict.INCONCLUSIVE, ("not looked at yet",))


def silent(case: Case) -> WordedVerdict | None:
    """A side without requests for some looks: no pass and no breach. One look alone says nothing."""
    state = case.state
    if state.silent > SILENT:
        return Verdict.NO_DATA, (f"the candidate had no request in the last {state.silent} looks",)

    if case.judge.ceiling is None and state.stable_silent > SILENT and not state.full:
        return Verdict.NO_DATA, (f"stable had no request in the last {state.stable_silent} looks to compare with",)

    return None


def shared(case: Case) -> WordedVerdict | None:
    """Over its bound, and not shown to be to blame."""
    if not case.judge.over_bound(case.state.bound):
        return None

    if case.judge.over_bound(case.state.by_minute.stable_bound):
        is_ = "was, when it had traffic," if case.state.full else "is"
        return Verdict.HOLD, (*case.seen, f"stable {is_} {case.over} too: a shared incident, nobody is blamed")

    return Verdict.HOLD, (*case.seen, f"{case.over}, but not shown to be worse than stable yet")


def passes(case: Case) -> WordedVerdict | None:
    """Shown once to be no worse than stable, or to keep its bound."""
    if not case.state.passed:
        return None

    first = case.passed or Passed.now(case.state)
    at = "" if first.at is None else f"at {sentences.clock(first.at)} "
    less = f"less than {case.judge.non_inferiority.bad_ratio:.3g} times stable's"
    most = f"at most {share(case.judge.ceiling.greatest)}" if case.judge.ceiling else less
    return Verdict.PASS, (*case.seen, f"shown {at}to be {less if first.compared else most}")


def inconclusive(case: Case) -> WordedVerdict:
    """Neither: what is missing."""
    fault = case.judge.fault(max(3.0, 2 * case.judge.comparison.tolerance))
    missing = sentences.not_yet(case.state.total.candidate, case.around, fault)
    return Verdict.INCONCLUSIVE, (missing, case.alone, case.speaks)


CLAUSES: tuple[Callable[[Case], WordedVerdict | None], ...] = (
    one_pod,
    unseen,
    silent,
    shared,
    passes,
    inconclusive,
)
