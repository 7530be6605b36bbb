"""Gauges of every Release, read from the store when /metrics is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tidegate.judge.verdict import Line
from tidegate.reconcile import kinds
from tidegate.reconcile.accidents import Work
from tidegate.reconcile.world import World
from tidegate.watch import Key, key_of

RELEASE = ("namespace", "release")
OBJECTIVE = (*RELEASE, "objective")
# Never both, and neither of a Release that is Ready.
UNREST = frozenset({"Reconciling", "Stalled"})


class Rollouts(Collector):
    """Phases, weights and objectives as the operator knows them now."""

    def __init__(self, world: World) -> None:
        self._world = world

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: families depend on what there is."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One pass over the Releases."""
        yield from self._releases()
        yield self._conditions()
        yield from self._objectives()
        yield self._queue()
        yield self._failures()

    @contextmanager
    def _apart(self, place: Key) -> Iterator[None]:
        """A Release that cannot be shown keeps no other from being shown."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the boundary of one Release on a page of all
            self._world.accident(Work.SHOWING_METRICS, place, error)

    def _releases(self) -> Iterator[GaugeMetricFamily]:
        phase = GaugeMetricFamily(
            "tidegate_release_phase", "1 for the phase a Release is in.", labels=(*RELEASE, "phase")
        )
        weight = GaugeMetricFamily("tidegate_release_weight", "The candidate's share on the route.", labels=RELEASE)
        for found in self._world.store(kinds.RELEASES):
            place = key_of(found)
            with self._apart(place):
                status = found.get("status") or {}
                shown, share = str(status.get("phase", "Pending")), float((status.get("step") or {}).get("weight", 0))
                phase.add_metric((*place, shown), 1)
                weight.add_metric(place, share)

        yield phase
        yield weight

    def _conditions(self) -> GaugeMetricFamily:
        """One series at most for a Release, and none while it is served as declared: rest costs nothing."""
        condition = GaugeMetricFamily(
            "tidegate_release_condition",
            "1 for Reconciling or Stalled while it is true, with its reason.",
            labels=(*RELEASE, "type", "reason"),
        )
        for found in self._world.store(kinds.RELEASES):
            with self._apart(key_of(found)):
                for state in (found.get("status") or {}).get("conditions") or ():
                    if state["type"] in UNREST and state["status"] == "True":
                        condition.add_metric((*key_of(found), state["type"], str(state["reason"])), 1)

        return condition

    def _objectives(self) -> Iterator[GaugeMetricFamily]:
        value = GaugeMetricFamily("tidegate_objective_value", "An objective's latest value.", labels=OBJECTIVE)
        bound = GaugeMetricFamily("tidegate_objective_bound", "What it must keep.", labels=(*OBJECTIVE, "side"))
        verdict = GaugeMetricFamily("tidegate_objective_verdict", "1 for its verdict.", labels=(*OBJECTIVE, "verdict"))
        for place, line in self._lines():
            labels = (*place, line.name)
            verdict.add_metric((*labels, line.verdict.value), 1)
            if line.value is not None:
                value.add_metric(labels, line.value)

            for side, limit in (("max", line.bound.greatest), ("min", line.bound.least)):
                if limit is not None:
                    bound.add_metric((*labels, side), float(limit))

        yield from (value, bound, verdict)

    def _lines(self) -> Iterator[tuple[Key, Line]]:
        for place, memory in tuple(self._world.memories.items()):
            for line in memory.analysis.lines if memory.analysis else ():
                yield place, line

    def _failures(self) -> GaugeMetricFamily:
        failed = GaugeMetricFamily(
            "tidegate_release_failed_turns",
            "Turns of a Release that failed one after the other; none while they succeed.",
            labels=RELEASE,
        )
        for place, count in tuple(self._world.queue.failures.items()):
            failed.add_metric(place, count)

        return failed

    def _queue(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("tidegate_queue_length", "Releases waiting for a turn.", len(self._world.queue))
