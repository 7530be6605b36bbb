"""The only package with sockets."""

from .answers import Event, Object
from .credentials import Credentials, credentials
from .descriptors import take_all
from .election import NoElection, electing_namespace, end_beside_another
from .errors import (
    AskFailed,
    CallError,
    Conflict,
    Disturbed,
    Expired,
    Fenced,
    Forbidden,
    Invalid,
    NotFound,
    NotSent,
    TooLarge,
    Unavailable,
    Unreadable,
)
from .http import Ask, Dated, Http, Reply
from .kube import METADATA, METADATA_LIST, Kind, Kube, session_for
from .kubeconfig import Context, NoCredentials, current_context, users_kubeconfig
from .lease import Lease, Timing
from .nesting import shallow
from .recorder import Note, Recorder
from .threads import in_own_thread
from .writer import MANAGER, Writer

__all__ = [
    "MANAGER",
    "METADATA",
    "METADATA_LIST",
    "Ask",
    "AskFailed",
    "CallError",
    "Conflict",
    "Context",
    "Credentials",
    "Dated",
    "Disturbed",
    "Event",
    "Expired",
    "Fenced",
    "Forbidden",
    "Http",
    "Invalid",
    "Kind",
    "Kube",
    "Lease",
    "NoCredentials",
    "NoElection",
    "NotFound",
    "NotSent",
    "Note",
    "Object",
    "Recorder",
    "Reply",
    "Timing",
    "TooLarge",
    "Unavailable",
    "Unreadable",
    "Writer",
    "credentials",
    "current_context",
    "electing_namespace",
    "end_beside_another",
    "in_own_thread",
    "session_for",
    "shallow",
    "take_all",
    "users_kubeconfig",
]
