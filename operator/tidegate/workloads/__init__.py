"""How stable and candidate exist as pods. Pure: no sockets."""

from .endpoints import ready_pods
from .owner import Owner
from .pods import Pod, Pods, pod, summary
from .replica_sets import Pin, labels_of, name_of, replica_set
from .revisions import revision_of
from .services import SUFFIXES, bypassing, selected_revision, serves, service, service_name

__all__ = [
    "SUFFIXES",
    "Owner",
    "Pin",
    "Pod",
    "Pods",
    "bypassing",
    "labels_of",
    "name_of",
    "pod",
    "ready_pods",
    "replica_set",
    "revision_of",
    "selected_revision",
    "serves",
    "service",
    "service_name",
    "summary",
]
