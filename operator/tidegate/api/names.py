"""Names that users and other tools meet: group, labels, annotations."""

GROUP = "tidegate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

LABEL_RELEASE = f"{GROUP}/release"
LABEL_REVISION = f"{GROUP}/revision"
LABEL_BASELINE = f"{GROUP}/baseline"
LABEL_METRIC_SOURCE = f"{GROUP}/metric-source"
LABEL_HOOK = f"{GROUP}/hook"
LABEL_OBJECTIVE = f"{GROUP}/objective"

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
ANNOTATION_TARGET_PORT = f"{GROUP}/target-port"
ANNOTATION_STEP = f"{GROUP}/step"
ANNOTATION_CHECK = f"{GROUP}/check"
ANNOTATION_NODES = f"{GROUP}/nodes"
ANNOTATION_AFFINITY = f"{GROUP}/affinity"
ANNOTATION_REJECTED = f"{GROUP}/rejected"
ANNOTATION_ENDING = f"{GROUP}/ending"
ANNOTATION_TRACK_CONFIG = f"{GROUP}/track-config"
ANNOTATION_READ_LOGS = f"{GROUP}/read-logs"
ANNOTATION_COPY_OF = f"{GROUP}/copy-of"

RELEASE_NAME_LENGTH = 52
# No vowels and no digits that look like them: a hash never spells a word (as in Kubernetes' own names).
REVISION_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
REVISION_LENGTH = 10
# A pod's name is what is left of its ReplicaSet's, and five letters: 63 characters at most.
POD_NAME_BASE = 58


def pod_prefix(release: str, revision: str) -> str:
    """What the names of a revision's pods start with: Kubernetes cuts what is too long, the dash with it."""
    return f"{release}-{revision}-"[:POD_NAME_BASE]


def pod_names(release: str, revision: str) -> str:
    """A regular expression for the names of a revision's pods; PromQL anchors it."""
    return f"{pod_prefix(release, revision)}[a-z0-9]{{5}}"


def any_revision(release: str) -> str:
    """A regular expression for what comes after a Release's name and a dash, in the name of any revision's pods."""
    room = POD_NAME_BASE - len(f"{release}-")
    dash = "-" if room > REVISION_LENGTH else ""
    return f"{revision_pattern(min(room, REVISION_LENGTH))}{dash}[a-z0-9]{{5}}"


def revision_pattern(length: int = REVISION_LENGTH) -> str:
    """A regular expression for any revision."""
    return f"[{REVISION_LETTERS}]{{{length}}}"
