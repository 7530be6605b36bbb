"""How stable and candidate exist as pods. Pure: no sockets."""

from .autoscalers import counted_pods, follows_load
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
    helm_by_updates,
    note_of,
    owns_replicas,
    refilled,
    replicas_owner,
    selected_labels,
    taken_over,
)
from .endpoints import ready_pods
from .jobs import job, job_end, job_name
from .nodes import EVERY_NODE, NO_NODE, Allotment, allotment_of, allotted, chosen, daemon_set, moves, nodes_of
from .owner import Owner
from .pods import Pod, Pods, pod, summary
from .replica_sets import Pin, labels_of, name_of, pods_of, refusal, replica_set
from .revisions import fingerprint, revision_of
from .services import SUFFIXES, bypassing, selected_revision, selects, serves, service, service_name

__all__ = [
    "EVERY_NODE",
    "NO_NODE",
    "SUFFIXES",
    "Allotment",
    "Note",
    "Owner",
    "Pin",
    "Pod",
    "Pods",
    "Reference",
    "absent",
    "allotment_of",
    "allotted",
    "bypassing",
    "chosen",
    "content_of",
    "copy_name",
    "copy_of",
    "counted_pods",
    "daemon_set",
    "detached",
    "emptied",
    "fingerprint",
    "follows_load",
    "handed_over",
    "helm_by_updates",
    "job",
    "job_end",
    "job_name",
    "labels_of",
    "moves",
    "name_of",
    "nodes_of",
    "note_of",
    "owns_replicas",
    "pod",
    "pods_of",
    "ready_pods",
    "references",
    "refilled",
    "refusal",
    "replica_set",
    "replicas_owner",
    "revision_of",
    "rewritten",
    "selected_labels",
    "selected_revision",
    "selects",
    "serves",
    "service",
    "service_name",
    "summary",
    "taken_over",
]
