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


class AdvanceOn(Enum):
    """What the judge must say of a candidate before it leaves a step."""

    NO_BREACH = "NoBreach"
    PASS = "Pass"


class OnInconclusive(Enum):
    """What a verdict that is still awaited at a step's deadline leads to."""

    HOLD = "Hold"
    PROMOTE = "Promote"
    ROLL_BACK = "RollBack"


class Mode(Enum):
    """Whether an objective acts, or is only judged and shown."""

    GATE = "Gate"
    ADVISE = "Advise"


class When(Enum):
    """Where a rollout is when a hook is asked (the first three) or told."""

    BEFORE_ROLLOUT = "BeforeRollout"
    BEFORE_RISE = "BeforeRise"
    BEFORE_PROMOTION = "BeforePromotion"
    AFTER_PROMOTION = "AfterPromotion"
    ON_ROLLBACK = "OnRollback"


class Pause(Enum):
    """A gate that a person opens."""

    UNTIL_PROMOTED = "UntilPromoted"


class RouteKind(Enum):
    """Which of a user's routes a Release attaches to."""

    HTTP_ROUTE = "HTTPRoute"
    GRPC_ROUTE = "GRPCRoute"
    VIRTUAL_SERVICE = "VirtualService"
    TRAEFIK_SERVICE = "TraefikService"


class WorkloadKind(Enum):
    """What a Release takes its pod template from."""

    DEPLOYMENT = "Deployment"
    POD_TEMPLATE = "PodTemplate"


class ScaleDown(Enum):
    """When a Deployment that is taken over gives its pods up."""

    ON_SUCCESS = "OnSuccess"
    PROGRESSIVELY = "Progressively"


class Capacity(Enum):
    """What becomes of stable's pods while the candidate carries a part of the traffic."""

    KEEP = "Keep"
    SHRINK = "Shrink"


class Baseline(Enum):
    """What the candidate is compared with."""

    STABLE = "Stable"
    FRESH = "Fresh"


class OnNewRevision(Enum):
    """What a template that changes in mid-rollout leads to."""

    RESTART = "Restart"
    FINISH_FIRST = "FinishFirst"


class OnBypass(Enum):
    """What a Service that reaches candidate pods past the gate leads to."""

    HOLD = "Hold"
    ALLOW = "Allow"


class FirstRollout(Enum):
    """How the first revision of a Release comes up."""

    DIRECT = "Direct"
    STEPS = "Steps"


class Afterwards(Enum):
    """What becomes of a release that was promoted and is worse than what served a day before."""

    WARN = "Warn"
    NOTHING = "Nothing"


class OnDelete(Enum):
    """What becomes of what serves when its Release is deleted."""

    DELETE = "Delete"
    KEEP = "Keep"


class TrackConfig(Enum):
    """Which configuration is part of a revision. No Off: YAML reads that word as false."""

    NONE = "None"
    ALL = "All"


class Suspend(Enum):
    """How far the loop is stopped; the stricter of spec and annotation counts."""

    NONE = "None"
    ADVANCE = "Advance"
    ALL = "All"


class MatchType(Enum):
    """How a header's value is compared."""

    EXACT = "Exact"
    REGULAR_EXPRESSION = "RegularExpression"


class PathType(Enum):
    """How a path is compared."""

    EXACT = "Exact"
    PATH_PREFIX = "PathPrefix"
    REGULAR_EXPRESSION = "RegularExpression"


class RequestMethod(Enum):
    """The methods that an HTTPRoute can match by."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    CONNECT = "CONNECT"
    OPTIONS = "OPTIONS"
    TRACE = "TRACE"
    PATCH = "PATCH"


class ObjectiveSetKind(Enum):
    """Where a set of objectives lives."""

    OBJECTIVE_SET = "ObjectiveSet"
    CLUSTER_OBJECTIVE_SET = "ClusterObjectiveSet"


class Method(Enum):
    """How an address is asked."""

    GET = "GET"
    POST = "POST"


class SourceKind(Enum):
    """Where a metric source lives."""

    METRIC_SOURCE = "MetricSource"
    CLUSTER_METRIC_SOURCE = "ClusterMetricSource"


class DataPlane(Enum):
    """Whose metrics answer the built-in questions. One that cannot tell the candidate's requests is not among them."""

    TRAEFIK = "Traefik"
    ISTIO = "Istio"
    LINKERD = "Linkerd"
    CONTOUR = "Contour"
    INGRESS_NGINX = "IngressNginx"
    APPLICATION = "Application"
    OPEN_TELEMETRY = "OpenTelemetry"
