"""Objectives that nobody would answer: of no source, in no words of its own, or counted by nobody."""

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics.data_planes import COUNTS
from tidegate.metrics.scrape import Scrape
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World

from .objective_sets import field_of_share
from .wording import misworded, unknown_variable


def query_unfillable(seen: Seen, _world: World) -> Blocked | None:
    """A query with a variable that nothing fills in."""
    return unknown_variable(seen.wanted.pinned.spec, seen.wanted.sets)


def source_unfit(seen: Seen, world: World) -> Blocked | None:
    """The source that is named is missing, or speaks another language than the objectives."""
    spec = seen.wanted.pinned.spec
    if not spec.asks_a_source:
        return None

    source = world.sources.resolve(spec.metric_source, seen.owner.namespace)
    return source if isinstance(source, Blocked) else misworded(spec, source, seen.wanted.sets)


def plane_unfit(seen: Seen, world: World) -> Blocked | None:
    """No data plane answers the built-in queries, or one that mixes two Releases up. A first revision asks nothing."""
    if not seen.wanted.pinned.spec.asks_the_data_plane or seen.snapshot.progress.stable is None:
        return None

    if seen.plane is None:
        return Blocked(reason=Reason.DATA_PLANE_UNKNOWN, sentence=f"spec.dataPlane: {seen.wanted.choice.sentence}")

    if COUNTS[seen.plane].by_pods and (shared := field_of_share(seen.wanted.pinned.spec, seen.wanted.sets)):
        where = "is counted at a gateway, where a weight shares requests out"
        return Blocked(reason=Reason.DATA_PLANE_UNKNOWN, sentence=f"{shared}: {where}, and {seen.plane.value} is none")

    alike = world.store(kinds.RELEASES).of(kinds.joined(*seen.owner.key))
    if len(alike) < 2 or not COUNTS[seen.plane].joined:
        return None

    names = " and ".join(sorted(f"{found['metadata']['namespace']}/{found['metadata']['name']}" for found in alike))
    sentence = f"spec.dataPlane: {seen.plane.value} cannot tell {names} apart: set another, or ask by query"
    return Blocked(reason=Reason.DATA_PLANE_AMBIGUOUS, sentence=sentence)


def pages_unfit(seen: Seen, world: World) -> Blocked | None:
    """Pods that tell of themselves are known by their own pages alone, and a gateway's counts are on no pod's page."""
    spec, plane = seen.wanted.pinned.spec, seen.plane
    if not spec.asks_the_data_plane or plane is None or seen.snapshot.progress.stable is None:
        return None

    source = world.sources.resolve(spec.metric_source, seen.owner.namespace)
    if isinstance(source, Blocked) or not isinstance(source.translator, Scrape):
        return None

    by_pods = COUNTS[plane].by_pods
    if by_pods == (source.translator.pods is not None):
        return None

    counts, needs = ("pods", "pods") if by_pods else ("a gateway", "addresses")
    where = source.where.removeprefix("spec.metricSource: ")
    sentence = f"spec.dataPlane: {plane.value} is counted by {counts}: {where} needs scrape.{needs}"
    return Blocked(reason=Reason.DATA_PLANE_UNKNOWN, sentence=sentence)
