"""What of the cluster the operator looks at: namespaces, and the APIs that it does without."""

from dataclasses import dataclass

from tidegate.api.names import GROUP
from tidegate.clients import Kind

from .kinds import CONFIG_KINDS, WATCHED, Watched

# What a cluster may lack, it may also do without.
OPTIONAL_GROUPS = frozenset(watched.kind.group for watched in WATCHED if watched.optional) - {GROUP}
# Each kind in each of them is a stream of its own.
MOST_NAMESPACES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """No namespaces: all of them."""

    namespaces: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def watches(self, kind: Kind) -> bool:
        """False for a kind that is switched off."""
        return kind.group not in self.without

    def holds(self, namespace: str) -> bool:
        """False for a namespace of which nothing is known."""
        return not self.namespaces or namespace in self.namespaces

    @property
    def streams(self) -> int:
        """How many streams are open at most: those that Releases with tracked configuration ask for, too."""
        return len(self.places()) + len(CONFIG_KINDS) * max(len(self.namespaces), 1)

    def places(self) -> tuple[tuple[Watched, str | None], ...]:
        """What to list and watch: a kind, and the one namespace, or None for everything."""
        return tuple(
            (watched, namespace)
            for watched in WATCHED
            if self.watches(watched.kind)
            for namespace in (self.namespaces if watched.kind.namespaced else ()) or (None,)
        )
