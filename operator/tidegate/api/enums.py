"""The choices that users make by name."""

from enum import Enum


class Confirm(Enum):
    """What confirms a weight."""

    PARENTS = "Parents"
    SETTLE = "Settle"


class OnTrouble(Enum):
    """What a breach, or silence of the metrics, leads to."""

    ROLL_BACK = "RollBack"
    HOLD = "Hold"


class Pause(Enum):
    """A gate that a person opens."""

    UNTIL_PROMOTED = "UntilPromoted"


class RouteKind(Enum):
    """Which of a user's routes a Release attaches to."""

    HTTP_ROUTE = "HTTPRoute"
    GRPC_ROUTE = "GRPCRoute"


class WorkloadKind(Enum):
    """What a Release takes its pod template from."""

    DEPLOYMENT = "Deployment"
    POD_TEMPLATE = "PodTemplate"


class OnNewRevision(Enum):
    """What a template that changes in mid-rollout leads to."""

    RESTART = "Restart"
    FINISH_FIRST = "FinishFirst"


class OnBypass(Enum):
    """What a Service that reaches candidate pods past the gate leads to."""

    HOLD = "Hold"
    ALLOW = "Allow"


class TrackConfig(Enum):
    """Which configuration is part of a revision. No Off: YAML reads that word as false."""

    NONE = "None"
    ALL = "All"


class Suspend(Enum):
    """How far the loop is stopped."""

    NONE = "None"
    ADVANCE = "Advance"
    ALL = "All"


class ObjectiveSetKind(Enum):
    """Where a set of objectives lives."""

    OBJECTIVE_SET = "ObjectiveSet"
    CLUSTER_OBJECTIVE_SET = "ClusterObjectiveSet"


class SourceKind(Enum):
    """Where a metric source lives."""

    METRIC_SOURCE = "MetricSource"
    CLUSTER_METRIC_SOURCE = "ClusterMetricSource"
