"""Where a Release's pod template comes from, and the Deployment that it takes over."""

from collections.abc import Container
from dataclasses import dataclass, replace

import msgspec

from tidegate.api import ScaleDown, TrackConfig, trouble_of
from tidegate.api.names import LABEL_DETACHED
from tidegate.api.noted import instant_of
from tidegate.decision.progress import Progress, TakenOver
from tidegate.decision.snapshot import Reading
from tidegate.decision.workload import Workload
from tidegate.reconcile import kinds
from tidegate.reconcile.configuration.tracking import NOTHING, Tracking, tracking_of
from tidegate.reconcile.memory import Hashed, Memory
from tidegate.reconcile.taken_over import as_record
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Note, Owner, note_of, revision_of, rewritten

from .drift import fought
from .elsewhere import held_unreferenced

# Who only ever takes a pause off, and writes nothing that stays, is in no list of those who own fields.
SOMEBODY = "somebody who updates it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The declared pods: none where they cannot be read, or the workload that declares them is missing (`found`).

    `revision` is empty where it is not known: the workload, or configuration that the pods use, is missing or unread.
    """

    pods: Object | None
    revision: str = ""
    declared: str = ""
    source: int | bytes = 0
    found: Object | None = None
    reference: Object | None = None
    tracking: Tracking = NOTHING
    noted: Object | None = None

    @property
    def deployment(self) -> Object | None:
        """The Deployment that declares the pods; none where another object does, or the Release itself."""
        declares = self.reference is not None and self.reference["kind"] == kinds.DEPLOYMENTS.kind
        return self.found if declares else None

    @property
    def reading(self) -> Reading | None:
        """What the revision waits for, where that needs nobody's hand."""
        return None if self.revision else self.tracking.reading or self.tracking.resting

    def with_copies(self) -> Object:
        """The pods as a ReplicaSet gets them: they name the copies of their configuration, not the originals."""
        return rewritten(self.pods or {}, self.tracking.names)

    def noted_in_status(self) -> Object:
        """What the status keeps, so that no restart takes a known template for a new revision."""
        alias = {"declared": self.declared, "revision": self.revision}
        written_otherwise = self.revision and self.declared not in {"", self.revision}
        return {"workload": self._workload(), "template": alias if written_otherwise else None}

    def _workload(self) -> Object | None:
        """Which generation of the workload, with which configuration, is which revision."""
        metadata = self.found["metadata"] if self.found else {}
        generation = metadata.get("generation")
        if not generation or not self.revision:
            return self.noted if generation else None

        config = {"config": self.tracking.hash} if self.tracking.hash else {}
        which = {"name": metadata["name"], "uid": metadata.get("uid")}
        return {**which, "generation": generation, "revision": self.revision, **config}


def template_of(release: Object, declared: Object, owner: Owner, world: World) -> Template:
    """The template as declared, with the configuration that it uses. A change counts when it rests."""
    template = _declared(release, declared, owner, world)
    tracks = declared.get("trackConfig") == TrackConfig.ALL.value
    if template.pods is not None and tracks:
        template = replace(template, tracking=tracking_of(template.pods, template.source, owner, world))

    if template.pods is None or not template.tracking.complete:
        return template

    memory, status = world.memory(owner.key), release.get("status") or {}
    template = replace(template, declared=_hashed(template, memory))
    revision = _revision(template, status, memory)
    # What is stable, or on its way already, is nothing new: to go back waits for nothing.
    served = {(status.get(side) or {}).get("revision") for side in ("stable", "candidate")}
    if template.tracking.resting and revision not in served:
        return template

    return replace(template, revision=revision)


def _declared(release: Object, declared: Object, owner: Owner, world: World) -> Template:
    """The template as declared inline or by the referenced workload; on deletion, by the Deployment to hand back."""
    reference = declared.get("workloadRef")
    held = held_unreferenced(declared, owner, world) if "deletionTimestamp" in release["metadata"] else None
    if held is not None:
        reference = {"kind": kinds.DEPLOYMENTS.kind, "name": held["metadata"]["name"]}

    if reference is None:
        # One that cannot be read is told of as invalid, and is no revision.
        unread = trouble_of(declared["template"])
        return Template(pods=None if unread else declared["template"], source=release["metadata"]["generation"])

    found = world.find(kinds.WORKLOAD_KINDS[reference["kind"]], owner.namespace, reference["name"])
    if found is None or found["metadata"].get("deletionTimestamp"):
        return Template(pods=None, reference=reference)

    pods: Object = msgspec.json.decode(found["template"])
    noted = (release.get("status") or {}).get("workload") or {}
    # Another one may have been referred to before, or been there under this name: its generations say nothing of this
    # one's.
    uid = found["metadata"].get("uid")
    same = (noted.get("name", reference["name"]), noted.get("uid", uid)) == (reference["name"], uid)
    return Template(
        pods=pods, source=found["template"], found=found, reference=reference, noted=noted if same else None
    )


def _revision(template: Template, status: Object, memory: Memory) -> str:
    """The revision of a template: its hash, unless it is known as another's."""
    noted, config = template.noted or {}, template.tracking.hash
    generation = template.found["metadata"].get("generation") if template.found else None
    # A newer API server reads old objects with new defaults: at an unchanged generation that is no revision.
    if generation is not None and (noted.get("generation"), noted.get("config", "")) == (generation, config):
        known: str = noted["revision"]
        return known

    # What the API server said of a template that was written otherwise is recorded.
    told = status.get("template") or {}
    recorded: str = told["revision"] if told.get("declared") == template.declared else template.declared
    return memory.of_template(template.declared).same or recorded


def uncompared(template: Template, progress: Progress, revisions: Container[str], memory: Memory) -> frozenset[str]:
    """The revisions that a new template may equal once defaults are in it; not asked of one that has a ReplicaSet."""
    if template.pods is None or not template.revision or template.revision in revisions:
        return frozenset()

    may_be = {found for found in (progress.stable, progress.candidate) if found is not None and found in revisions}
    return frozenset(may_be) - memory.of_template(template.declared).unlike


def _hashed(template: Template, memory: Memory) -> str:
    """The hash of a template as it is declared, kept with what it was made from."""
    source = template.source, template.tracking.hash
    if memory.hashed is None or memory.hashed.source != source:
        memory.hashed = Hashed(source, revision_of(template.with_copies()))

    return memory.hashed.revision


def with_takeover_note(progress: Progress, template: Template, owner: Owner) -> Progress:
    """The record with what the note on the Deployment says: it stays when the note is lost."""
    found = template.deployment
    note = _note_of(found, owner) if found else None
    if found is None or note is None:
        return progress

    return replace(progress, taken_over=as_record(note, found["metadata"]["name"]))


def _note_of(found: Object, owner: Owner) -> Note | None:
    note = note_of(found["metadata"].get("annotations") or {})
    return note if note is not None and note.release == owner.name else None


def observe_workload(template: Template, progress: Progress, owner: Owner, world: World) -> Workload | None:
    """The referenced Deployment; none where the template is declared inline, or by a PodTemplate."""
    found = template.deployment
    if found is None or template.reference is None:
        return None

    metadata, spec, status = found["metadata"], found["spec"], found["status"]
    record = progress.taken_over
    was = record if record and record.name == metadata["name"] else TakenOver(name=metadata["name"])
    pods = world.store(kinds.PODS).of(owner.key)
    replicas, ours = spec.get("replicas") or 0, _note_of(found, owner) is not None
    return Workload(
        name=metadata["name"],
        replicas=replicas,
        available=status.get("availableReplicas") or 0,
        total=status.get("replicas") or 0,
        paused=bool(spec.get("paused")),
        current=status.get("observedGeneration") == metadata.get("generation")
        and (status.get("updatedReplicas") or 0) >= replicas,
        taken_over=ours,
        was=was,
        **_told_by_owners(found),
        resumer=(found["updater"] or SOMEBODY) if fought(world.memory(owner.key).paused_again) else "",
        paused_by_us=bool(spec.get("paused")) and _paused_by_us(found, was, noted=ours),
        progressively=template.reference.get("scaleDown") == ScaleDown.PROGRESSIVELY.value,
        attached_pods=sum(LABEL_DETACHED not in pod["metadata"]["labels"] for pod in pods),
    )


def _told_by_owners(found: Object) -> Object:
    """What the list of those who own its fields tells."""
    return {
        "owned_by": found["replicasOwner"],
        "sized_at": instant_of(found["sizedAt"]),
        "held": found["held"],
        "let_go": found["letGo"],
        "pause_owned_by": found["pausedOwner"],
    }


def _paused_by_us(found: Object, was: TakenOver, *, noted: bool) -> bool:
    """By who owns the field; where somebody cleared the list of those, by our note that it was not found so."""
    return bool(found["pausedByUs"] or (found["pauseUnowned"] and noted and not was.paused))
