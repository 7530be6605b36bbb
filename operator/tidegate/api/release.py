"""A Release as users declare it."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from .enums import OnBypass, OnNewRevision, OnTrouble, Pause, Suspend, TrackConfig, WorkloadKind
from .model import Declared, Duration, Name, ObjectName, Opaque, one_of, parse
from .objective_set import ObjectiveSetRef
from .objectives import MetricSourceRef, Objective
from .traffic import Service, Traffic

# They are pinned in an annotation, and all annotations of an object share 256 KiB.
QUERIES_LENGTH = 32768


class WorkloadRef(Declared):
    """An existing Deployment that Tidegate takes over, or a PodTemplate that it reads."""

    api_version: Annotated[
        str,
        Field(max_length=63, pattern=r"^(apps/v1|v1)$", description="apps/v1 for a Deployment, v1 for a PodTemplate."),
    ] = "apps/v1"
    kind: Annotated[WorkloadKind, Field(description="Deployment, which is paused and emptied; or PodTemplate.")] = (
        WorkloadKind.DEPLOYMENT
    )
    name: Annotated[ObjectName, Field(description="Its name, in the Release's namespace.")]


class Step(Declared):
    """A weight, the least time at it, and its gates."""

    name: Annotated[Name, Field(description="The step's name, unique in the Release.")]
    weight: Annotated[int, Field(ge=0, le=100, description="The candidate's share of traffic, in percent.")]
    dwell: Annotated[Duration, Field(description="The least time at this weight, once it has settled.")] = "0s"  # type: ignore[assignment]
    replicas: Annotated[
        int | None, Field(ge=1, le=10000, description="The candidate's pods; its share of replicas where absent.")
    ] = None
    pause: Annotated[Pause | None, Field(description="UntilPromoted: a person opens the step by annotation.")] = None


class Promotion(Declared):
    """How a candidate becomes stable."""

    watch: Annotated[
        Duration, Field(description="Time at full weight, judged, with stable's pods kept: going back is instant.")
    ] = "15m"  # type: ignore[assignment]


DEFAULT_STEPS = (
    {"name": "first", "weight": 5, "dwell": "5m"},
    {"name": "quarter", "weight": 25, "dwell": "5m"},
    {"name": "half", "weight": 50, "dwell": "5m"},
)
DEFAULT_OBJECTIVES = ({"name": "errors", "errorRatio": {"max": "1%"}},)


class ReleaseSpec(Declared):
    """One service under progressive delivery."""

    replicas: Annotated[int, Field(ge=0, le=10000, description="The pods of a revision that has all the traffic.")] = 1
    template: Annotated[Opaque | None, Field(description="The pods: a PodTemplateSpec.")] = None
    workload_ref: Annotated[
        WorkloadRef | None, Field(description="Where the pods are declared already, instead of template.")
    ] = None
    track_config: Annotated[
        TrackConfig,
        Field(
            description="All: the ConfigMaps and Secrets that the pods use are part of a revision. None: they are not."
        ),
    ] = TrackConfig.NONE
    min_ready_seconds: Annotated[
        int, Field(ge=0, le=3600, description="Seconds a pod must be ready before it counts as available.")
    ] = 0
    service: Annotated[Service, Field(description="The Services in front of the pods.")]
    traffic: Annotated[Traffic, Field(description="The route in front of the Services.")]
    steps: Annotated[
        tuple[Step, ...],
        Field(min_length=1, max_length=30, description="The way to full weight. 100 is implied as the last step."),
    ] = DEFAULT_STEPS  # type: ignore[assignment]
    metric_source: Annotated[MetricSourceRef, Field(description="The source that answers the objectives.")] = (
        MetricSourceRef()
    )
    interval: Annotated[Duration, Field(description="How often the objectives are measured.")] = "15s"  # type: ignore[assignment]
    objectives: Annotated[
        tuple[Objective, ...],
        Field(max_length=32, description="What must hold. Absent: errorRatio of at most 1%. Empty: nothing is judged."),
    ] = DEFAULT_OBJECTIVES  # type: ignore[assignment]
    objectives_from: Annotated[
        tuple[ObjectiveSetRef, ...] | None,
        Field(min_length=1, max_length=8, description="Sets whose objectives hold beside the Release's own."),
    ] = None
    consecutive: Annotated[int, Field(ge=1, le=100, description="Breaching measurements in a row that roll back.")] = 2
    min_requests: Annotated[
        int,
        Field(
            ge=0,
            le=1000000,
            description="Requests the candidate needs in the window of an errorRatio; fewer is no data.",
        ),
    ] = 20
    on_breach: Annotated[OnTrouble, Field(description="RollBack, or Hold for holdLimit and then roll back.")] = (
        OnTrouble.ROLL_BACK
    )
    hold_limit: Annotated[Duration, Field(description="How long a breach is held before it rolls back.")] = "30m"  # type: ignore[assignment]
    on_no_data: Annotated[OnTrouble, Field(description="What silence leads to after noDataLimit.")] = OnTrouble.HOLD
    no_data_limit: Annotated[Duration, Field(description="How long silence of the metrics is held.")] = "10m"  # type: ignore[assignment]
    progress_deadline: Annotated[
        Duration, Field(description="Time for a step's pods to become available. Restarts do not reset it.")
    ] = "10m"  # type: ignore[assignment]
    unhealthy_after: Annotated[
        Duration, Field(description="Time that half of the candidate's pods, having served, may fail.")
    ] = "30s"  # type: ignore[assignment]
    on_new_revision: Annotated[
        OnNewRevision,
        Field(description="Restart from 0 with the newest template; or FinishFirst, and those between are superseded."),
    ] = OnNewRevision.RESTART
    revision_history_limit: Annotated[
        int, Field(ge=0, le=100, description="Empty ReplicaSets of past revisions that are kept.")
    ] = 10
    on_bypass: Annotated[
        OnBypass,
        Field(description="Hold while another Service would send traffic to the candidate past the gate; or Allow it."),
    ] = OnBypass.HOLD
    promotion: Annotated[Promotion, Field(description="How a candidate becomes stable.")] = Promotion()
    suspend: Annotated[
        Suspend, Field(description="Advance: no step forward, still rolls back. All: only the status is written.")
    ] = Suspend.NONE

    @model_validator(mode="after")
    def _one_template(self) -> "ReleaseSpec":
        one_of(self, "template", "workload_ref")
        return self

    @model_validator(mode="after")
    def _bounded(self) -> "ReleaseSpec":
        if self.interval < timedelta(seconds=1):
            message = "interval: must be at least 1s"
            raise ValueError(message)

        if sum(len(objective.query.promql) for objective in self.objectives if objective.query) > QUERIES_LENGTH:
            message = f"objectives: all queries together must be at most {QUERIES_LENGTH} characters"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _steps_rise(self) -> "ReleaseSpec":
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            message = "steps: names must be unique"
            raise ValueError(message)

        weights = [step.weight for step in self.steps]
        if sorted(weights) != weights or weights.count(100) > 1:
            message = "steps: weights must not fall, and 100 may only be the last"
            raise ValueError(message)

        return self


def parse_spec(spec: dict[str, Any]) -> ReleaseSpec:
    """The spec as values. Raises InvalidSpec for the first field that is wrong."""
    return parse(ReleaseSpec, spec)


# Without these nothing can be put back.
ESSENTIAL = frozenset({"replicas", "template", "workloadRef", "service", "traffic"})


def salvaged_spec(spec: dict[str, Any]) -> ReleaseSpec:
    """What can still be read of a wrong spec: enough to put traffic back, never enough to go forward.

    Raises InvalidSpec where even that is missing. Nothing is judged by it.
    """
    return parse_spec({**{name: spec[name] for name in ESSENTIAL if name in spec}, "objectives": []})
