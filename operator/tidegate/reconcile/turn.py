"""One turn: observe, decide, act, record. Nothing else joins the parts."""

from dataclasses import dataclass

import structlog

from tidegate.api import InvalidSpec
from tidegate.clients import CallError, Forbidden, Invalid
from tidegate.decision import Decision, Record, decide
from tidegate.decision.actions import SetWeight
from tidegate.decision.reasons import Reason
from tidegate.telemetry import TurnResult
from tidegate.watch import Key

from . import kinds
from .advice.log_reading import LogReading
from .advice.usage import UsageReading
from .configuration.lost import places_of
from .day_before.rounds import DayJudging
from .effects.act import act
from .failure import tell_of_a_refused_rollback
from .hooks.asking import Asking
from .judging.checking import Checking
from .judging.queries import Measuring
from .judging.rounds import Judging
from .observe import observe
from .record import generation_told, record, record_invalid
from .scraping.scraper import Scraping
from .seen.seen import Seen
from .world import World

# Where a namespace refuses us, its Releases are looked at again so often; the reflector asks every 30 s.
INCOMPLETE_SECONDS = 5.0
UNTOLD_SECONDS = 1.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Followers:
    """What goes on beside the turns, and follows each of them."""

    measuring: Measuring
    judging: Judging
    day_judging: DayJudging
    scraping: Scraping
    asking: Asking
    checking: Checking
    log_reading: LogReading
    usage_reading: UsageReading

    def follow(self, key: Key, seen: Seen, decision: Decision) -> None:
        """Measure, count, ask and read what a recorded decision leaves open."""
        self.measuring.follow(key, seen)
        self.scraping.follow(key, seen)
        self.judging.follow(key, seen)
        self.day_judging.follow(key, seen)
        self.asking.follow(key, seen, decision)
        self.checking.follow(key, seen)
        self.log_reading.follow(key, seen)
        self.usage_reading.follow(key, seen)


async def take_turn(key: Key, world: World, followers: Followers) -> None:
    """One look at one Release, where all that it reads is known."""
    if not world.complete(key.namespace):
        world.schedule.after(key, INCOMPLETE_SECONDS)
        return

    uid = world.uid(key)
    try:
        await look(key, world, followers)
    finally:
        # It was made again meanwhile: what the end of this turn keeps would be taken for the new one's.
        if world.uid(key) != uid:
            world.forget(key)


async def look(key: Key, world: World, followers: Followers) -> None:
    """One look, and all that follows from it. Safe to be cut at any point."""
    try:
        seen = observe(key, world)
    except InvalidSpec as error:
        found = world.store(kinds.RELEASES).get(key)
        if found is not None:
            await record_invalid(found, str(error), world)
        return

    if seen is None:
        world.forget(key)
        return

    follow_configuration(seen, world)
    decision = decide(seen.snapshot)
    try:
        await carry_out(seen, decision, world)
    except CallError as error:
        tell_of_a_refused_rollback(seen, decision, error, world)
        raise

    await record_and_follow(seen, decision, world, followers=followers)


def follow_configuration(seen: Seen, world: World) -> None:
    """What is declared, and what the copies that are lost were made from."""
    declared = seen.wanted.template.tracking.follows
    world.configs.follow(seen.owner.key, declared | places_of(seen.owner, seen.snapshot.lost))


async def record_and_follow(seen: Seen, decision: Decision, world: World, *, followers: Followers) -> None:
    """Write the status, then say which measurements, hooks and timers follow."""
    key = seen.owner.key
    if decision.record is Record.AFTER_NEXT_LOOK:
        # A status now would tell of the new generation without a word on what becomes of it.
        world.mark(key)
        return

    if decision.reason is Reason.HANDED_BACK:
        # The object ended with its finalizer: there is nothing to write a status to.
        log.info(decision.sentence, namespace=key.namespace, release=key.name, reason=decision.reason.value)
        return

    if decision.record is not Record.NOTHING:
        await record(seen, decision, world)

    if decision.progress.candidate is None:
        # At rest the next turn may be far away; the spec is read again then.
        world.memory(key).parsed = {}

    followers.follow(key, seen, decision)
    remember_blocked(key, world, blocked=seen.snapshot.blocked is not None)
    world.telemetry.turn(TurnResult.ACTED if decision.actions else TurnResult.LOOKED)
    look_again(seen, decision, world)


def look_again(seen: Seen, decision: Decision, world: World) -> None:
    """When time alone may change what is decided; soon after effects beside which nothing was said of what is new."""
    key, found = seen.owner.key, seen.stored.found
    if decision.look_again is not None:
        world.schedule.after(key, decision.look_again.total_seconds())
    elif decision.actions and generation_told(found, decision) != found["metadata"]["generation"]:
        # Their echo wakes it before, where they change anything that is watched.
        world.schedule.after(key, UNTOLD_SECONDS)
    else:
        world.schedule.cancel(key)


async def carry_out(seen: Seen, decision: Decision, world: World) -> None:
    """The effects of a decision, in order. What the API server refuses is remembered in its words."""
    for action in decision.actions:
        try:
            await act(seen, action, world, urgent=decision.urgent)
        except (Invalid, Forbidden) as error:
            if not isinstance(action, SetWeight):
                world.refused_by(seen.owner.key, error)
            raise


def remember_blocked(key: Key, world: World, *, blocked: bool) -> None:
    """Blocked Releases are looked at when anything appears that one may wait for."""
    if blocked:
        world.blocked.add(key)
    else:
        world.blocked.discard(key)
