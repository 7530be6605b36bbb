"""A turn that failed: logged every time, and said of its one Release where it goes on failing."""

import structlog

from tidegate.clients import CallError, Conflict, Fenced, Invalid, Unavailable
from tidegate.decision.reasons import SENTENCE_LENGTH
from tidegate.watch import Key

from . import kinds
from .record import record_failure
from .world import World

# So many in a row take about a second: no race is lost so often. Said again after so many more, where it was lost.
TOLD_FROM = 5
TOLD_EVERY = 60
log = structlog.get_logger(__name__)


async def tell_of_failure(key: Key, error: Exception, world: World) -> None:
    """Count and log a turn that failed; where it fails again and again, say so of the Release. Never raises."""
    world.telemetry.turns.labels("failed").inc()
    _log(key, error)
    found = world.store(kinds.RELEASES).get(key)
    # An unavailable server would not take a word of it; the others heal by another look.
    due = world.queue.failures.get(key, 0) % TOLD_EVERY == TOLD_FROM
    if found is None or not due or isinstance(error, Unavailable | Conflict | Fenced):
        return

    try:
        await record_failure(found, sentence_of(error), world)
    except Exception as untold:  # noqa: BLE001 - the boundary of the loop's own boundary: one Release must not end it
        log.warning("a failure could not be told", error=str(untold), namespace=key[0], release=key[1])


def sentence_of(error: Exception) -> str:
    """What failed, for people: the server's words, or those of an error that is ours to mend."""
    if isinstance(error, CallError):
        return error.told[:SENTENCE_LENGTH]

    what = f"{type(error).__name__}: {error}"[: SENTENCE_LENGTH // 2]
    return f"this Release cannot be looked at, so nothing is done for it: {what}. The operator's log says where"


def _log(key: Key, error: Exception) -> None:
    """One line: a lost race as ordinary, anything else as a warning or an error."""
    release = {"namespace": key[0], "release": key[1]}
    if isinstance(error, Conflict | Invalid | Fenced):
        log.info("turn taken again", error=str(error), **release)
    elif isinstance(error, CallError):
        log.warning("turn failed", error=str(error), **release)
    else:
        log.error("turn failed", exc_info=error, **release)
