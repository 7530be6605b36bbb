"""The store: what the cluster looks like now, and whose turn it is."""

from .queue import Lane, WorkQueue
from .reflector import Absence, Reflector
from .schedule import Schedule
from .store import Key, Object, Store, key_of, version_of

__all__ = ["Absence", "Key", "Lane", "Object", "Reflector", "Schedule", "Store", "WorkQueue", "key_of", "version_of"]
