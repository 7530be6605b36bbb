"""Names that users and other tools meet: group, labels, annotations."""

GROUP = "tidegate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

LABEL_RELEASE = f"{GROUP}/release"
LABEL_REVISION = f"{GROUP}/revision"
LABEL_METRIC_SOURCE = f"{GROUP}/metric-source"
LABEL_HOOK = f"{GROUP}/hook"

ANNOTATION_WEIGHT = f"{GROUP}/weight"
ANNOTATION_SHAPE = f"{GROUP}/shape"
ANNOTATION_EXPOSED = f"{GROUP}/exposed"
ANNOTATION_FOUND = f"{GROUP}/found"
ANNOTATION_SUBSETS = f"{GROUP}/subsets"
ANNOTATION_TAKEN_OVER = f"{GROUP}/taken-over"
LABEL_HANDED_OVER = f"{GROUP}/handed-over"
LABEL_DETACHED = f"{GROUP}/detached"

FINALIZER = f"{GROUP}/hand-back"
ANNOTATION_PLAN = f"{GROUP}/plan"
ANNOTATION_STARTED = f"{GROUP}/rollout-started"
ANNOTATION_NODES = f"{GROUP}/nodes"
ANNOTATION_AFFINITY = f"{GROUP}/affinity"
ANNOTATION_REJECTED = f"{GROUP}/rejected"
ANNOTATION_TRACK_CONFIG = f"{GROUP}/track-config"
ANNOTATION_COPY_OF = f"{GROUP}/copy-of"

ASK_PROMOTE = f"{GROUP}/promote"
ASK_PROMOTE_FULL = f"{GROUP}/promote-full"
ASK_ABORT = f"{GROUP}/abort"
ASK_RETRY = f"{GROUP}/retry"
ASK_SKIP_STEP = f"{GROUP}/skip-step"
ASK_SUSPEND = f"{GROUP}/suspend"
ASK_UNDO = f"{GROUP}/undo"
ASK_RESTART = f"{GROUP}/restart"

RELEASE_NAME_LENGTH = 52
# A pod's name is what is left of its ReplicaSet's, and five letters: 63 characters at most.
POD_NAME_BASE = 58


def pod_prefix(release: str, revision: str) -> str:
    """What the names of a revision's pods start with: Kubernetes cuts what is too long, the dash with it."""
    return f"{release}-{revision}-"[:POD_NAME_BASE]


def pod_names(release: str, revision: str) -> str:
    """A regular expression for the names of a revision's pods; PromQL anchors it."""
    return f"{pod_prefix(release, revision)}[a-z0-9]{{5}}"
