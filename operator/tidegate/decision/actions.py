"""Effects as values. Each may run twice; what raises risk is only decided once its intent is recorded."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """The Services of a Release: `<name>`, `<name>-stable`, `<name>-candidate`."""

    APEX = "apex"
    STABLE = "stable"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class PrepareRevision:
    """Bring up a revision's ReplicaSet or DaemonSet at a size, with the rollout's plan pinned on it."""

    revision: str
    replicas: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Change the size of a revision's ReplicaSet or DaemonSet; `rejected` is kept on it for a lost status."""

    revision: str
    replicas: int
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class PointService:
    """Let one of our Services, and a mesh's subset of its role, select a revision; creates it where it is missing."""

    role: Role
    revision: str


@dataclass(frozen=True, slots=True)
class WriteRoute:
    """Write our own route or canary Ingress whole, at this weight; `exposed` with what its step shows beside it."""

    weight: int
    revision: str
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class SetWeight:
    """Change only the two weights. `raising` also tests the generation: a stalled old leader must fail.

    A raise brings into effect what the step shows beside its weight; anything else takes that back in the same
    patch, unless it may `keep` what is in effect. `undeclared`: of the routes that nobody declares any more.
    """

    weight: int
    revision: str
    raising: bool = False
    keep: bool = False
    undeclared: bool = False


@dataclass(frozen=True, slots=True)
class RestoreRoutes:
    """Put the weights of attached routes back as they were found, with no note of ours; delete the canary Ingress.

    `undeclared`: of the routes that nobody declares any more.
    """

    undeclared: bool = False


@dataclass(frozen=True, slots=True)
class RemoveRoutes:
    """Delete the routes that Tidegate made and nobody declares any more."""


@dataclass(frozen=True, slots=True)
class RestoreSubsets:
    """Let the subsets of a user's DestinationRules select what they selected before, and leave no note of ours.

    `undeclared`: of those that no declared route leads to any more.
    """

    undeclared: bool = False


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Pause the referenced Deployment, with a note of how it was: from here its template is only read."""


@dataclass(frozen=True, slots=True)
class HoldReplicas:
    """Own `spec.replicas` beside Git, at the value it has: Git may leave the field out then, and nothing changes."""

    replicas: int


@dataclass(frozen=True, slots=True)
class ReleaseReplicas:
    """Own the size of a Deployment no more, to which no Release refers."""

    name: str


@dataclass(frozen=True, slots=True)
class EmptyWorkload:
    """Scale the referenced Deployment to 0, the last act of a takeover; counted in its note."""


@dataclass(frozen=True, slots=True)
class ResizeWorkload:
    """Scale the referenced Deployment while ours come up in its place; not counted in its note."""

    replicas: int


@dataclass(frozen=True, slots=True)
class RefillWorkload:
    """Give the Deployment its pods back, paused or not as it was found."""

    replicas: int


@dataclass(frozen=True, slots=True)
class HandServicesOver:
    """Let our Services select the Deployment's pods, and be nobody's: a route that names them goes on."""


@dataclass(frozen=True, slots=True)
class DetachPods:
    """Take the labels that the Deployment selects by from our pods: they drain before they go."""


@dataclass(frozen=True, slots=True)
class ReleaseWorkload:
    """Leave no note of ours on the Deployment."""


@dataclass(frozen=True, slots=True)
class LeaveServing:
    """Make a revision's ReplicaSet, our Services and the managed route nobody's, so that they outlive the Release."""

    revision: str


@dataclass(frozen=True, slots=True)
class Adopt:
    """Own again a ReplicaSet that a deleted Release of this name left serving. Its pods notice nothing."""

    revision: str


@dataclass(frozen=True, slots=True)
class EvictPod:
    """Let one pod go, if its disruption budgets allow; its ReplicaSet makes another."""

    name: str


@dataclass(frozen=True, slots=True)
class Finalize:
    """Keep a deleted Release until all is handed back, or let it go."""

    keep: bool


@dataclass(frozen=True, slots=True)
class CompareTemplate:
    """Ask the API server, by a dry run, whether the declared template is this revision's; nothing is written."""

    revision: str


@dataclass(frozen=True, slots=True)
class ForgetRevision:
    """Delete an old, empty ReplicaSet: history beyond what is kept."""

    revision: str


@dataclass(frozen=True, slots=True)
class ForgetCopy:
    """Delete a copy of configuration that no ReplicaSet names."""

    kind: str
    name: str


Action = (
    PrepareRevision
    | Scale
    | PointService
    | WriteRoute
    | SetWeight
    | RestoreRoutes
    | RemoveRoutes
    | RestoreSubsets
    | TakeOver
    | HoldReplicas
    | ReleaseReplicas
    | EmptyWorkload
    | ResizeWorkload
    | RefillWorkload
    | HandServicesOver
    | DetachPods
    | ReleaseWorkload
    | LeaveServing
    | Adopt
    | EvictPod
    | Finalize
    | ForgetRevision
    | ForgetCopy
    | CompareTemplate
)
