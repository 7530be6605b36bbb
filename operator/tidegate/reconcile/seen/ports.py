"""Which port of its pods a revision serves at: that of its own time, whatever is declared now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.api.names import ANNOTATION_TARGET_PORT, LABEL_REVISION
from tidegate.api.noted import value_of
from tidegate.api.traffic import Service
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import SUFFIXES, Owner, PodPort, pod_port_in, selected_revision, service_name

from .stored import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The declared port, the revision that it came with (`of`), and the port that each revision has had so far.

    `of` is empty where it is not known yet which revision is declared. `lacking`: the port is a name that no
    container of that revision has.
    """

    declared: PodPort
    of: str
    had: Mapping[str, PodPort]
    lacking: bool = False

    def at(self, revision: str) -> PodPort:
        """The port of a revision's pods. One that serves keeps its port where the declared one is not its own."""
        mine = revision == self.of and not self.lacking
        return self.declared if mine else self.had.get(revision, self.declared)

    def edited(self, revision: str) -> str:
        """The field by which what is declared differs from what a revision keeps."""
        return "targetPort" if self.declared.port != self.at(revision).port else "appProtocol"

    def recorded(self, stable: str | None, target: str) -> Object | None:
        """What the status keeps: the revision that the port came with. None where the next look finds the same."""
        kept = self.of != target and self.at(target) != self.declared
        apart = stable is not None and self.of and (self.of != stable or kept)
        return {"declared": str(self.declared), "revision": self.of} if apart else None


def ports_of(stored: Stored, service: Service, world: World, *, target: str) -> Ports:
    """The ports of a Release's revisions. `target` is the declared one; empty while that is not known."""
    owner, replica_sets = stored.owner, stored.replica_sets
    declared = PodPort(service.target_port or service.port, service.app_protocol)
    noted = {revision: port for revision, made in replica_sets.items() if (port := _noted(made)) is not None}
    of = _came_with(stored, declared, noted, target=target)
    return Ports(
        declared=declared,
        of=of,
        had={**_selected(owner, world), **noted},
        lacking=isinstance(declared.port, str) and _lacks(owner, of, declared.port, replica_sets.get(of), world),
    )


def _came_with(stored: Stored, declared: PodPort, noted: Mapping[str, PodPort], *, target: str) -> str:
    """The revision with which the port was declared: that of the edit which changed it, whatever is edited later."""
    status, stable = stored.found.get("status") or {}, stored.progress.stable
    recorded = status.get("targetPort")
    if recorded and recorded["declared"] == str(declared):
        return str(recorded["revision"])

    # Of a rollout to pods with another port a record is kept: without one the port was edited twice within one turn.
    edited = target == stored.progress.candidate and noted.get(target, declared) != declared
    if not recorded and stable is not None and noted.get(stable) == declared and not edited:
        return stable

    if "phase" in status or noted.get(target) in {None, declared}:
        return target

    # With the status its record is lost: a port that another revision was made with is that one's.
    return next((revision for revision, port in noted.items() if port == declared), target)


def note_of(at: PodPort) -> str:
    """A line of JSON for an annotation: the port alone where no protocol is declared."""
    return json.dumps([at.port, at.app_protocol] if at.app_protocol else at.port)


def _noted(made: Object) -> PodPort | None:
    text = (made["metadata"].get("annotations") or {}).get(ANNOTATION_TARGET_PORT, "")
    if both := value_of(text, tuple[int | str, str]):
        return PodPort(*both)

    port = value_of(text, int) or value_of(text, str)
    return PodPort(port) if port else None


def _selected(owner: Owner, world: World) -> dict[str, PodPort]:
    """Where the Services lead, by the revision that they select: for one that was made before its port was noted."""
    services = (world.find(kinds.SERVICES, owner.namespace, service_name(owner, role)) for role in SUFFIXES)
    mine = [found for found in services if found is not None and owner.owns(found)]
    led = ((selected_revision(found), pod_port_in(found)) for found in reversed(mine))
    return {revision: port for revision, port in led if revision and port is not None}


def _lacks(owner: Owner, revision: str, port: str, made: Object | None, world: World) -> bool:
    """True where neither the template nor a pod of a revision names the port: a sidecar's may come with the pods."""
    if made is None or port in made["ports"]:
        return False

    return not any(port in pod["ports"] for pod in world.store(kinds.PODS).of(owner.key) if _is_of(pod, revision))


def _is_of(pod: Object, revision: str) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return bool(labels.get(LABEL_REVISION) == revision)
