"""What a turn will do: the effects, the next recorded state, and when to look again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from .actions import Action, SetWeight
from .progress import Phase, Progress
from .reasons import Reason
from .snapshot import Snapshot


class Record(Enum):
    """What a turn writes of a decision.

    `STATE_ONLY`: what becomes of a new declaration is for the next turn to say; until then it counts as not seen.
    `AFTER_NEXT_LOOK`: what the effect finds out is decided on at once, and nothing is recorded before.
    `NOTHING`: not even that the declaration was seen: what it comes to is not known yet.
    """

    ALL = "All"
    STATE_ONLY = "StateOnly"
    AFTER_NEXT_LOOK = "AfterNextLook"
    NOTHING = "Nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Effects run in order, then `progress` is recorded if it differs. A crash between any two is safe."""

    reason: Reason
    sentence: str
    progress: Progress
    actions: tuple[Action, ...] = ()
    look_again: timedelta | None = None
    record: Record = Record.ALL

    @property
    def urgent(self) -> bool:
        """True for a fall of the weight: it goes by the rollback lane."""
        falls = any(isinstance(action, SetWeight) and not action.raising for action in self.actions)
        return falls or self.progress.phase is Phase.ROLLING_BACK


Rule = Callable[[Snapshot], Decision | None]


def first_that_applies(rules: tuple[Rule, ...], seen: Snapshot) -> Decision:
    """The first clause that applies wins, so safety comes first. The last clause of a ladder always applies."""
    for rule in rules:
        if decision := rule(seen):
            return decision

    message = f"no rule applies in phase {seen.progress.phase.value}"
    raise AssertionError(message)


def act(seen: Snapshot, reason: Reason, sentence: str, *actions: Action, **changes: Any) -> Decision:
    """Effects, with the record that follows them."""
    progress = next_record(seen, reason, sentence, **changes)
    return Decision(reason=reason, sentence=sentence, progress=progress, actions=actions)


def hold(
    seen: Snapshot, reason: Reason, sentence: str, look_again: timedelta | None = None, **changes: Any
) -> Decision:
    """Stay, for a stated reason; look again when time alone may change the answer."""
    progress = next_record(seen, reason, sentence, **changes)
    return Decision(reason=reason, sentence=sentence, progress=progress, look_again=look_again)


def hold_while_reading(seen: Snapshot) -> Decision | None:
    """Nobody knows yet which revision is declared: that is no news for anyone."""
    if seen.reading is None:
        return None

    progress, again = seen.progress, seen.reading.again
    return Decision(
        reason=progress.reason,
        sentence=progress.sentence,
        progress=progress,
        look_again=again,
        record=Record.NOTHING,
    )


def wait_until_mended(seen: Snapshot) -> Decision | None:
    """Something that the rollout needs is missing or wrong: it starts by itself when that heals."""
    if seen.blocked is None:
        return None

    phase = Phase.PENDING if seen.blocked.reason is Reason.NOT_ISOLATED else Phase.STALLED
    sentence = f"{seen.blocked.sentence}{and_what_went_back(seen)}"
    return hold(seen, seen.blocked.reason, sentence, seen.blocked.again, phase=phase)


def and_what_went_back(seen: Snapshot) -> str:
    """How the declared revision was rolled back, where it was: what is amiss beside it hides no verdict."""
    rejected = seen.progress.candidate is None and seen.target in seen.progress.rejected
    line = next((line for line in seen.progress.history if line.revision == seen.target and line.reason.rejects), None)
    return f"; {line.revision} was rolled back, {line.reason.value}: {line.sentence}" if rejected and line else ""


def beside(seen: Snapshot, sentence: str, *actions: Action) -> Decision:
    """Effects that leave the recorded state as it is."""
    progress = seen.progress
    return Decision(
        reason=progress.reason, sentence=sentence, progress=progress, actions=actions, record=Record.STATE_ONLY
    )


def next_record(seen: Snapshot, reason: Reason, sentence: str, **changes: Any) -> Progress:
    """The next record. Ordinary progress keeps its first words, so that a step costs one write, not one a look."""
    progress = replace(seen.progress, **changes)
    shown = Reason.PROGRESSING if reason.quiet else reason
    if shown is Reason.PROGRESSING and shown is seen.progress.reason and not changes:
        return progress

    return replace(progress, reason=shown, sentence=sentence)
