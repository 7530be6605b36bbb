"""The status, once a turn, only if it changed; then the Event and the log line."""

import re
from datetime import datetime, timedelta

import structlog

from tidegate.clients import Note, Object
from tidegate.decision import Decision, Phase
from tidegate.decision.conditions import conditions
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Said
from tidegate.decision.status import rebuilt, stamp, status_of
from tidegate.workloads import Owner, selected_labels

from . import kinds
from .advice.collected import advice_of, news, tell_advice
from .judging.evidence import analyse, lines_of
from .observe import Seen
from .seen.autoscalers import divided_by
from .seen.recorded import recorded
from .seen.sides import replica_sets_of
from .world import World

log = structlog.get_logger(__name__)

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
CARRIED = ("replicas", "stable", "candidate", "baseline", "objectives", "advice", "step", "restart")
# What is told in measured numbers has others at each look: those alone are written so often.
NUMBERS_EVERY = timedelta(seconds=60)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")


async def record(seen: Seen, decision: Decision, world: World) -> None:
    """Write the next state if it is another one, tell people, and log one line for the decision."""
    before = seen.stored.found.get("status") or {}
    status = next_status(seen, decision, before, world)
    memory, now = world.memory(seen.owner.key), seen.snapshot.now
    worthy = worth_writing(before, status, decision.progress, numbers=numbers_due(memory.told_at, now))
    if decision.actions or worthy:
        log.info(decision.sentence, **facts(seen, decision))

    if not worthy:
        return

    answer = await world.writer.status(kinds.RELEASES, seen.stored.found, status, urgent=decision.urgent)
    memory.told_at = now
    world.keep(kinds.RELEASES, answer)
    tell(seen, decision, world)
    tell_advice(seen.stored.found, status, world)


def next_status(seen: Seen, decision: Decision, before: Object, world: World) -> Object:
    """What is decided, with what is known beside it: verdicts, notes of the template, ports, advice."""
    key, progress = seen.owner.key, decision.progress
    lines = lines_of(analyse(key, progress, seen.wanted.pinned.spec, world)) if progress.candidate else []
    beside = pods_beside(seen)
    decided = status_of(
        seen.snapshot,
        decision,
        generation=generation_told(seen.stored.found, decision),
        before=before,
        objectives=lines,
        selector=divided_by(seen.owner, progress.stable, world, plan=seen.snapshot.plan, beside=beside),
    )
    noted = {
        **seen.wanted.template.noted_in_status(),
        "targetPort": seen.ports.recorded(progress.stable, seen.snapshot.target),
        "advice": advice_of(key, before, progress, world) or None,
    }
    return {**decided, **{name: note for name, note in noted.items() if note is not None}}


def pods_beside(seen: Seen) -> dict[str, str]:
    """The labels of a Deployment's pods, and of ours, while both share the load; none before and after."""
    found, workload, record = seen.wanted.template.deployment, seen.snapshot.workload, seen.snapshot.progress.taken_over
    if found is None or workload is None or not workload.replicas or record is None or record.emptied:
        return {}

    return selected_labels(found["spec"], seen.wanted.template.pods or {})


def generation_told(found: Object, decision: Decision) -> int:
    """The generation that the status tells of.

    A wait tool takes «Promoted» of the newest one for its end: what has not been decided on yet is not told of.
    """
    newest: int = found["metadata"]["generation"]
    told: int = (found.get("status") or {}).get("observedGeneration", newest)
    return told if decision.beside and told > 0 else newest


def worth_writing(before: Object, status: Object, progress: Progress, *, numbers: bool = True) -> bool:
    """True where the recorded state differs; pods alone are worth a write only at rest, measured numbers when due."""
    skipped = CARRIED if progress.candidate else ()
    recorded, decided = _without(before, skipped), _without(status, skipped)
    if not numbers and progress.reason.measured:
        recorded, decided = without_numbers(recorded), without_numbers(decided)

    if recorded != decided:
        return True

    old, new = before.get("step") or {}, status.get("step") or {}
    live = ("confirmedWeight", "weight")
    if new.get("confirmedWeight", FULL) < old.get("confirmedWeight", 0):
        return True

    if new.get("weight") != old.get("weight") and not told_along(progress.reason):
        return True

    return bool(skipped) and (
        bool(news(before, status))
        or _without(old, live) != _without(new, live)
        or (before.get("candidate") or {}).get("revision") != (status.get("candidate") or {}).get("revision")
        or (before.get("stable") or {}).get("revision") != (status.get("stable") or {}).get("revision")
    )


def numbers_due(told_at: datetime | None, now: datetime) -> bool:
    """True where numbers alone are worth a write: none was made for a while, or none is remembered.

    A clock that was set back is no reason to wait for it.
    """
    return told_at is None or not timedelta(0) <= now - told_at < NUMBERS_EVERY


def without_numbers(status: Object) -> Object:
    """A status with its message as words alone, in its conditions too."""
    states = [{**state, "message": NUMBER.sub("", state["message"])} for state in status.get("conditions") or ()]
    return {**status, "message": NUMBER.sub("", status.get("message", "")), "conditions": states}


def told_along(reason: Reason) -> bool:
    """True where the plan moves the weight, and its next record tells of it; what else moves it is told at once."""
    return reason.quiet or reason in {Reason.WATCHING, Reason.PROMOTING}


def _without(found: Object, names: tuple[str, ...]) -> Object:
    return {name: value for name, value in found.items() if name not in names}


def tell(seen: Seen, decision: Decision, world: World) -> None:
    """An Event for each new reason, once it is in the status."""
    before, now = seen.snapshot.progress, decision.progress
    tell_of_a_changed_plan(seen, world)
    tell_of_a_kept_port(seen, world)
    tell_of_hooks_in_vain(seen, now, world)
    if now.candidate and now.started_at != before.started_at:
        tell_of_the_data_plane(seen, world)

    same = before.phase is now.phase and before.reason is now.reason and before.step == now.step
    if same and decision.reason not in ANSWERS:
        return

    warning = not same and now.reason.warns
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


def tell_of_a_kept_port(seen: Seen, world: World) -> None:
    """Whoever takes a template back, and not the port that came with it, learns where its pods are served."""
    ports, target = seen.ports, seen.snapshot.target
    kept = ports.at(target)
    if ports.of in {target, ""} or kept == ports.declared:
        return

    sentence = (
        f"spec.service.targetPort: {ports.declared} came with revision {ports.of}: revision {target} keeps {kept}"
        " until the field is edited again"
    )
    world.recorder.tell(Note(regarding=seen.stored.found, reason="PortKept", sentence=sentence, warning=True))


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
    """A spec that cannot be read: said in the status, in an Event and in the log, and nothing else is touched."""
    metadata, before = found["metadata"], found.get("status") or {}
    known = {**known_of(found, world), **before}
    # The clock of a condition is a person's reading aid: the object's own write time serves here.
    status = status_of_trouble(known, Reason.INVALID_SPEC, sentence, generation=metadata["generation"], now=world.now())
    if status == before:
        return

    answer = await world.writer.status(kinds.RELEASES, found, status)
    world.keep(kinds.RELEASES, answer)
    reason = Reason.INVALID_SPEC.value
    log.info(sentence, release=metadata["name"], namespace=metadata["namespace"], reason=reason)
    if (before.get("reason"), before.get("message")) != (reason, sentence):
        world.recorder.tell(Note(regarding=found, reason=reason, sentence=sentence, warning=True))


def known_of(found: Object, world: World) -> Object:
    """What nobody may forget of a Release, found again: its status may be lost, or never have been written."""
    metadata = found["metadata"]
    owner = Owner(name=metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"])
    return rebuilt(recorded(found, owner, world, replica_sets_of(owner, world)))


async def record_failure(found: Object, sentence: str, world: World) -> None:
    """A turn that fails again and again: said in an Event, and in the status, where that does not say it yet.

    What is recorded stays, the generation that was decided on too: the next turn that succeeds goes on from there.
    """
    before, reason = found.get("status") or {}, Reason.TURN_FAILS
    world.recorder.tell(Note(regarding=found, reason=reason.value, sentence=sentence, warning=True))
    if before.get("reason") == reason.value:
        return

    known = before if "phase" in before else {**known_of(found, world), **before}
    told = known.get("observedGeneration", found["metadata"]["generation"])
    status = status_of_trouble(known, reason, sentence, generation=told, now=world.now())
    world.keep(kinds.RELEASES, await world.writer.status(kinds.RELEASES, found, status))


def status_of_trouble(before: Object, reason: Reason, sentence: str, *, generation: int, now: datetime) -> Object:
    """What is known stays, the phase of a rollout too. The reason goes with its message: one alone would tell a lie."""
    progress = Progress(phase=Phase.STALLED, reason=reason, sentence=sentence)
    rollout = before.get("rollout")
    # Nothing is decided meanwhile: its clocks stand.
    stopped = {"rollout": {"stoppedSince": stamp(now), **rollout}} if rollout else {}
    return {
        **before,
        **stopped,
        "phase": before.get("phase", Phase.PENDING.value),
        "observedGeneration": generation,
        "reason": reason.value,
        "message": sentence,
        "conditions": conditions(progress, before.get("conditions") or [], generation=generation, now=now),
    }
