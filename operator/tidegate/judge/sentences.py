"""Verdicts as an on-call person reads them: counts, ratio, interval, evidence, limit, pods."""

from dataclasses import dataclass
from datetime import UTC, datetime

from .counts import Counts
from .interval import Interval
from .plan import Expected, Fault, plan_seconds, share, span
from .pods import Excess


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known around the counts, where it is: stable before the rollout, the traffic, the weight from 0 to 1.

    `baseline`: how many pods of a fresh baseline the candidate is compared with; 0 where that is with all of stable's.
    """

    before: Counts | None = None
    expected: Expected | None = None
    weight: float = 0.0
    baseline: int = 0


MILLISECONDS = 1000
NOTHING_KNOWN = Circumstances()
ANY_RATIO = Interval()


def counted(counts: Counts) -> str:
    """`86 of 3,940 (2.18 %)`."""
    return f"{counts.bad:,} of {counts.requests:,} ({share(counts.share)})"


def clock(at: int) -> str:
    """A time in milliseconds since 1970, as of today."""
    return f"{datetime.fromtimestamp(at / MILLISECONDS, UTC):%H:%M:%S} UTC"


def sides(candidate: Counts, stable: Counts, around: Circumstances = NOTHING_KNOWN) -> str:
    """Both sides in counts, and whose pods are compared."""
    return f"candidate {counted(candidate)}, stable {counted(stable)}{against(around)}"


def against(around: Circumstances) -> str:
    """How many pods of a fresh baseline counts are compared with; empty where those are all of stable's."""
    pods = around.baseline
    return f", against a fresh baseline of {pods} pod{'s' * (pods > 1)}" if pods else ""


def alone(candidate: Counts | None = None) -> str:
    """That nothing is compared any more, and what the candidate answered since, where that is judged."""
    said = "not compared since full weight: stable has no traffic"
    return said if candidate is None else f"{said}, candidate {counted(candidate)}"


def ratio(candidate: Counts, stable: Counts, interval: Interval = ANY_RATIO) -> str:
    """How many times worse, and at least and at most how many with 95 %; empty where nothing can be said."""
    seen = f"{candidate.share / stable.share:.2g} times" if candidate.bad and stable.bad else ""
    ends = [f"at least {interval.least:.2g}"] if interval.least else []
    if interval.greatest < float("inf"):
        ends.append(f"at most {interval.greatest:.2g}")

    return ", ".join(part for part in (seen, " and ".join(ends) + " times (95 %)" if ends else "") if part)


def speaks(evidence: float, limit: float) -> str:
    """The evidence and what of it is a breach."""
    shown = f"{evidence:,.0f}" if evidence < 1e6 else "more than a million"
    return f"evidence {shown}:1 (limit {limit:,.0f}:1)"


def carried(excess: Excess | None) -> str:
    """Which pods the excess comes from; empty where that is not known."""
    if excess is None:
        return ""

    if excess.alone:
        return f"{excess.part:.0%} of the excess is pod {excess.worst}'s"

    return f"excess on {excess.carrying} of {excess.pods} candidate pods"


def unchanged(before: Counts | None) -> str:
    """What stable did before: where it is as it was, the cause is not shared."""
    return "" if before is None else f"stable had {share(before.share)} in the hour before"


def false_alarm(limit: float) -> str:
    """How often a verdict like this is wrong."""
    return f"a false alarm like this comes in at most {share(1 / limit)} of rollouts"


def not_yet(candidate: Counts, around: Circumstances, fault: Fault) -> str:
    """What is missing for a verdict: how long a fault takes to be seen at this traffic."""
    seen = f"{candidate.requests:,} requests, {candidate.bad:,} bad{against(around)}: not enough to tell"
    if around.expected is None or not 0 < around.weight < 1:
        return seen

    needed = plan_seconds(around.expected, around.weight, fault)
    doubled = plan_seconds(around.expected, min(0.5, 2 * around.weight), fault)
    if needed == float("inf"):
        return seen

    rate = f"{around.expected.rps:.3g} requests/s with {share(around.expected.share)} bad"
    wider = f", {span(doubled)} at {share(min(0.5, 2 * around.weight))}" if around.weight < 0.5 else ""
    takes = f"takes {span(needed)} at {share(around.weight)}{wider}"
    return f"{seen}; to see {fault.worse:.2g} times as many ({rate}) {takes}"


def of_verdict(name: str, verdict: str, *parts: str) -> str:
    """One sentence from what there is to say."""
    return f"{name}: {verdict}. " + "; ".join(part for part in parts if part) + "."


def not_judged(sentence: str, what: str) -> str:
    """A sentence with what it does not rest on right after its verdict: whoever has room for less cuts its end."""
    verdict, _, rest = sentence.partition(". ")
    return " ".join(filter(None, (f"{verdict.removesuffix('.')}.", what, rest)))


def behind_counts(sentence: str, what: str) -> str:
    """A sentence with one thing more right behind its counts: whoever has room for less cuts its end."""
    counts, mark, rest = sentence.removesuffix(".").partition("; ")
    return f"{counts}; {what}{mark}{rest}."
