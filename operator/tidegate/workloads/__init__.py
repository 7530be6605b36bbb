"""How stable and candidate exist as pods. Pure: no sockets."""

from .autoscalers import counted_pods, follows_load
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
from .replica_sets import Pin, labels_of, name_of, pods_of, replica_set
from .revisions import revision_of
from .services import SUFFIXES, bypassing, selected_revision, serves, service, service_name

__all__ = [
    "SUFFIXES",
    "Note",
    "Owner",
    "Pin",
    "Pod",
    "Pods",
    "bypassing",
    "counted_pods",
    "detached",
    "emptied",
    "follows_load",
    "handed_over",
    "labels_of",
    "name_of",
    "note_of",
    "owns_replicas",
    "pod",
    "pods_of",
    "ready_pods",
    "refilled",
    "replica_set",
    "replicas_owner",
    "revision_of",
    "selected_labels",
    "selected_revision",
    "serves",
    "service",
    "service_name",
    "summary",
    "taken_over",
]
