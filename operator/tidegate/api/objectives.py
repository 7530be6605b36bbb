"""What must hold of a candidate, and who says so."""

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from .enums import Mode, SourceKind
from .jobs import JobCheck
from .model import Declared, Duration, Name, Number, ObjectName, Share, number, one_of

# The API server's schema has no such field: who declares it anew is told so.
GONE = "consecutive"
COUNTED = ("error_ratio", "slow_requests", "latency", "request_share")


class Query(Declared):
    """A question, in PromQL or in the words of another source, and the bounds that its answer must keep."""

    promql: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4096,
            description="One number, from a Prometheus. $namespace, $release, $stable_pods, $candidate_pods,"
            " $stable_revision, $candidate_revision, $weight, $window and $window_seconds are filled in.",
        ),
    ] = None
    text: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4096,
            description="One number, asked in the own language of a source that is no Prometheus. The same variables"
            " are filled in.",
        ),
    ] = None
    max: Annotated[Number | None, Field(description="The greatest value that passes, such as 0.2 or 1%.")] = None
    min: Annotated[Number | None, Field(description="The least value that passes.")] = None
    consecutive: Annotated[int | None, Field(ge=1, le=100, description="Breaching measurements in a row.")] = None

    @property
    def words(self) -> str:
        """The question, in whichever language."""
        return self.promql or self.text or ""

    @model_validator(mode="after")
    def _one_language(self) -> "Query":
        one_of(self, "promql", "text")
        return self

    @model_validator(mode="after")
    def _room_between(self) -> "Query":
        if self.max is not None and self.min is not None and number(self.min) > number(self.max):
            message = "query: min must not be greater than max: no answer would pass"
            raise ValueError(message)

        return self


class Counted(Declared):
    """What the data plane counts, judged by evidence against a bound."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_gone(cls, declared: Any) -> Any:
        """Earlier versions had `consecutive` here, which plans that they pinned still hold: evidence needs none."""
        if not isinstance(declared, dict):
            return declared

        return {name: value for name, value in declared.items() if name != GONE}


class ErrorRatio(Counted):
    """The share of the candidate's requests that the data plane answered with a server error."""

    max: Annotated[Share, Field(description="The greatest share that passes, such as 1%.")] = "1%"


class SlowRequests(Counted):
    """The share of the candidate's requests that took longer than a time, counted by the data plane's histogram."""

    over: Annotated[Duration, Field(description="A boundary of the histogram's buckets; no other is ever guessed.")]
    max: Annotated[Share, Field(description="The greatest share that passes, such as 5%.")]


class Latency(Declared):
    """No slower than stable at any boundary of the histogram that the data plane counts in."""


class RequestShare(Declared):
    """The candidate serves at least 80 % of the requests that its weight promises, by the gateway's counts."""


class Objective(Declared):
    """What must hold: one of query, errorRatio, slowRequests, latency, requestShare and job."""

    name: Annotated[Name, Field(description="The objective's name, unique in the Release.")]
    query: Annotated[Query | None, Field(description="A question of your own.")] = None
    error_ratio: Annotated[ErrorRatio | None, Field(description="The gateway's own count of server errors.")] = None
    slow_requests: Annotated[
        SlowRequests | None, Field(description="The gateway's own count of requests over a time.")
    ] = None
    latency: Annotated[
        Latency | None,
        Field(description="No slower than stable: the gateway's histogram, compared over all its boundaries."),
    ] = None
    request_share: Annotated[
        RequestShare | None,
        Field(description="A candidate that serves less than its weight promises, by the gateway's own count."),
    ] = None
    job: Annotated[JobCheck | None, Field(description="A Job of your own whose end is the answer.")] = None
    mode: Annotated[
        Mode, Field(description="Gate; or Advise: judged, recorded and shown, and nothing is done about it.")
    ] = Mode.GATE

    @property
    def ratio(self) -> "ErrorRatio | SlowRequests | None":
        """The share of bad requests that is counted, where it is one."""
        return self.error_ratio or self.slow_requests

    @property
    def counted(self) -> str:
        """The field that says what the data plane counts; empty for a query and a Job."""
        return next((to_camel(name) for name in COUNTED if getattr(self, name) is not None), "")


class MetricSourceRef(Declared):
    """Where the numbers come from."""

    kind: Annotated[SourceKind, Field(description="MetricSource in this namespace, or ClusterMetricSource.")] = (
        SourceKind.CLUSTER_METRIC_SOURCE
    )
    name: Annotated[ObjectName, Field(description="Its name.")] = "default"
