"""Stable's pods replaced one at a time, because a person asked: at rest only, beside the recorded state."""

from dataclasses import replace

from tidegate.api import Ask
from tidegate.decision.actions import EvictPod
from tidegate.decision.decision import Decision, Record
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Snapshot
from tidegate.decision.workload import Restart

from .in_vain import in_vain

# What a Release at rest says: the restart changes none of it.
RESTING = frozenset({Reason.PROMOTED, Reason.REVERTED, Reason.REJECTED, Reason.CONTESTED})

ALONE = "one pod alone: its restart would serve nobody; scale to 2, or declare a new template"


def note_restart(seen: Snapshot) -> Decision | None:
    """Keep the instant of the ask: pods that are younger, as a new stable's will be, need no restart."""
    nonce = seen.asked(Ask.RESTART)
    if nonce is None:
        return None

    handled = seen.progress.handled.adding({Ask.RESTART: nonce})
    if seen.progress.stable is None:
        return in_vain(seen, "restart: nothing is served yet", handled=handled)

    sentence = "restart: stable's pods are replaced one at a time"
    sentence += " once the rollout has ended" if seen.progress.candidate else ""
    progress = replace(seen.progress, handled=handled, restart_since=seen.now)
    return Decision(reason=Reason.RESTART_STARTED, sentence=sentence, progress=progress, record=Record.STATE_ONLY)


def restart(seen: Snapshot) -> Decision | None:
    """One pod at a time, the next when the last one's place is taken by an available one. A rollout goes first."""
    found, progress = left_of_it(seen), seen.progress
    if progress.restart_since is None or not _resting(seen):
        return None

    if not found.due and not found.awaited:
        done = replace(progress, restart_since=None)
        return Decision(reason=Reason.RESTARTED, sentence="restart: stable's pods are all replaced", progress=done)

    told = f"restart: {found.sentence}"
    if found.awaited:
        again = seen.stable.available_in
        return Decision(reason=Reason.RESTARTING, sentence=told, progress=progress, look_again=again)

    if found.refusal:
        return Decision(reason=Reason.RESTART_WAITS, sentence=told, progress=progress, look_again=found.again)

    return Decision(reason=Reason.RESTARTING, sentence=told, progress=progress, actions=(EvictPod(found.due[0]),))


def left_of_it(seen: Snapshot) -> Restart:
    """What a restart has still to do, and what it waits for. A pod that serves alone is no restart's to take.

    One that serves its node goes all the same: no other can be there beside it.
    """
    alone = seen.stable.replicas == 1 and seen.stable.available > 0 and not seen.by_nodes
    return replace(seen.restart, refusal=ALONE, again=None) if alone and seen.restart.due else seen.restart


def _resting(seen: Snapshot) -> bool:
    """True where nothing else is about to happen."""
    progress = seen.progress
    said = progress.reason in RESTING or progress.reason.rejects
    return said and not seen.another_waits and seen.asked(Ask.RETRY) is None
