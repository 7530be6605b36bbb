"""The store: what the cluster looks like now, and whose turn it is."""

from .queue import Lane, WorkQueue
from .reflector import Reflector, Troubles
from .schedule import Schedule
from .store import Index, Key, Object, Store, key_of, version_of

__all__ = [
    "Index",
    "Key",
    "Lane",
    "Object",
    "Reflector",
    "Schedule",
    "Store",
    "Troubles",
    "WorkQueue",
    "key_of",
    "version_of",
]
