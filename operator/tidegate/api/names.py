"""Names that users and other tools meet: group, labels, annotations."""

GROUP = "tidegate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

LABEL_RELEASE = f"{GROUP}/release"
LABEL_REVISION = f"{GROUP}/revision"
LABEL_METRIC_SOURCE = f"{GROUP}/metric-source"

ANNOTATION_WEIGHT = f"{GROUP}/weight"
ANNOTATION_SHAPE = f"{GROUP}/shape"
ANNOTATION_FOUND = f"{GROUP}/found"
ANNOTATION_TAKEN_OVER = f"{GROUP}/taken-over"
LABEL_HANDED_OVER = f"{GROUP}/handed-over"
LABEL_DETACHED = f"{GROUP}/detached"

FINALIZER = f"{GROUP}/hand-back"
ANNOTATION_PLAN = f"{GROUP}/plan"
ANNOTATION_STARTED = f"{GROUP}/rollout-started"
ANNOTATION_REJECTED = f"{GROUP}/rejected"
ANNOTATION_TRACK_CONFIG = f"{GROUP}/track-config"
ANNOTATION_COPY_OF = f"{GROUP}/copy-of"

ASK_PROMOTE = f"{GROUP}/promote"
ASK_PROMOTE_FULL = f"{GROUP}/promote-full"
ASK_ABORT = f"{GROUP}/abort"
ASK_RETRY = f"{GROUP}/retry"
ASK_SKIP_STEP = f"{GROUP}/skip-step"
ASK_SUSPEND = f"{GROUP}/suspend"

RELEASE_NAME_LENGTH = 52
