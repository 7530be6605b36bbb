"""What people are told of a turn: Events, once what they tell of is recorded; and how rollouts end, counted."""

from tidegate.decision import Decision, Phase
from tidegate.decision.progress import Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Said
from tidegate.decision.status import stamp

from .seen.seen import Seen
from .world import World

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

    sentence, warns = of_revision(now, decision.sentence), not same and now.reason.warns
    world.tell(seen.stored.found, decision.reason, sentence, warns=warns, rollout=rollout_of(now))
    ended = now.phase in {Phase.PROMOTED, Phase.ROLLED_BACK} and before.phase is not now.phase
    # What was amiss at rest, and is mended, ends no rollout a second time.
    if ended and now.history and now.history[:1] != before.history[:1]:
        count_outcome(now, world)


def rollout_of(now: Progress) -> str:
    """Which rollout is told of, by when it started: the one under way, or the last one that ended."""
    last = now.history[0].started_at if now.history else None
    return stamp(now.started_at or last) or ""


def of_revision(now: Progress, sentence: str) -> str:
    """How a rollout goes back, with the revision that does: an Event stands alone, without the status beside it."""
    line = now.history[0] if now.history else None
    if line is None or line.revision in sentence:
        return sentence

    ended = now.phase is Phase.ROLLED_BACK and now.reason is line.reason
    return f"revision {line.revision}: {sentence}" if ended or now.phase is Phase.ROLLING_BACK else sentence


def tell_of_a_changed_plan(seen: Seen, world: World) -> None:
    """Whoever edits steps or objectives in mid-rollout learns that the next rollout goes by them, not this one."""
    if not seen.wanted.plan_changed:
        return

    sentence = "steps, objectives and limits were edited: they serve the next rollout, this one keeps its own"
    world.tell(seen.stored.found, Reason.PLAN_CHANGED, sentence)


def tell_of_a_kept_port(seen: Seen, world: World) -> None:
    """Whoever takes a template back, and not the port that came with it, learns where its pods are served."""
    ports, target = seen.ports, seen.snapshot.target
    kept = ports.at(target)
    if ports.of in {target, ""} or kept == ports.declared:
        return

    sentence = (
        f"spec.service.{ports.edited(target)}: {ports.declared} came with revision {ports.of}:"
        f" revision {target} keeps {kept} until the field is edited again"
    )
    world.tell(seen.stored.found, Reason.PORT_KEPT, sentence)


def tell_of_the_data_plane(seen: Seen, world: World) -> None:
    """Whoever starts a rollout learns what judges it, where that is not the gateway's own tried count."""
    if seen.snapshot.progress.stable and seen.spec.asks_the_data_plane and seen.wanted.choice.remark:
        world.tell(seen.stored.found, Reason.DATA_PLANE_CHOSEN, seen.wanted.choice.remark)


def tell_of_hooks_in_vain(seen: Seen, now: Progress, world: World) -> None:
    """A hook that should have been told, and was not heard saying yes: nothing waits for it, so people are told."""
    for notice in seen.snapshot.progress.notices:
        answer = seen.snapshot.answer(notice.key)
        if notice not in now.notices and answer and answer.said is not Said.YES:
            sentence = (
                f"hook {notice.hook} was told {notice.when.value} of {notice.revision} in vain: {answer.sentence}"
            )
            world.tell(seen.stored.found, Reason.HOOK_UNHEARD, sentence)


def count_outcome(now: Progress, world: World) -> None:
    """How rollouts end, and how long they took."""
    newest = now.history[0]
    if newest.ended_at:
        seconds = (newest.ended_at - newest.started_at).total_seconds()
        world.telemetry.rollouts.labels(newest.outcome.value).observe(seconds)
