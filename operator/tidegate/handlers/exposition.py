"""Gauges of every Release, read from the store when /metrics is asked."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tidegate.judge.verdict import Line
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Key, key_of

RELEASE = ("namespace", "release")
OBJECTIVE = (*RELEASE, "objective")


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
        yield from self._objectives()
        yield self._queue()

    def _releases(self) -> Iterator[GaugeMetricFamily]:
        phase = GaugeMetricFamily(
            "tidegate_release_phase", "1 for the phase a Release is in.", labels=(*RELEASE, "phase")
        )
        weight = GaugeMetricFamily("tidegate_release_weight", "The candidate's recorded weight.", labels=RELEASE)
        for found in self._world.store(kinds.RELEASES):
            status = found.get("status") or {}
            place = key_of(found)
            phase.add_metric((*place, status.get("phase", "Pending")), 1)
            weight.add_metric(place, (status.get("step") or {}).get("desiredWeight", 0))

        yield phase
        yield weight

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

    def _queue(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("tidegate_queue_length", "Releases waiting for a turn.", len(self._world.queue))
