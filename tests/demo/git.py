"""Git as a cluster sees it: its state is applied again and again, under the name of each applier that is at work."""

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from tests.cluster.api import Api, Object, Resource
from tests.cluster.repeated import repeated

# Flux's name, and Argo CD's: a cluster that moves from one to the other has both for a while.
APPLIERS = ("kustomize-controller", "argocd-controller")
EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Git:
    """What is declared, and applied by server-side apply every few seconds, by each applier in turn."""

    api: Api
    declared: dict[str, tuple[Resource, Object]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def commit(self, kind: Resource, manifest: Object) -> None:
        """Declare, and apply at once: a field is taken out when no applier declares it any more."""
        with self.lock:
            self.declared[kind.plural] = kind, manifest
            for applier in APPLIERS:
                self.api.apply(kind, manifest, manager=applier)

    def remove(self, kind: Resource) -> None:
        """Declare no longer, and delete: Git prunes."""
        with self.lock:
            _, manifest = self.declared.pop(kind.plural)
            self.api.delete(kind, manifest["metadata"]["namespace"], manifest["metadata"]["name"])

    def apply_again(self) -> None:
        """All of it, whatever the cluster has made of it."""
        with self.lock:
            for applier in APPLIERS:
                for kind, manifest in self.declared.values():
                    self.api.apply(kind, manifest, manager=applier)

    def reconciling(self) -> AbstractContextManager[None]:
        """Apply it again and again, until the end."""
        return repeated(self.apply_again, seconds=EVERY_SECONDS)
