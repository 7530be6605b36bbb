"""What happens next to one Release: one ladder, safety first. `decide` knows no clock and no world."""

from dataclasses import replace
from datetime import timedelta

from tidegate.api import Suspend

from .asks.abort import abort
from .asks.undo import and_its_undo
from .deadline import time_left, timed
from .decision import Decision, Rule, first_that_applies, hold
from .first_deployment import deploy_first
from .hand_back import HAND_BACK
from .notices import without_heard
from .plan import soonest
from .progress import Phase
from .promotion import PROMOTION
from .reasons import Reason
from .rest import REST, STANDS_STILL, out_after_rollback, why_it_stays_out
from .rollback import ROLLBACK, cause
from .rollout import ROLLOUT
from .snapshot import Snapshot
from .step import in_rollout, until_let_go
from .stop import gone_on, with_stopped_clocks
from .undeclared import take_back_what_is_not_declared

WORD_LENGTH = 64


def decide(seen: Snapshot) -> Decision:
    """The first clause that applies wins, so safety comes first."""
    before, seen = seen, gone_on(seen)
    decision = first_that_applies(LADDER, seen)
    look_again = soonest(decision.look_again, until_unhealthy(seen), until_late(seen), until_let_go(seen))
    progress = with_stopped_clocks(before, seen, timed(seen, without_heard(seen, decision.progress)))
    return replace(decision, progress=progress, look_again=look_again)


def until_unhealthy(seen: Snapshot) -> timedelta | None:
    """Time alone may turn failing pods into an unhealthy candidate."""
    since = seen.candidate.unhealthy_since
    return seen.plan.unhealthy_after - seen.since(since) if since and in_rollout(seen) else None


def until_late(seen: Snapshot) -> timedelta | None:
    """Time alone may end a step."""
    return time_left(seen) if in_rollout(seen) else None


def touch_nothing_unseen(seen: Snapshot) -> Decision | None:
    """A route that may not be read may send anyone anywhere: no pod goes, whoever asks for it."""
    if seen.blocked is None or seen.blocked.reason is not Reason.API_SWITCHED_OFF:
        return None

    held_up = seen.finalizer or not seen.deleting
    return hold(seen, seen.blocked.reason, seen.blocked.sentence) if held_up else None


def leave_a_deleted_release(seen: Snapshot) -> Decision | None:
    if seen.deleting and seen.finalizer:
        return first_that_applies(HAND_BACK, seen)

    if seen.deleting:
        return Decision(reason=Reason.DELETING, sentence="is being deleted", progress=seen.progress)

    return None


def stand_still(seen: Snapshot) -> Decision | None:
    if seen.suspension is not Suspend.ALL or aborting(seen):
        return None

    still = f"{STANDS_STILL}{no_level(seen)}{and_its_undo(seen)}"
    if not out_after_rollback(seen):
        return hold(seen, Reason.SUSPENDED, still)

    # Whoever aborted reads that it is done, and that nothing else is.
    why = why_it_stays_out(seen)
    return hold(seen, why.reason, f"{why.sentence}; {still}")


def no_level(seen: Snapshot) -> str:
    """An annotation that names no level stops all: whoever wrote it reads why."""
    asked, levels = seen.asks.suspend, [level.value for level in Suspend]
    if asked is None or asked in levels:
        return ""

    return f", because tidegate.dev/suspend is {asked[:WORD_LENGTH]!r}, which is none of {', '.join(levels)}"


def go_on_rolling_back(seen: Snapshot) -> Decision | None:
    return first_that_applies(ROLLBACK, seen) if seen.progress.phase is Phase.ROLLING_BACK else None


def go_on_promoting(seen: Snapshot) -> Decision | None:
    return first_that_applies(PROMOTION, seen) if seen.progress.phase is Phase.PROMOTING else None


def go_on_deploying_first(seen: Snapshot) -> Decision | None:
    first = seen.progress.stable is None and seen.progress.candidate is not None
    return deploy_first(seen) if first else None


def go_on_rolling_out(seen: Snapshot) -> Decision | None:
    return first_that_applies(ROLLOUT, seen) if seen.progress.candidate is not None else None


def rest(seen: Snapshot) -> Decision | None:
    return first_that_applies(REST, seen)


def aborting(seen: Snapshot) -> bool:
    """True while an abort is carried out: it wins over `suspend: All` to its end."""
    return seen.progress.phase is Phase.ROLLING_BACK and cause(seen).reason is Reason.ABORTED


LADDER: tuple[Rule, ...] = (
    touch_nothing_unseen,
    leave_a_deleted_release,
    abort,
    stand_still,
    take_back_what_is_not_declared,
    go_on_rolling_back,
    go_on_promoting,
    go_on_deploying_first,
    go_on_rolling_out,
    rest,
)
