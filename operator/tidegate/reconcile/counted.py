"""The verdicts of the objectives that the data plane counts, each alone and all together."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tidegate.api import AdvanceOn
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Progress
from tidegate.judge.combined import Ruling, together
from tidegate.judge.counts import Counts
from tidegate.judge.plan import share
from tidegate.judge.rulings import rule
from tidegate.judge.verdict import Bound, Line, Verdict
from tidegate.metrics.samples import MILLISECONDS

from .track import Track, Tracks

NOT_YET = "not counted up to now yet"


@dataclass(frozen=True, slots=True)
class Found:
    """An objective's line, and what it weighs beside the others."""

    line: Line
    ruling: Ruling


def judge_counts(
    objective: Objective, bound: Bound, tracks: Tracks | None, progress: Progress, spec: ReleaseSpec
) -> Found:
    """One objective: a step is left when enough was seen since it settled, and the verdict is one that lets it.

    While the candidate's own share at the step is over the bound it is not left, whatever is shown until then.
    """
    track = tracks.by_name.get(objective.name) if tracks else None
    if track is None:
        lacking = tracks.lacking if tracks else ""
        return _untracked(objective, bound, lacking)

    around = replace(track.around, weight=progress.desired_weight / FULL)
    ruling = rule(objective.name, track.rules, track.state, pods=track.pods, around=around)
    verdict, sentence = _verdict(ruling, track, progress)
    seen = _seen(track, progress)
    over = seen is not None and not bound.keeps(seen.share)
    if seen and over and verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}:
        verdict, sentence = Verdict.INCONCLUSIVE, f"{sentence} {_stands_over(seen, bound)}"

    if track.resumed is not None:
        sentence = f"{sentence} {_resumed(track.resumed)}"

    total = track.state.total.candidate
    value = total.share if total.requests else None
    line = Line(
        name=objective.name, verdict=verdict, value=value, bound=bound, sentence=sentence, passed=False, over=over
    )
    enough = seen is not None and seen.requests >= spec.min_requests
    return Found(_leaving(line, spec.advance_on) if enough else line, ruling)


def _leaving(line: Line, advance_on: AdvanceOn) -> Line:
    """With whether the step is left by it, or only a verdict is missing."""
    unsure, waits = line.verdict is Verdict.INCONCLUSIVE, advance_on is AdvanceOn.PASS
    passed = not line.over and (line.verdict is Verdict.PASS or (unsure and not waits))
    return replace(line, passed=passed, undecided=unsure and (waits or not line.over))


def _untracked(objective: Objective, bound: Bound, lacking: str) -> Found:
    verdict = Verdict.UNAVAILABLE if lacking else Verdict.INCONCLUSIVE
    sentence = f"{objective.name}: {lacking or NOT_YET}"
    line = Line(name=objective.name, verdict=verdict, value=None, bound=bound, sentence=sentence, passed=False)
    return Found(line, Ruling(name=objective.name, verdict=verdict, sentence=sentence))


def _verdict(ruling: Ruling, track: Track, progress: Progress) -> tuple[Verdict, str]:
    """What was shown once stays shown; before anything else is said, all must be counted."""
    if ruling.verdict is Verdict.BREACH:
        return ruling.verdict, ruling.sentence

    if track.failed:
        return Verdict.UNAVAILABLE, f"{ruling.name}: {track.failed}"

    if not track.caught_up:
        return Verdict.INCONCLUSIVE, f"{ruling.name}: {NOT_YET}"

    if track.silent(progress.entered_at):
        return Verdict.NO_DATA, f"{ruling.name}: nothing is counted for both sides by {track.counting.shape.counted}"

    return ruling.verdict, ruling.sentence


def _resumed(at: int) -> str:
    """What someone must know who wonders where the rest is."""
    instant = datetime.fromtimestamp(at / MILLISECONDS, UTC)
    return f"Counted since {instant:%H:%M:%S} UTC: what was read before is not known any more."


def _seen(track: Track, progress: Progress) -> Counts | None:
    """What the candidate answered since the step settled; None while that is not known."""
    if progress.settled_at is None or not track.caught_up:
        return None

    return track.seen_since(progress.settled_at)


def _stands_over(seen: Counts, bound: Bound) -> str:
    """Why the weight stays."""
    own = f"{seen.bad:,} of {seen.requests:,} of its requests at this step ({share(seen.share)}) are bad"
    return f"The weight stays while {own}: must be {bound}."


def shown_together(tracks: Tracks | None, found: list[Found]) -> str:
    """A breach that no objective shows alone, as a sentence; empty where there is none, or not all is counted yet."""
    if tracks is None or not all(track.caught_up for track in tracks.by_name.values()):
        return ""

    all_of_them = together([each.ruling for each in found], breached=tracks.breached)
    tracks.breached = all_of_them.breached
    alone = any(each.ruling.gates and each.ruling.verdict is Verdict.BREACH for each in found)
    return all_of_them.sentence if all_of_them.breached and not alone else ""
