"""The store: what the cluster looks like now, and whose turn it is."""

from tidegate.api.key import Key

from .queue import Lane, WorkQueue
from .recurring import Recurring
from .reflector import Reflector, Troubles
from .schedule import Identity, Schedule
from .store import Bucket, Index, Object, Store, key_of, version_of
from .tasks import Tasks

__all__ = [
    "Bucket",
    "Identity",
    "Index",
    "Key",
    "Lane",
    "Object",
    "Recurring",
    "Reflector",
    "Schedule",
    "Store",
    "Tasks",
    "Troubles",
    "WorkQueue",
    "key_of",
    "version_of",
]
