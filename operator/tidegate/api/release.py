"""A Release as users declare it."""

import json
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from .enums import (
    AdvanceOn,
    Baseline,
    Capacity,
    DataPlane,
    FirstRollout,
    OnBypass,
    OnDelete,
    OnInconclusive,
    OnNewRevision,
    OnTrouble,
    Suspend,
    TrackConfig,
    WorkloadKind,
)
from .exposure_rules import exposed_by_our_own_route
from .hooks import Hook
from .model import Declared, Duration, one_of, parse
from .objective_set import ObjectiveSetRef
from .objectives import MetricSourceRef, Objective
from .pod_template import PodTemplate
from .promotion import Promotion, RollbackWindow
from .share_rules import fits_pods
from .step import DEFAULT_STEPS, FULL, IMPLIED_STEP, Step, must_rise
from .traffic import Service, Traffic
from .workload_ref import WorkloadRef

# They are pinned in an annotation, and all annotations of an object share 256 KiB.
QUERIES_LENGTH = 32768
JOBS_LENGTH = 65536


DEFAULT_OBJECTIVES = ({"name": "errors", "errorRatio": {"max": "1%"}},)


class ReleaseSpec(Declared):
    """One service under progressive delivery."""

    replicas: Annotated[int, Field(ge=0, le=10000, description="The pods of a revision that has all the traffic.")] = 1
    template: Annotated[PodTemplate | None, Field(description="The pods: a PodTemplateSpec.")] = None
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
        int,
        Field(
            ge=0,
            le=3600,
            description="Seconds a pod must be ready before it counts as available. Less counts at once, more from the"
            " next revision on: pods that serve stay available.",
        ),
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
    data_plane: Annotated[
        DataPlane | None,
        Field(
            description="Whose metrics answer errorRatio, slowRequests, latency and requestShare. Absent: chosen by the"
            " controller of the GatewayClass behind the route."
        ),
    ] = None
    interval: Annotated[Duration, Field(description="How often the objectives are measured.")] = "15s"  # type: ignore[assignment]
    objectives: Annotated[
        tuple[Objective, ...],
        Field(
            max_length=32,
            description="What must hold. Absent: errorRatio of at most 1%, or what the sets of objectivesFrom hold."
            " Empty: nothing but those is judged.",
        ),
    ] = DEFAULT_OBJECTIVES  # type: ignore[assignment]
    objectives_from: Annotated[
        tuple[ObjectiveSetRef, ...] | None,
        Field(min_length=1, max_length=8, description="Sets whose objectives hold beside the Release's own."),
    ] = None
    consecutive: Annotated[int, Field(ge=1, le=100, description="Breaching answers to a query in a row.")] = 2
    min_requests: Annotated[
        int,
        Field(
            ge=0,
            le=1000000,
            description="Requests of the candidate that must be counted at a step before it is left, by each objective"
            " that is no query.",
        ),
    ] = 20
    advance_on: Annotated[
        AdvanceOn,
        Field(description="NoBreach: minRequests were counted at the step, without a breach. Pass: shown to be good."),
    ] = AdvanceOn.NO_BREACH
    baseline: Annotated[
        Baseline,
        Field(
            description="Stable: the candidate is compared with all of stable's pods. Fresh: with new pods of stable's"
            " revision, as many as it has, a part of stable while the steps last; for data planes that tell pods apart."
        ),
    ] = Baseline.STABLE
    on_inconclusive: Annotated[
        OnInconclusive,
        Field(description="What a Pass that is awaited at a step's deadline leads to: Hold, Promote or RollBack."),
    ] = OnInconclusive.HOLD
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
    capacity: Annotated[
        Capacity,
        Field(
            description="Keep: stable keeps its size, going back is instant. Shrink: it has what its share needs, and"
            " grows again before traffic returns."
        ),
    ] = Capacity.KEEP
    first_rollout: Annotated[
        FirstRollout,
        Field(
            description="Direct: the first revision comes up at full size. Steps: its pods rise by the steps, which"
            " dwell and pause; nothing is judged, and traffic comes at the end, for there is no stable to share with."
        ),
    ] = FirstRollout.DIRECT
    rollback_window: Annotated[
        RollbackWindow,
        Field(
            description="A rollout back to a revision that was stable lately, by undo or because its template is"
            " declared again, goes straight to full weight: no dwell, pause or watch, but never past a breach, missing"
            " pods or an unconfirmed route. Revisions that were rejected walk the steps."
        ),
    ] = RollbackWindow()
    on_bypass: Annotated[
        OnBypass,
        Field(description="Hold while another Service would send traffic to the candidate past the gate; or Allow it."),
    ] = OnBypass.HOLD
    on_delete: Annotated[
        OnDelete,
        Field(
            description="Delete what serves along with the Release; or Keep stable's pods, the Services and the managed"
            " route as nobody's, which a Release of the same name takes again."
        ),
    ] = OnDelete.DELETE
    hooks: Annotated[
        tuple[Hook, ...], Field(max_length=16, description="Who is asked on the way of a rollout, or told of its end.")
    ] = ()
    promotion: Annotated[Promotion, Field(description="How a candidate becomes stable.")] = Promotion()
    suspend: Annotated[
        Suspend, Field(description="Advance: no step forward, still rolls back. All: only the status is written.")
    ] = Suspend.NONE

    @property
    def asks_the_data_plane(self) -> bool:
        """True where an objective is a built-in question."""
        return any(objective.counted for objective in self.objectives)

    @property
    def asks_a_source(self) -> bool:
        """True where an objective's numbers come from a source: a Job answers by itself."""
        return any(objective.job is None for objective in self.objectives)

    @model_validator(mode="after")
    def _one_template(self) -> "ReleaseSpec":
        one_of(self, "template", "workload_ref")
        return self

    @model_validator(mode="after")
    def _kept_by_one(self) -> "ReleaseSpec":
        reference = self.workload_ref
        taken_over = reference is not None and reference.kind is WorkloadKind.DEPLOYMENT
        if taken_over and self.on_delete is OnDelete.KEEP:
            message = "onDelete: Keep is not for a Deployment of workloadRef, which is handed back and serves on"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _exposed_by_our_own_route(self) -> "ReleaseSpec":
        exposed_by_our_own_route(self.traffic, {step.name: (step.match or (), step.mirror) for step in self.steps})
        return self

    @model_validator(mode="after")
    def _bounded(self) -> "ReleaseSpec":
        if self.interval < timedelta(seconds=1):
            message = "interval: must be at least 1s"
            raise ValueError(message)

        if self.progress_deadline < timedelta(seconds=1):
            message = "progressDeadline: must be at least 1s"
            raise ValueError(message)

        if sum(len(objective.query.words) for objective in self.objectives if objective.query) > QUERIES_LENGTH:
            message = f"objectives: all queries together must be at most {QUERIES_LENGTH} characters"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _inconclusive_acts(self) -> "ReleaseSpec":
        """It acts only where a verdict is awaited, and only so long."""
        if self.on_inconclusive is OnInconclusive.HOLD:
            return self

        if self.advance_on is not AdvanceOn.PASS or not any(step.deadline for step in self.steps):
            message = "onInconclusive: acts at the deadline of a step, and only with advanceOn: Pass"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _without_a_router(self) -> "ReleaseSpec":
        fits_pods(self)
        return self

    @model_validator(mode="after")
    def _steps_rise(self) -> "ReleaseSpec":
        must_rise(self.steps)
        if late := [step.name for step in self.steps if step.deadline and step.deadline <= self._least_time(step)]:
            message = f"steps: the deadline of step {late[0]} must be longer than its dwell, and promotion.watch at 100"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _hooks_act(self) -> "ReleaseSpec":
        """A hook for a step without a rise would be a gate that is silently passed."""
        names = [hook.name for hook in self.hooks]
        if len(set(names)) < len(names):
            message = "hooks: names must be unique"
            raise ValueError(message)

        rising = {step.name for step in self.steps if step.weight > 0}
        implied = set() if self.steps[-1].weight == FULL else {IMPLIED_STEP}
        if lost := sorted({name for hook in self.hooks for name in hook.steps or ()} - rising - implied):
            message = f"hooks: {lost[0]} is no step with a weight above 0"
            raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _jobs_can_be_pinned(self) -> "ReleaseSpec":
        jobs = [*(hook.job for hook in self.hooks), *(objective.job for objective in self.objectives)]
        templates = [job.template for job in jobs if job]
        if len(json.dumps(templates)) > JOBS_LENGTH:
            message = f"all Job templates of hooks and objectives must be at most {JOBS_LENGTH} characters of JSON"
            raise ValueError(message)

        return self

    def _least_time(self, step: Step) -> timedelta:
        return step.dwell + self.promotion.watch if step.weight == FULL else step.dwell


def parse_spec(spec: dict[str, Any]) -> ReleaseSpec:
    """The spec as values. Raises InvalidSpec for the first field that is wrong."""
    return parse(ReleaseSpec, spec)
