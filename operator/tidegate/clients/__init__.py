"""The only package with sockets."""

from .answers import Event, Object
from .credentials import Credentials, credentials
from .election import NoElection, electing_namespace, end_beside_another
from .errors import CallError, Conflict, Disturbed, Expired, Fenced, Forbidden, Invalid, NotFound, Unavailable
from .http import Ask, AskFailed, Http, Reply, TooLarge, addresses_of
from .kube import METADATA, METADATA_LIST, Kind, Kube, session_for
from .kubeconfig import Context, NoCredentials, current_context, users_kubeconfig
from .lease import Lease, Timing
from .nesting import shallow
from .recorder import Note, Recorder
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
    "Note",
    "Object",
    "Recorder",
    "Reply",
    "Timing",
    "TooLarge",
    "Unavailable",
    "Writer",
    "addresses_of",
    "credentials",
    "current_context",
    "electing_namespace",
    "end_beside_another",
    "session_for",
    "shallow",
    "users_kubeconfig",
]
