"""The status, once a turn, only if it changed; then the Event and the log line."""

import structlog

from tidegate.clients import Note, Object
from tidegate.decision import Decision, Phase
from tidegate.decision.conditions import conditions
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Progress
from tidegate.decision.reasons import BLOCKING, Reason
from tidegate.decision.snapshot import Said
from tidegate.decision.status import rebuilt, status_of
from tidegate.workloads import Owner

from . import kinds
from .evidence import analyse, lines_of
from .observe import Seen
from .recorded import recorded
from .sides import replica_sets_of
from .workload import divided_by
from .world import World

log = structlog.get_logger(__name__)

WARNINGS = BLOCKING | frozenset(
    {
        Reason.ROLLBACK_BLOCKED,
        Reason.ROUTER_SILENT,
        Reason.STABLE_UNAVAILABLE,
        Reason.STARVED,
        Reason.CONTESTED,
        Reason.QUOTA_EXCEEDED,
        Reason.POD_REFUSED,
    }
)
# To a person who asked: told also where the Release stays as it is.
ANSWERS = frozenset(
    {
        Reason.ASKED_IN_VAIN,
        Reason.PROMOTION_UNDER_WAY,
        Reason.RESTART_STARTED,
        Reason.RESTART_WAITS,
        Reason.RESTARTED,
    }
)
# What only moves with pods: in a rollout it is written along with the next step, at rest when it changes.
CARRIED = ("replicas", "stable", "candidate", "objectives", "step", "restart")


async def record(seen: Seen, decision: Decision, world: World) -> None:
    """Write the next state if it is another one, tell people, and log one line for the decision."""
    before, progress = seen.stored.found.get("status") or {}, decision.progress
    key = seen.owner.key
    lines = lines_of(analyse(key, progress, seen.wanted.pinned.spec, world)) if progress.candidate else []
    decided = status_of(
        seen.snapshot,
        progress,
        generation=generation_told(seen.stored.found, decision),
        before=before,
        objectives=lines,
        selector=divided_by(seen.owner, progress.stable, world),
        beside=decision.beside,
    )
    noted = seen.wanted.template.noted_in_status()
    status = {**decided, **{name: note for name, note in noted.items() if note is not None}}
    if decision.actions or worth_writing(before, status, progress):
        log.info(decision.sentence, **facts(seen, decision))

    if not worth_writing(before, status, progress):
        return

    answer = await world.writer.status(kinds.RELEASES, seen.stored.found, status, urgent=decision.urgent)
    world.keep(kinds.RELEASES, answer)
    tell(seen, decision, world)


def generation_told(found: Object, decision: Decision) -> int:
    """The generation that the status tells of.

    A wait tool takes «Promoted» of the newest one for its end: what has not been decided on yet is not told of.
    """
    newest: int = found["metadata"]["generation"]
    told: int = (found.get("status") or {}).get("observedGeneration", newest)
    return told if decision.beside and told > 0 else newest


def worth_writing(before: Object, status: Object, progress: Progress) -> bool:
    """True where the recorded state differs; pods alone are worth a write only at rest."""
    skipped = CARRIED if progress.candidate else ()
    if _without(before, skipped) != _without(status, skipped):
        return True

    old, new = before.get("step") or {}, status.get("step") or {}
    live = ("confirmedWeight",)
    if new.get("confirmedWeight", FULL) < old.get("confirmedWeight", 0):
        return True

    return bool(skipped) and (
        _without(old, live) != _without(new, live)
        or (before.get("candidate") or {}).get("revision") != (status.get("candidate") or {}).get("revision")
        or (before.get("stable") or {}).get("revision") != (status.get("stable") or {}).get("revision")
    )


def _without(found: Object, names: tuple[str, ...]) -> Object:
    return {name: value for name, value in found.items() if name not in names}


def tell(seen: Seen, decision: Decision, world: World) -> None:
    """An Event for each new reason, once it is in the status."""
    before, now = seen.snapshot.progress, decision.progress
    tell_of_a_changed_plan(seen, world)
    tell_of_hooks_in_vain(seen, now, world)
    if now.candidate and now.started_at != before.started_at:
        tell_of_the_data_plane(seen, world)

    same = before.phase is now.phase and before.reason is now.reason and before.step == now.step
    if same and decision.reason not in ANSWERS:
        return

    warning = not same and (now.reason in WARNINGS or now.reason.rejects)
    world.recorder.tell(
        Note(regarding=seen.stored.found, reason=decision.reason.value, sentence=decision.sentence, warning=warning)
    )
    if now.phase in {Phase.PROMOTED, Phase.ROLLED_BACK} and before.phase is not now.phase and now.history:
        count_outcome(now, world)


def tell_of_a_changed_plan(seen: Seen, world: World) -> None:
    """Whoever edits steps or objectives in mid-rollout learns that the next rollout goes by them, not this one."""
    if not seen.wanted.plan_changed:
        return

    sentence = "steps, objectives and limits were edited: they serve the next rollout, this one keeps its own"
    world.recorder.tell(Note(regarding=seen.stored.found, reason="PlanChanged", sentence=sentence, warning=False))


def tell_of_the_data_plane(seen: Seen, world: World) -> None:
    """Whoever starts a rollout learns what judges it, where that is not the gateway's own tried count."""
    if seen.snapshot.progress.stable and seen.spec.asks_the_data_plane and seen.wanted.choice.remark:
        note = Note(regarding=seen.stored.found, reason="DataPlane", sentence=seen.wanted.choice.remark, warning=False)
        world.recorder.tell(note)


def tell_of_hooks_in_vain(seen: Seen, now: Progress, world: World) -> None:
    """A hook that should have been told, and was not heard saying yes: nothing waits for it, so people are told."""
    for notice in seen.snapshot.progress.notices:
        answer = seen.snapshot.answer(notice.key)
        if notice not in now.notices and answer and answer.said is not Said.YES:
            sentence = (
                f"hook {notice.hook} was told {notice.when.value} of {notice.revision} in vain: {answer.sentence}"
            )
            note = Note(regarding=seen.stored.found, reason="HookUnheard", sentence=sentence, warning=True)
            world.recorder.tell(note)


def count_outcome(now: Progress, world: World) -> None:
    """How rollouts end, and how long they took."""
    newest = now.history[0]
    if newest.ended_at:
        seconds = (newest.ended_at - newest.started_at).total_seconds()
        world.telemetry.rollouts.labels(newest.outcome.value).observe(seconds)


def facts(seen: Seen, decision: Decision) -> Object:
    """The values of a decision, beside its sentence."""
    return {
        "release": seen.owner.name,
        "namespace": seen.owner.namespace,
        "reason": decision.reason.value,
        "phase": decision.progress.phase.value,
        "revision": decision.progress.candidate or decision.progress.stable,
        "step": decision.progress.step,
        "weight": seen.snapshot.weight,
        "actions": [type(action).__name__ for action in decision.actions],
    }


async def record_invalid(found: Object, sentence: str, world: World) -> None:
    """A spec that cannot be read: said in the status, and nothing else is touched."""
    metadata = found["metadata"]
    owner = Owner(name=metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"])
    before = {**rebuilt(recorded(found, owner, world, replica_sets_of(owner, world))), **(found.get("status") or {})}
    progress = Progress(phase=Phase.STALLED, reason=Reason.INVALID_SPEC, sentence=sentence)
    generation = found["metadata"]["generation"]
    kept = {**before, "phase": before.get("phase", Phase.PENDING.value), "observedGeneration": generation}
    # The clock of a condition is a person's reading aid: the object's own write time serves here.
    states = conditions(progress, before.get("conditions") or [], generation=generation, now=world.now())
    status = {**kept, "reason": before.get("reason", Reason.NEW.value), "message": sentence, "conditions": states}
    if status != found.get("status"):
        answer = await world.writer.status(kinds.RELEASES, found, status)
        world.keep(kinds.RELEASES, answer)
