"""The record of a takeover as the note on the Deployment, and back: nowhere else does one become the other."""

from tidegate.api.noted import instant_of
from tidegate.decision.progress import TakenOver
from tidegate.decision.status import stamp
from tidegate.workloads import Note, Owner


def as_note(record: TakenOver, owner: Owner) -> Note:
    return Note(
        release=owner.name,
        replicas=record.replicas,
        paused=record.paused,
        emptied=record.emptied,
        proven=record.proven,
        emptied_at=stamp(record.emptied_at) or "",
    )


def as_record(note: Note, deployment: str) -> TakenOver:
    """The record that a note on this Deployment stands for; a time in it that a person garbled is none."""
    return TakenOver(
        name=deployment,
        replicas=note.replicas,
        paused=note.paused,
        emptied=note.emptied,
        proven=note.proven,
        emptied_at=instant_of(note.emptied_at),
    )
