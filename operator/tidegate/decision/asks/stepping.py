"""A promote, a promote-full or a skip-step: what a person opens, or leaves, in the rollout that has it."""

from dataclasses import replace
from typing import Any

from tidegate.api import Ask
from tidegate.decision.actions import Action, SetWeight
from tidegate.decision.deadline import held_late
from tidegate.decision.decision import Decision, act
from tidegate.decision.hooks import gate_opened, refused
from tidegate.decision.plan import NO_TIME
from tidegate.decision.progress import Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.step import lowered, lowered_by_hand, settled, watching
from tidegate.decision.steps import enter

from .in_vain import in_vain
from .naming import names_this_step


def open_step(seen: Snapshot) -> Decision | None:
    """Open this step's pause, or lift a weight lowered by hand. One for another step or revision opens nothing."""
    nonce = seen.asked(Ask.PROMOTE)
    if nonce is None:
        return None

    handled = seen.progress.handled.adding({Ask.PROMOTE: nonce})
    if names_this_step(seen, nonce):
        sentence = f"promote: step {seen.step.name}"
        opened = opened_by_promote(seen)
        return act(seen, Reason.PROGRESSING, sentence, *lift(seen), handled=handled, lowered_to=None, **opened)

    sentence = f"promote {nonce} names another revision or step than the one that runs: it opens nothing"
    return in_vain(seen, sentence, handled=handled)


def opened_by_promote(seen: Snapshot) -> dict[str, Any]:
    """What a person's word opens: that which holds the step, also while it is suspended, else its pause.

    At a weight that rises again the step dwells anew: what was seen at a lower one says nothing of it.
    """
    anew = paused_no_more(seen)
    if settled(seen) and lowered_by_hand(seen) is not None:
        anew |= {"settled_at": seen.now, "dwelt": NO_TIME}

    if held_late(seen):
        return {**anew, "overdue": True}

    return {**anew, **(gate_opened(seen) if refused(seen) else {"opened": True})}


def paused_no_more(seen: Snapshot) -> dict[str, Any]:
    """The phase that a step was paused in: what holds it after a person's word waits for nobody."""
    if seen.progress.phase is not Phase.PAUSED:
        return {}

    return {"phase": Phase.WATCHING if watching(seen) else Phase.PROGRESSING}


def go_straight_to_full(seen: Snapshot) -> Decision | None:
    """Go straight to full weight: no dwell, pause or watch, but never past a breach or missing pods."""
    nonce = seen.asked(Ask.PROMOTE_FULL)
    if nonce is None:
        return None

    handled = seen.progress.handled.adding({Ask.PROMOTE_FULL: nonce})
    if seen.progress.step < seen.plan.last:
        entered = enter(seen, seen.plan.last, straight=True, handled=handled, lowered_to=None)
        return replace(entered, actions=lift(seen))

    changes = {**paused_no_more(seen), "straight": True, "handled": handled, "lowered_to": None}
    return act(seen, Reason.PROGRESSING, "promote-full", *lift(seen), **changes)


def lift(seen: Snapshot) -> tuple[Action, ...]:
    """Take a weight lowered by hand for ours, so that it may rise again when its pods are there."""
    if not lowered(seen):
        return ()

    return (SetWeight(weight=min(route.lowest for route in seen.routes), revision=seen.candidate.revision),)


def skip_step(seen: Snapshot) -> Decision | None:
    """Leave this step now: its dwell and gates are a person's to skip, its pods are not."""
    nonce = seen.asked(Ask.SKIP_STEP)
    if nonce is None or seen.progress.step >= seen.plan.last:
        return None

    return enter(seen, seen.progress.step + 1, handled=seen.progress.handled.adding({Ask.SKIP_STEP: nonce}))


def open_first_steps(seen: Snapshot) -> Decision | None:
    """A person opens a pause or leaves a step as in any rollout."""
    if not seen.plan.first_by_steps:
        return None

    return open_step(seen) or go_straight_to_full(seen) or skip_step(seen)
