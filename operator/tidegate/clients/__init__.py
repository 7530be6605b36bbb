"""The only package with sockets."""

from .credentials import Credentials, NoCredentials, credentials
from .errors import CallError, Conflict, Disturbed, Expired, Fenced, Forbidden, Invalid, NotFound, Unavailable
from .http import Ask, AskFailed, Http, Reply, TooLarge, addresses_of
from .kube import METADATA, METADATA_LIST, Event, Kind, Kube, Object, session_for
from .lease import Lease, Timing
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
    "session_for",
]
