"""The verdicts of the objectives that the data plane counts, each alone and all together."""

from dataclasses import dataclass, replace

from tidegate.api import AdvanceOn
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Progress
from tidegate.judge.combined import Ruling, together
from tidegate.judge.counts import Counts
from tidegate.judge.plan import share
from tidegate.judge.sentences import behind_counts, clock, not_judged
from tidegate.judge.verdict import Bound, Line, Verdict
from tidegate.reconcile.day_before.track import InTheWatch, with_the_day_before

from .checks import step_name
from .counting import milliseconds
from .track import Track, Tracks

NOT_YET = "not counted up to now yet"


@dataclass(frozen=True, slots=True)
class JudgedObjective:
    """An objective's line, and what it weighs beside the others."""

    line: Line
    ruling: Ruling


def judge_counts(
    objective: Objective,
    bound: Bound,
    tracks: Tracks | None,
    progress: Progress,
    spec: ReleaseSpec,
    *,
    baseline: int = 0,
) -> JudgedObjective:
    """One objective: a step is left when enough was seen since it settled, and the verdict is one that lets it.

    While the candidate's own share at the step is over the bound it is not left, whatever is shown until then.
    `baseline`: how many pods it is compared with, where those are not all of stable's.
    """
    track = tracks.by_name.get(objective.name) if tracks else None
    if track is None:
        lacking = tracks.lacking if tracks else ""
        return _untracked(objective, bound, lacking)

    tally = track.tally
    ruling = with_the_day_before(tally.rule(objective.name, progress.desired_weight / FULL, baseline), track.day)
    verdict, sentence = _verdict(ruling, track, progress)
    seen = _seen(track, progress)
    over = seen is not None and objective.ratio is not None and not bound.keeps(seen.share)
    if seen and over and verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}:
        verdict, sentence = Verdict.INCONCLUSIVE, f"{sentence} {_stands_over(seen, bound)}"

    shown = _shown(track, progress, spec) if verdict is Verdict.BREACH else ""
    sentence = behind_counts(sentence, shown) if shown else sentence
    if track.resumed is not None:
        sentence = not_judged(sentence, _resumed(track.resumed))

    line = Line(
        name=objective.name,
        verdict=verdict,
        value=tally.value,
        bound=tally.bound or bound,
        sentence=sentence,
        passed=False,
        over=over,
        heard=track.current or bool(track.failed),
    )
    enough = seen is not None and seen.requests >= spec.min_requests
    return JudgedObjective(_leaving(line, spec.advance_on) if enough else line, ruling)


def _leaving(line: Line, advance_on: AdvanceOn) -> Line:
    """With whether the step is left by it, or only a verdict is missing."""
    unsure, waits = line.verdict is Verdict.INCONCLUSIVE, advance_on is AdvanceOn.PASS
    passed = not line.over and (line.verdict is Verdict.PASS or (unsure and not waits))
    return replace(line, passed=passed, undecided=unsure and (waits or not line.over))


def _untracked(objective: Objective, bound: Bound, lacking: str) -> JudgedObjective:
    verdict = Verdict.UNAVAILABLE if lacking else Verdict.INCONCLUSIVE
    sentence = f"{objective.name}: {lacking or NOT_YET}"
    line = Line(
        name=objective.name,
        verdict=verdict,
        value=None,
        bound=bound,
        sentence=sentence,
        passed=False,
        heard=bool(lacking),
    )
    return JudgedObjective(line, Ruling(name=objective.name, verdict=verdict, sentence=sentence))


def _verdict(ruling: Ruling, track: Track, progress: Progress) -> tuple[Verdict, str]:
    """What was shown once stays shown; before anything else is said, all must be counted."""
    if ruling.verdict is Verdict.BREACH:
        return ruling.verdict, ruling.sentence

    if track.failed:
        return Verdict.UNAVAILABLE, f"{ruling.name}: {track.failed}"

    if not track.current:
        return Verdict.INCONCLUSIVE, f"{ruling.name}: {NOT_YET}"

    if track.tally.uncountable:
        return Verdict.UNAVAILABLE, f"{ruling.name}: {track.tally.uncountable}"

    if track.silent(progress.entered_at):
        return Verdict.NO_DATA, f"{ruling.name}: {track.why_silent}"

    return ruling.verdict, ruling.sentence


def _resumed(at: int) -> str:
    """What someone must know who wonders where the rest is."""
    return f"Counted since {clock(at)}: what was read before is not known any more."


def _shown(track: Track, progress: Progress, spec: ReleaseSpec) -> str:
    """Since when it is a breach, and at which step and weight; a block may have ended before the step began."""
    watch = track.day.test.breached_at if track.day and isinstance(track.day.test, InTheWatch) else None
    at = track.breached_at or watch
    if at is None:
        return ""

    earlier = progress.entered_at is not None and at < milliseconds(progress.entered_at)
    step = f"{step_name(spec, progress)} ({share(progress.desired_weight / FULL)})"
    return f"shown by these counts at {clock(at)} {'before' if earlier else 'in'} step {step}"


def _seen(track: Track, progress: Progress) -> Counts | None:
    """What the candidate answered since the step settled; None while that is not known."""
    if progress.settled_at is None or not track.current:
        return None

    return track.seen_since(progress.settled_at)


def _stands_over(seen: Counts, bound: Bound) -> str:
    """Why the weight stays: never by two shares that look alike."""
    own, most = share(seen.share), share(float(bound.greatest or 0))
    told = own if own != most else f"more than {most}"
    bad = f"{seen.bad:,} of {seen.requests:,} of its requests at this step ({told}) are bad"
    return f"The weight stays while {bad}: at most {most} may be."


def shown_together(tracks: Tracks | None, found: list[JudgedObjective]) -> str:
    """A breach that no objective shows alone, as a sentence; empty where there is none.

    What was shown once stays shown. Until then all must be counted: a question that fails takes nothing back.
    """
    if tracks is None:
        return ""

    breached = (each for each in found if each.ruling.gates and each.ruling.verdict is Verdict.BREACH)
    alone = next((each.line.sentence for each in breached), "")
    counted = all(track.caught_up for track in tracks.by_name.values())
    if not counted and not alone and not tracks.breached:
        return ""

    all_of_them = together([each.ruling for each in found], breached=tracks.breached)
    if not all_of_them.breached:
        return ""

    tracks.breached, tracks.words = True, tracks.words or alone or all_of_them.sentence
    return "" if alone else tracks.words
