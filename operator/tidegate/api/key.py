"""What tells one object of a kind from the others."""

from typing import NamedTuple


class Key(NamedTuple):
    """Namespace and name; the namespace of a cluster's object is empty."""

    namespace: str
    name: str
