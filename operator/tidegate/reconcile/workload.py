"""Where a Release's pod template comes from, and the Deployment that it takes over."""

from collections.abc import Container
from dataclasses import dataclass

import msgspec

from tidegate.api.names import LABEL_DETACHED
from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Workload
from tidegate.watch import Object
from tidegate.workloads import Owner, counted_pods, note_of, revision_of

from . import kinds
from .world import Memory, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The declared pods: none where the workload that declares them is missing. `found` is that workload."""

    pods: Object | None
    revision: str
    declared: str = ""
    found: Object | None = None
    reference: Object | None = None

    def seen(self) -> Object:
        """For the status: which generation of the workload, or which template written otherwise, is which revision."""
        generation = self.found["metadata"].get("generation") if self.found else None
        alias = {"declared": self.declared, "revision": self.revision}
        return {
            "workload": {"generation": generation, "revision": self.revision} if generation else None,
            "template": None if self.declared in {"", self.revision} else alias,
        }


def template_of(release: Object, declared: Object, owner: Owner, world: World) -> Template:
    """The template as declared, or as the referenced workload has it."""
    memory, status = world.memory((owner.namespace, owner.name)), release.get("status") or {}
    reference = declared.get("workloadRef")
    if reference is None:
        generation = release["metadata"]["generation"]
        text = _hashed(declared["template"], generation, memory)
        return Template(pods=declared["template"], revision=_known(text, status, memory), declared=text)

    found = world.store(kinds.WORKLOAD_KINDS[reference["kind"]]).get((owner.namespace, reference["name"]))
    if found is None or found["metadata"].get("deletionTimestamp"):
        return Template(pods=None, revision="", reference=reference)

    pods: Object = msgspec.json.decode(found["template"])
    known, generation = status.get("workload") or {}, found["metadata"].get("generation")
    # A newer API server reads old objects with new defaults: at an unchanged generation that is no revision.
    same = generation is not None and known.get("generation") == generation
    text = _hashed(pods, found["template"], memory)
    revision = known["revision"] if same else _known(text, status, memory)
    return Template(pods=pods, revision=revision, declared=text, found=found, reference=reference)


def _known(declared: str, status: Object, memory: Memory) -> str:
    """The revision of a declared template: another's, where the API server said so."""
    told = status.get("template") or {}
    recorded: str = told["revision"] if told.get("declared") == declared else declared
    return memory.of_template(declared).same or recorded


def uncompared(template: Template, progress: Progress, revisions: Container[str], memory: Memory) -> frozenset[str]:
    """The revisions that a new template may turn out to be; one that has pods of its own is itself."""
    if template.pods is None or template.revision in revisions:
        return frozenset()

    may_be = {found for found in (progress.stable, progress.candidate) if found is not None and found in revisions}
    return frozenset(may_be) - memory.of_template(template.declared).unlike


def _hashed(pods: Object, source: int | bytes, memory: Memory) -> str:
    """The revision of a template, kept with the generation or the text that it was made from."""
    if memory.hashed is None or memory.hashed[0] != source:
        memory.hashed = source, revision_of(pods)

    return memory.hashed[1]


def observe_workload(template: Template, owner: Owner, world: World) -> Workload | None:
    """The referenced Deployment; none where the template is declared inline, or by a PodTemplate."""
    found = template.found
    if found is None or template.reference is None or template.reference["kind"] != kinds.DEPLOYMENTS.kind:
        return None

    metadata, spec, status = found["metadata"], found["spec"], found["status"]
    note = note_of(metadata.get("annotations") or {})
    ours = note is not None and note.release == owner.name
    pods = world.store(kinds.PODS).of((owner.namespace, owner.name))
    replicas = spec.get("replicas") or 0
    return Workload(
        name=metadata["name"],
        replicas=replicas,
        available=status.get("availableReplicas") or 0,
        paused=bool(spec.get("paused")),
        current=status.get("observedGeneration") == metadata.get("generation")
        and (status.get("updatedReplicas") or 0) >= replicas,
        taken_over=ours,
        was_replicas=note.replicas if note and ours else 0,
        emptied=note.emptied if note and ours else 0,
        owned_by=found["replicasOwner"],
        held=found["held"],
        attached_pods=sum(LABEL_DETACHED not in pod["metadata"]["labels"] for pod in pods),
    )


def least_size(owner: Owner, world: World) -> int:
    """The fewest pods that the Release's autoscaler allows; 0 where it has none."""
    return max((scaler["spec"].get("minReplicas") or 1 for scaler in _autoscalers(owner, world)), default=0)


def divided_by(owner: Owner, stable: str | None, world: World) -> str:
    """The selector of the pods that the Release's autoscalers divide by."""
    scalers = _autoscalers(owner, world)
    return counted_pods(owner, stable, by_load=not scalers or any(scaler["followsLoad"] for scaler in scalers))


def _autoscalers(owner: Owner, world: World) -> list[Object]:
    return list(world.store(kinds.AUTOSCALERS).of((owner.namespace, f"{kinds.RELEASES.kind}/{owner.name}")))
