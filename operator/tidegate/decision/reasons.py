"""One vocabulary for logs, Events, conditions and history: why a Release is where it is."""

from enum import Enum
from typing import NamedTuple


class Reason(Enum):
    """Why the loop did what it did, or does not do more. `quiet` ones are ordinary progress."""

    NEW = "New"
    DELETING = "Deleting"

    # Ordinary progress: told by `Progressing` in the status, one write a step.
    PROGRESSING = "Progressing"
    PREPARING = "Preparing"
    RAISING = "WeightRaised"
    CONFIRMING = "Confirming"
    SETTLING = "Settling"
    DWELLING = "Dwelling"
    MEASURING = "AwaitingMeasurement"
    DRAINING = "Draining"

    # Where a rollout comes to rest.
    PROMOTED = "Promoted"
    REVERTED = "Reverted"
    SUPERSEDED = "Superseded"
    REJECTED = "Rejected"

    # Moments of a rollout.
    ROLLOUT_STARTED = "RolloutStarted"
    UNDO_STARTED = "UndoStarted"
    STEP_ENTERED = "StepEntered"
    STARVED = "Starved"
    BASELINE_STARTED = "BaselineStarted"
    BASELINE_ENDED = "BaselineEnded"
    WATCHING = "Watching"
    PROMOTING = "Promoting"

    # Why a rollout was rolled back.
    OBJECTIVE_BREACHED = "ObjectiveBreached"
    CANDIDATE_UNHEALTHY = "CandidateUnhealthy"
    CANNOT_START = "CannotStart"
    DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    NO_SIGNAL_LIMIT = "NoSignalTooLong"
    STEP_DEADLINE = "StepDeadline"
    HOOK_REFUSED = "HookRefused"
    ABORTED = "Aborted"
    UNDONE = "Undone"

    # Why it holds.
    PAUSED = "Paused"
    HOOK_WAITS = "HookWaits"
    SUSPENDED = "Suspended"
    SCALED_TO_ZERO = "ScaledToZero"
    BREACH_HELD = "BreachHeld"
    NO_SIGNAL = "NoSignal"
    NOBODY_TO_BLAME = "NobodyToBlame"
    OVER_BOUND = "OverBound"
    INCONCLUSIVE = "Inconclusive"
    METRICS_UNAVAILABLE = "MetricsUnavailable"
    ROUTER_SILENT = "RouterSilent"
    STABLE_UNAVAILABLE = "StableUnavailable"
    BASELINE_UNAVAILABLE = "BaselineUnavailable"
    CANDIDATE_PODS_LOST = "CandidatePodsLost"
    LOWERED_BY_HAND = "LoweredByHand"
    RAISED_BY_HAND = "RaisedByHand"
    ROLLBACK_BLOCKED = "RollbackBlocked"
    QUOTA_EXCEEDED = "QuotaExceeded"
    POD_REFUSED = "PodRefused"
    UNSCHEDULABLE = "Unschedulable"
    NOT_ISOLATED = "NotIsolated"

    # Why it cannot go on until someone acts.
    INVALID_SPEC = "InvalidSpec"
    NAME_TAKEN = "NameTaken"
    TARGET_CLAIMED = "TargetClaimed"
    API_SWITCHED_OFF = "ApiSwitchedOff"
    GATEWAY_MISSING = "GatewayMissing"
    FEATURE_MISSING = "FeatureMissing"
    ROUTE_MISSING = "RouteMissing"
    NO_NODE_ALLOWED = "NoNodeAllowed"
    WORKLOAD_MISSING = "WorkloadMissing"
    TAKEOVER_WAITS = "TakeoverWaits"
    CONFIG_MISSING = "ConfigMissing"
    CONFIG_UNREADABLE = "ConfigUnreadable"
    METRIC_SOURCE_MISSING = "MetricSourceMissing"
    LANGUAGE_MISMATCH = "QueryLanguageMismatch"
    OBJECTIVE_SET_MISSING = "ObjectiveSetMissing"
    DATA_PLANE_UNKNOWN = "DataPlaneUnknown"
    DATA_PLANE_AMBIGUOUS = "DataPlaneAmbiguous"
    SECRET_MISSING = "SecretMissing"
    SECRET_INVALID = "SecretInvalid"
    REFUSED = "Refused"
    TURN_FAILS = "TurnFails"
    OVERWRITTEN = "Overwritten"

    # A workload that was there before.
    TAKING_OVER = "TakingOver"
    CONTESTED = "Contested"
    HANDING_BACK = "HandingBack"
    HAND_BACK_WAITS = "HandBackWaits"
    HANDED_BACK = "HandedBack"

    # What a person asked for.
    ASKED_IN_VAIN = "NothingToDo"
    PROMOTION_UNDER_WAY = "PromotionUnderWay"
    RESTART_STARTED = "RestartStarted"
    RESTARTING = "Restarting"
    RESTART_WAITS = "RestartWaits"
    RESTARTED = "Restarted"

    # Told by Events alone: they change nothing of where a Release is.
    PLAN_CHANGED = "PlanChanged"
    PORT_KEPT = "PortKept"
    PUT_BACK = "PutBack"
    SIZE_RESTORED = "SizeRestored"
    WEIGHTS_UNKNOWN = "WeightsUnknown"
    SUBSETS_UNKNOWN = "SubsetsUnknown"
    HOOK_UNHEARD = "HookUnheard"
    DATA_PLANE_CHOSEN = "DataPlane"
    STEPS_TOO_SHORT = "StepsTooShort"
    SCRAPED_TWICE = "ScrapedTwice"
    ADVICE = "Advice"
    WORSE_THAN_YESTERDAY = "WorseThanYesterday"

    @property
    def quiet(self) -> bool:
        """True where the status says `Progressing`: a change between two of them is not written."""
        return self in _QUIET

    @property
    def rejects(self) -> bool:
        """True where a rollback for this reason also refuses the revision until `retry`."""
        return self in _REJECTING

    @property
    def measured(self) -> bool:
        """True where the sentence is the objectives': it counts, and another look has other numbers."""
        return self in _MEASURED

    @property
    def warns(self) -> bool:
        """True where its Event is a Warning: someone should look, sooner or later. Of the others none need."""
        return self.rejects or self in BLOCKING or self in _WARNING


_QUIET = frozenset(
    {
        Reason.PREPARING,
        Reason.RAISING,
        Reason.CONFIRMING,
        Reason.SETTLING,
        Reason.DWELLING,
        Reason.MEASURING,
        Reason.STEP_ENTERED,
        Reason.ROLLOUT_STARTED,
        Reason.UNDO_STARTED,
        Reason.PROGRESSING,
    }
)
_REJECTING = frozenset(
    {
        Reason.OBJECTIVE_BREACHED,
        Reason.CANDIDATE_UNHEALTHY,
        Reason.CANNOT_START,
        Reason.DEADLINE_EXCEEDED,
        Reason.NO_SIGNAL_LIMIT,
        Reason.STEP_DEADLINE,
        Reason.HOOK_REFUSED,
        Reason.ABORTED,
        Reason.UNDONE,
    }
)

_MEASURED = frozenset(
    {
        Reason.BREACH_HELD,
        Reason.NO_SIGNAL,
        Reason.NOBODY_TO_BLAME,
        Reason.OVER_BOUND,
        Reason.INCONCLUSIVE,
        Reason.METRICS_UNAVAILABLE,
    }
)
_WARNING = _MEASURED | frozenset(
    {
        Reason.REJECTED,
        Reason.STARVED,
        Reason.ROUTER_SILENT,
        Reason.STABLE_UNAVAILABLE,
        Reason.BASELINE_UNAVAILABLE,
        Reason.CANDIDATE_PODS_LOST,
        Reason.LOWERED_BY_HAND,
        Reason.RAISED_BY_HAND,
        Reason.ROLLBACK_BLOCKED,
        Reason.QUOTA_EXCEEDED,
        Reason.POD_REFUSED,
        Reason.UNSCHEDULABLE,
        Reason.CONTESTED,
        Reason.HAND_BACK_WAITS,
        Reason.PORT_KEPT,
        Reason.PUT_BACK,
        Reason.SIZE_RESTORED,
        Reason.WEIGHTS_UNKNOWN,
        Reason.SUBSETS_UNKNOWN,
        Reason.HOOK_UNHEARD,
        Reason.STEPS_TOO_SHORT,
        Reason.SCRAPED_TWICE,
        Reason.ADVICE,
        Reason.WORSE_THAN_YESTERDAY,
    }
)

# Nothing is wrong, and nothing goes on by itself: someone must say something, or give a Release pods again.
WAITING_FOR_A_PERSON = frozenset(
    {
        Reason.PAUSED,
        Reason.SUSPENDED,
        Reason.SCALED_TO_ZERO,
        Reason.LOWERED_BY_HAND,
        Reason.CONTESTED,
        Reason.HAND_BACK_WAITS,
        Reason.STEP_DEADLINE,
        Reason.HOOK_REFUSED,
    }
)

# Someone must mend something; the rollout goes on by itself then.
BLOCKING = frozenset(
    {
        Reason.INVALID_SPEC,
        Reason.NAME_TAKEN,
        Reason.TARGET_CLAIMED,
        Reason.API_SWITCHED_OFF,
        Reason.GATEWAY_MISSING,
        Reason.FEATURE_MISSING,
        Reason.ROUTE_MISSING,
        Reason.NO_NODE_ALLOWED,
        Reason.WORKLOAD_MISSING,
        Reason.TAKEOVER_WAITS,
        Reason.CONFIG_MISSING,
        Reason.CONFIG_UNREADABLE,
        Reason.METRIC_SOURCE_MISSING,
        Reason.LANGUAGE_MISMATCH,
        Reason.OBJECTIVE_SET_MISSING,
        Reason.DATA_PLANE_UNKNOWN,
        Reason.DATA_PLANE_AMBIGUOUS,
        Reason.SECRET_MISSING,
        Reason.SECRET_INVALID,
        Reason.REFUSED,
        Reason.TURN_FAILS,
        Reason.OVERWRITTEN,
        Reason.NOT_ISOLATED,
    }
)


class Why(NamedTuple):
    """A reason with its sentence: why a Release goes back, waits or stays out."""

    reason: Reason
    sentence: str
