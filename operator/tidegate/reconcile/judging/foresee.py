"""One look at a Release without an operator: what its steps can show, by what its data plane counted up to now."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tidegate.api import AdvanceOn, DataPlane, InvalidSpec, OnInconclusive
from tidegate.api.release import ReleaseSpec
from tidegate.clients import Forbidden, NotFound
from tidegate.decision.snapshot import Blocked
from tidegate.judge.plan import Expected
from tidegate.judge.sentences import Circumstances
from tidegate.metrics.answer import Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.history import History, history
from tidegate.metrics.raw_counts import Shape, read
from tidegate.metrics.samples import MILLISECONDS
from tidegate.reconcile import kinds
from tidegate.reconcile.observe import observe
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.reconcile.world import World
from tidegate.watch import Key

from .ask_raw import ask_in_parts
from .counting import PAST
from .rounds import last_end
from .rules import Known, Wanted, foreseen, learned
from .tracks import shape_of, stable_of, wanted_by_name

# By pods or not, nothing is counted by it.
NOBODYS = Shape(DataPlane.APPLICATION)
# What tells who counts a Release's requests, and how it is judged.
READ = frozenset(
    kind.key
    for kind in (
        kinds.RELEASES,
        kinds.ROUTES,
        kinds.GRPC_ROUTES,
        kinds.GATEWAYS,
        kinds.GATEWAY_CLASSES,
        kinds.OBJECTIVE_SETS,
        kinds.CLUSTER_OBJECTIVE_SETS,
        kinds.METRIC_SOURCES,
        kinds.CLUSTER_METRIC_SOURCES,
        kinds.METRIC_SECRETS,
    )
)


class NotForeseen(Exception):
    """Why nothing can be said of a Release's steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One objective: its name, who counts, and the rules with what each step shows by them.

    `waits`: no step is left before the objective passes, not at its deadline either.
    """

    name: str
    counted: str
    known: Known
    waits: bool = False


def expected_at(spec: ReleaseSpec, expected: Expected) -> Iterator[Foreseen]:
    """Every objective that counts requests, for traffic that is only told: bursts are taken as the usual ones."""
    for name, wanted in compared(spec).items():
        judge = learned(wanted, NOBODYS, History()).judge
        around = Circumstances(expected=replace(expected, fresh=wanted.fresh))
        known = foreseen(Known(judge, around), wanted)
        yield Foreseen(name=name, counted="as told", known=known, waits=waits_for_a_pass(spec))


def waits_for_a_pass(spec: ReleaseSpec) -> bool:
    """False also where a deadline takes a verdict that is still awaited for a good one."""
    return spec.advance_on is AdvanceOn.PASS and spec.on_inconclusive is not OnInconclusive.PROMOTE


def compared(spec: ReleaseSpec) -> dict[str, Wanted]:
    """What is declared of every objective that counts bad requests: of them alone something can be multiplied."""
    ratios = {found.name for found in spec.objectives if found.ratio}
    return {name: wanted for name, wanted in wanted_by_name(spec).items() if name in ratios}


async def foresee(key: Key, world: World, channel: Channel, *, asked: Source | None = None) -> list[Foreseen]:
    """Every objective that counts requests, by stable's last hour. `asked` stands in for the Release's own source.

    Raises NotForeseen, and CallError where the API server does not answer.
    """
    await fill(world, key.namespace)
    seen = observed(key, world)
    wanted = compared(seen.spec)
    if not wanted:
        message = "no objective counts bad requests: errorRatio and slowRequests do"
        raise NotForeseen(message)

    source = asked or source_of(seen, world)
    return [await _foreseen(name, each, seen, source, channel) for name, each in wanted.items()]


async def fill(world: World, namespace: str) -> None:
    """Read what is needed of the cluster, as far as it may be read: of everything else nothing is known."""
    for watched in kinds.WATCHED:
        if watched.kind.key not in READ:
            continue

        near = namespace if watched.kind.namespaced else None
        # Gateways, and the Secrets of sources that all share, are where others put them.
        for place in dict.fromkeys((None, near) if watched.kind is not kinds.RELEASES else (near,)):
            try:
                found, _ = await world.kube.list_all(watched.kind, place, keep=watched.trim, selector=watched.selector)
            except (Forbidden, NotFound):
                continue

            for each in found:
                world.store(watched.kind).put(each)
            break


def observed(key: Key, world: World) -> Seen:
    """The Release with a stable revision and a data plane. Raises NotForeseen."""
    where = "/".join(key)
    try:
        seen = observe(key, world)
    except InvalidSpec as error:
        message = f"{where} is invalid: {error}"
        raise NotForeseen(message) from error

    if seen is None:
        message = f"there is no Release {where}, or it may not be read"
        raise NotForeseen(message)

    if seen.snapshot.progress.stable is None:
        message = f"{where} has no stable revision yet: nothing was counted"
        raise NotForeseen(message)

    if seen.plane is None:
        message = f"{where}: spec.dataPlane: {seen.wanted.choice.sentence}"
        raise NotForeseen(message)

    return seen


def source_of(seen: Seen, world: World) -> Source:
    """The Release's own source. Raises NotForeseen with what is missing."""
    found = world.sources.resolve(seen.spec.metric_source, seen.owner.namespace)
    if isinstance(found, Blocked):
        raise NotForeseen(found.sentence)

    return found


async def _foreseen(name: str, wanted: Wanted, seen: Seen, source: Source, channel: Channel) -> Foreseen:
    objective = next(found for found in seen.spec.objectives if found.name == name)
    shape, stable = shape_of(seen, objective), stable_of(seen)
    past = await _hour(shape, stable, seen, source, channel)
    known = learned(wanted, shape, past)
    return Foreseen(name=name, counted=shape.counted, known=known, waits=waits_for_a_pass(seen.spec))


async def _hour(shape: Shape, stable: Backend, seen: Seen, source: Source, channel: Channel) -> History:
    until, _ = last_end(seen.snapshot.now.timestamp(), seen.spec.interval)
    since = until - int(PAST.total_seconds() * MILLISECONDS)
    found = await ask_in_parts(channel, source, shape, (stable,), since=since, until=until)
    if isinstance(found, Unusable):
        raise NotForeseen(found.of(source.where))

    return history(read(shape, (stable,), found).get(stable, ()))
