"""Every series whose labels are known beforehand, at 0 before its first event.

Prometheus sees no increase in a series that begins at 1: the first rollback after a start would ring no alert.
"""

from enum import Enum

from prometheus_client.metrics import MetricWrapperBase

from tidegate.decision.progress import Outcome
from tidegate.decision.snapshot import Said
from tidegate.reconcile.accidents import EVERY
from tidegate.telemetry import QueryResult, Telemetry, TurnResult


def begin(telemetry: Telemetry) -> None:
    """Make them all. Requests are left out: their resources and statuses are what the API server answers."""
    _each_of(TurnResult, telemetry.turns)
    _each_of(QueryResult, telemetry.queries)
    _each_of(Said, telemetry.hooks)
    _each_of(Outcome, telemetry.rollouts)
    for what in EVERY:
        telemetry.accidents.labels(what)


def _each_of(values: type[Enum], counted: MetricWrapperBase) -> None:
    for value in values:
        counted.labels(value.value)
