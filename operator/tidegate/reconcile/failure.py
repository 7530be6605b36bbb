"""A turn that failed: logged every time, and said of its one Release where it goes on failing, or goes back."""

import asyncio
from dataclasses import replace

import structlog

from tidegate.clients import CallError, Conflict, Fenced, Forbidden, Invalid, Object, Unavailable
from tidegate.decision import Decision, Phase, Record
from tidegate.decision.progress import Progress
from tidegate.sentences import SENTENCE_LENGTH, shortened
from tidegate.telemetry import TurnResult
from tidegate.watch import Key

from . import kinds
from .record import next_status, record_failure, worth_writing
from .seen.seen import Seen
from .told import of_revision, rollout_of
from .world import World

# So many in a row take about a second: no race is lost so often. Said again after so many more, where it was lost.
TOLD_FROM = 5
TOLD_EVERY = 60
# An API server that takes no word of a refused rollback in this time gets the next one.
WORD_SECONDS = 2.0
log = structlog.get_logger(__name__)


async def tell_of_failure(key: Key, error: Exception, world: World) -> None:
    """Count and log a turn that failed; where it fails again and again, say so of the Release. Never raises."""
    world.telemetry.turn(TurnResult.FAILED)
    _log(key, error)
    found = world.store(kinds.RELEASES).get(key)
    # An unavailable server would not take a word of it; the others heal by another look.
    due = world.queue.failures.get(key, 0) % TOLD_EVERY == TOLD_FROM
    if found is None or not due or isinstance(error, Unavailable | Conflict | Fenced) or _told(found, error):
        return

    try:
        await record_failure(found, sentence_of(error), world)
    except Exception as untold:  # noqa: BLE001 - the boundary of the loop's own boundary: one Release must not end it
        log.warning("a failure could not be told", error=str(untold), namespace=key.namespace, release=key.name)


def tell_of_a_refused_rollback(seen: Seen, decision: Decision, error: CallError, world: World) -> None:
    """Say that a rollback is decided, and what refuses it. Nothing waits for that: the next try least of all."""
    key, refused = seen.owner.key, refusal_of(decision, seen.snapshot.progress, error)
    lost = isinstance(error, Invalid) and world.queue.failures.get(key, 0) < TOLD_FROM
    if refused is None or lost or not isinstance(error, Unavailable | Forbidden | Invalid) or key in world.refusals:
        return

    before = seen.stored.found.get("status") or {}
    status = next_status(seen, refused, before, world)
    if worth_writing(before, status, refused.progress):
        world.refusals.start(key, _write_aside(seen, refused, status, world))


def refusal_of(decision: Decision, before: Progress, error: CallError) -> Decision | None:
    """The rollback as it is to be recorded, with what refuses it; None where none is decided or under way."""
    progress = next((found for found in (decision.progress, before) if found.phase is Phase.ROLLING_BACK), None)
    if progress is None or decision.record is not Record.ALL:
        return None

    cause = progress.history[0] if progress.history else progress
    sentence = f"{shortened(cause.sentence)}; not done yet: {shortened(error.told)}"
    told = replace(progress, reason=cause.reason, sentence=sentence)
    return Decision(reason=told.reason, sentence=sentence, progress=told)


async def _write_aside(seen: Seen, refused: Decision, status: Object, world: World) -> None:
    """One try: a server that is away takes no word either, and the next failure has another."""
    found, progress = seen.stored.found, refused.progress
    try:
        async with asyncio.timeout(WORD_SECONDS):
            answer = await world.writer.status(kinds.RELEASES, found, status, aside=True)
    except (CallError, Fenced, TimeoutError) as error:
        log.info("a refused rollback is not told yet", error=str(error), release=seen.owner.name)
        return

    world.keep(kinds.RELEASES, answer)
    sentence, rollout = of_revision(progress, refused.sentence), rollout_of(progress)
    world.tell(found, refused.reason, sentence, warns=True, rollout=rollout)


def _told(found: Object, error: Exception) -> bool:
    """True where the status of a rollback says it already."""
    status = found.get("status") or {}
    return status.get("phase") == Phase.ROLLING_BACK.value and sentence_of(error) in str(status.get("message"))


def sentence_of(error: Exception) -> str:
    """What failed, for people: the server's words, or those of an error that is ours to mend."""
    if isinstance(error, CallError):
        return shortened(error.told)

    what = shortened(f"{type(error).__name__}: {error}", SENTENCE_LENGTH // 2)
    return f"this Release cannot be looked at, so nothing is done for it: {what}. The operator's log says where"


def _log(key: Key, error: Exception) -> None:
    """One line: a lost race as ordinary, anything else as a warning or an error."""
    release = {"namespace": key.namespace, "release": key.name}
    if isinstance(error, Conflict | Invalid | Fenced):
        log.info("turn taken again", error=str(error), **release)
    elif isinstance(error, CallError):
        log.warning("turn failed", error=str(error), **release)
    else:
        log.error("turn failed", exc_info=error, **release)
