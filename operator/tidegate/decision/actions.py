"""Effects as values. Each may run twice; what raises risk is only decided once its intent is recorded."""

from dataclasses import dataclass, field
from enum import Enum

from .progress import TakenOver


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Change the size of a revision's ReplicaSet or DaemonSet; `rejected` is kept on it for a lost status.

    `ending`: what the same patch notes of the rollout that it ends, where pods are the share.
    """

    revision: str
    replicas: int
    rejected: bool = False
    ending: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PrepareBaseline:
    """Bring up a fresh copy of a revision at a size, from the template on that revision's own ReplicaSet."""

    revision: str
    replicas: int


@dataclass(frozen=True, slots=True)
class ForgetBaseline:
    """Delete the fresh copy of a revision, and its pods with it."""

    revision: str


@dataclass(frozen=True, slots=True)
class PointService:
    """Let one of our Services, and a mesh's subset of its role, select a revision; creates it where it is missing."""

    role: Role
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRoute:
    """Write our own route or canary Ingress whole, at this weight; `exposed` with what its step shows beside it."""

    weight: int
    revision: str
    exposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWeight:
    """Change only the two weights. `raising` also tests the generation: a stalled old leader must fail.

    A raise brings into effect what the step shows beside its weight; anything else takes that back in the same
    patch, unless it may `keep` what is in effect. `undeclared`: of the routes that nobody declares any more. `ending`:
    what the same patch notes of the rollout that this fall ends.
    """

    weight: int
    revision: str
    raising: bool = False
    keep: bool = False
    undeclared: bool = False
    ending: str = field(default="", compare=False)


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
    """Pause the referenced Deployment: from here its template is only read. A first note says how it was found."""

    record: TakenOver


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreSize:
    """Write what the autoscaler asked for over the Release's `spec.replicas`: it goes on from there, not from less.

    `warns`: somebody should look who else writes it.
    """

    replicas: int
    sentence: str
    warns: bool = True


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
    """Scale the referenced Deployment to 0, paused until its pods are gone; noted as this try."""

    tries: int = 1


@dataclass(frozen=True, slots=True)
class ResizeWorkload:
    """Scale the referenced Deployment, paused, while ours come up in its place; not counted in its note."""

    replicas: int


@dataclass(frozen=True, slots=True)
class ResumeWorkload:
    """Take our pause off the referenced Deployment, the last act of a takeover: without pods it holds nothing back."""


@dataclass(frozen=True, slots=True)
class RefillWorkload:
    """Give the Deployment its pods back, unpaused: paused it would start none of a template that changed since."""

    replicas: int


@dataclass(frozen=True, slots=True)
class HandServicesOver:
    """Let our Services select the Deployment's pods. They and a managed route are nobody's then: requests go on."""


@dataclass(frozen=True, slots=True)
class DetachPods:
    """Take the labels that the Deployment selects by from our pods: they drain before they go."""


@dataclass(frozen=True, slots=True)
class ReleaseWorkload:
    """Leave no note of ours on the Deployment; paused again where it was found so, now that it serves."""

    paused: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RemakeCopy:
    """Create a copy of configuration again that someone deleted, from an original that still holds the same."""

    kind: str
    original: str
    content: str


@dataclass(frozen=True, slots=True)
class ForgetCopy:
    """Delete a copy of configuration that no ReplicaSet names."""

    kind: str
    name: str


Action = (
    PrepareRevision
    | Scale
    | PrepareBaseline
    | ForgetBaseline
    | PointService
    | WriteRoute
    | SetWeight
    | RestoreRoutes
    | RemoveRoutes
    | RestoreSubsets
    | TakeOver
    | RestoreSize
    | HoldReplicas
    | ReleaseReplicas
    | EmptyWorkload
    | ResizeWorkload
    | ResumeWorkload
    | RefillWorkload
    | HandServicesOver
    | DetachPods
    | ReleaseWorkload
    | LeaveServing
    | Adopt
    | EvictPod
    | Finalize
    | ForgetRevision
    | RemakeCopy
    | ForgetCopy
    | CompareTemplate
)
