"""How stable and candidate exist as pods. Pure: no sockets."""

from .config import (
    Reference,
    absent,
    content_of,
    copy_name,
    copy_of,
    references,
    rewritten,
)
from .deployments import (
    Note,
    detached,
    emptied,
    handed_over,
    note_of,
    owns_replicas,
    refilled,
    replicas_owner,
    selected_labels,
    taken_over,
)
from .endpoints import ready_pods
from .owner import Owner
from .pods import Pod, Pods, pod, summary
from .replica_sets import Pin, labels_of, name_of, replica_set
from .revisions import fingerprint, revision_of
from .services import SUFFIXES, bypassing, selected_revision, serves, service, service_name

__all__ = [
    "SUFFIXES",
    "Note",
    "Owner",
    "Pin",
    "Pod",
    "Pods",
    "Reference",
    "absent",
    "bypassing",
    "content_of",
    "copy_name",
    "copy_of",
    "detached",
    "emptied",
    "fingerprint",
    "handed_over",
    "labels_of",
    "name_of",
    "note_of",
    "owns_replicas",
    "pod",
    "ready_pods",
    "references",
    "refilled",
    "replica_set",
    "replicas_owner",
    "revision_of",
    "rewritten",
    "selected_labels",
    "selected_revision",
    "serves",
    "service",
    "service_name",
    "summary",
    "taken_over",
]
