"""The status, once a turn, only if it changed; then the Event and the log line."""

from datetime import datetime, timedelta

import structlog

from tidegate.clients import Object
from tidegate.decision import Decision, Phase, Record
from tidegate.decision.conditions import conditions
from tidegate.decision.plan import FULL
from tidegate.decision.progress import Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.room import fitted
from tidegate.decision.status import rebuilt, stamp, status_of
from tidegate.workloads import Owner, selected_labels

from . import kinds
from .advice.collected import advice_of, news, tell_advice
from .judging.evidence import analyse, lines_of
from .memory import Told
from .seen.autoscalers import divided_by
from .seen.recorded import recorded
from .seen.seen import Seen
from .seen.sides import replica_sets_of
from .told import tell
from .world import World

log = structlog.get_logger(__name__)

# What only moves with pods: in a rollout it is written along with the next step, at rest when it changes.
CARRIED = ("replicas", "stable", "candidate", "baseline", "objectives", "advice", "step", "restart")
# A sentence of what is measured has other numbers at each look: those alone are written so often.
MEASURED_EVERY = timedelta(seconds=60)


async def record(seen: Seen, decision: Decision, world: World) -> None:
    """Write the next state if it is another one, tell people, and log one line for the decision."""
    before = seen.stored.found.get("status") or {}
    status = next_status(seen, decision, before, world)
    memory = world.memory(seen.owner.key)
    told = Told(seen.snapshot.now, memory.analysis.subject if memory.analysis else None)
    worthy = worth_writing(before, status, decision.progress, measured=measured_due(memory.told, told))
    if decision.actions or worthy:
        log.info(decision.sentence, **facts(seen, decision))

    if not worthy:
        return

    answer = await world.writer.status(kinds.RELEASES, seen.stored.found, status, urgent=decision.urgent)
    memory.told = told
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
        selector=divided_by(seen.owner, seen.snapshot, progress, world, beside=beside),
    )
    noted = {
        **seen.wanted.template.noted_in_status(),
        "targetPort": seen.ports.recorded(progress.stable, seen.snapshot.target),
        "advice": advice_of(key, before, progress, world) or None,
    }
    return fitted({**decided, **{name: note for name, note in noted.items() if note is not None}})


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
    return told if decision.record is Record.STATE_ONLY and told > 0 else newest


def worth_writing(before: Object, status: Object, progress: Progress, *, measured: bool = True) -> bool:
    """True where the recorded state differs; pods alone are worth it only at rest, measured words when due."""
    skipped = CARRIED if progress.candidate else ()
    recorded, decided = _without(before, skipped), _without(status, skipped)
    if not measured and progress.reason.measured:
        recorded, decided = without_words(recorded), without_words(decided)

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


def measured_due(before: Told | None, now: Told) -> bool:
    """True where measured words alone are worth a write: about another objective or verdict at once, else in a while.

    A clock that was set back is no reason to wait for it; nor is a write that nobody remembers.
    """
    if before is None or before.subject != now.subject:
        return True

    return not timedelta(0) <= now.at - before.at < MEASURED_EVERY


def without_words(status: Object) -> Object:
    """A status without its message, in its conditions too."""
    states = [_without(state, ("message",)) for state in status.get("conditions") or ()]
    return {**_without(status, ("message",)), "conditions": states}


def told_along(reason: Reason) -> bool:
    """True where the plan moves the weight, and its next record tells of it; what else moves it is told at once."""
    return reason.quiet or reason in {Reason.WATCHING, Reason.PROMOTING}


def _without(found: Object, names: tuple[str, ...]) -> Object:
    return {name: value for name, value in found.items() if name not in names}


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
    reason = Reason.INVALID_SPEC
    log.info(sentence, release=metadata["name"], namespace=metadata["namespace"], reason=reason.value)
    if (before.get("reason"), before.get("message")) != (reason.value, sentence):
        world.tell(found, reason, sentence)


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
    world.tell(found, reason, sentence)
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
