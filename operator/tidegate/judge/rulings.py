"""From what the tests know to a verdict and its sentence: a ladder of clauses, safety first, a pass last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import sentences
from .combined import Ruling, limit
from .counts import PodCounts
from .errors import SILENT, ErrorJudge, ErrorState
from .plan import share
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
Found = tuple[Verdict, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One objective after its last look."""

    judge: ErrorJudge
    state: ErrorState
    around: Circumstances
    carrying: Excess | None

    @property
    def seen(self) -> tuple[str, str, str]:
        """Both sides in counts, how many times worse, and what the candidate answered alone."""
        total = self.state.total
        ratio = sentences.ratio(total.candidate, total.stable, self.state.interval)
        return sentences.sides(total.candidate, total.stable), ratio, self.alone

    @property
    def alone(self) -> str:
        """What the candidate answered since it has all the traffic; empty before."""
        return sentences.alone(self.state.alone) if self.state.full else ""

    @property
    def speaks(self) -> str:
        """The evidence and its limit."""
        return sentences.speaks(self.judge.evidence(self.state), limit(self.judge.part))

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
) -> Ruling:
    """One objective's verdict after its last look. `pods` are the candidate's, since the rollout began.

    A breach stays one. Where one pod of several carries the excess it holds: a node or a pod is no release.
    """
    case = Case(judge, state, around, excess(pods, state.total.stable))
    verdict, parts = next(found for clause in CLAUSES if (found := clause(case)))
    return Ruling(
        name=name,
        verdict=verdict,
        sentence=sentences.told(name, WORDS[verdict], *parts),
        # What one pod does counts against no release, alone or together with other objectives.
        evidence=0.0 if one_pod(case) else judge.evidence(state),
        part=judge.part,
    )


def one_pod(case: Case) -> Found | None:
    """A breach that one pod of several carries."""
    if not case.state.breached or case.carrying is None or not case.carrying.alone:
        return None

    return Verdict.HOLD, (*case.seen, sentences.carried(case.carrying))


def breach(case: Case) -> Found | None:
    """Shown once to be worse than tolerated, or over its bound and to blame."""
    if not case.state.breached:
        return None

    judge, (sides, ratio, alone) = case.judge, case.seen
    bound = f", and at most {share(judge.ceiling.greatest)}" if judge.ceiling else ""
    tolerated = f"tolerated: {judge.comparison.tolerance:.3g} times{bound}"
    # Where the bound alone judges it comes first: what is long is cut.
    return Verdict.BREACH, (
        *((sides, tolerated, ratio, alone) if alone else (sides, ratio, tolerated)),
        case.speaks,
        sentences.carried(case.carrying),
        sentences.unchanged(case.around.before),
        sentences.false_alarm(limit(judge.part)),
    )


def unseen(case: Case) -> Found | None:
    """No look yet."""
    return None if case.state.looks else (Verdict.INCONCLUSIVE, ("not looked at yet",))


def silent(case: Case) -> Found | None:
    """A side without requests for some looks: no pass and no breach. One look alone says nothing."""
    state = case.state
    if state.silent > SILENT:
        return Verdict.NO_DATA, (f"the candidate had no request in the last {state.silent} looks",)

    if case.judge.ceiling is None and state.stable_silent > SILENT and not state.full:
        return Verdict.NO_DATA, (f"stable had no request in the last {state.stable_silent} looks to compare with",)

    return None


def shared(case: Case) -> Found | None:
    """Over its bound, and not shown to be to blame."""
    if not case.judge.over_bound(case.state.bound):
        return None

    if case.judge.over_bound(case.state.stable_bound):
        is_ = "was, when it had traffic," if case.state.full else "is"
        return Verdict.HOLD, (*case.seen, f"stable {is_} {case.over} too: a shared incident, nobody is blamed")

    return Verdict.HOLD, (*case.seen, f"{case.over}, but not shown to be worse than stable yet")


def passed(case: Case) -> Found | None:
    """Shown once to be no worse than stable, or to keep its bound."""
    if not case.state.passed:
        return None

    bound = f" or at most {share(case.judge.ceiling.greatest)}" if case.judge.ceiling else ""
    less = f"less than {case.judge.non_inferiority.bad_ratio:.3g} times stable's"
    return Verdict.PASS, (*case.seen, f"shown at look {case.state.passed} to be {less}{bound}")


def inconclusive(case: Case) -> Found:
    """Neither: what is missing."""
    fault = case.judge.fault(max(3.0, 2 * case.judge.comparison.tolerance))
    missing = sentences.not_yet(case.state.total.candidate, case.around, fault)
    return Verdict.INCONCLUSIVE, (missing, case.alone, case.speaks)


CLAUSES: tuple[Callable[[Case], Found | None], ...] = (
    one_pod,
    breach,
    unseen,
    silent,
    shared,
    passed,
    inconclusive,
)
