"""What hooks have answered: of a Job by its conditions, of an address as it was heard last."""

import hashlib
from collections.abc import Iterator

from tidegate.decision.hooks import key_of
from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Answer, Said
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner, job_end, job_name

IDENTITY_LENGTH = 32


def identity_of(owner: Owner, key: str) -> str:
    """The same for a question at every ask, also after a restart: who hears it twice can tell."""
    return hashlib.sha256(f"{owner.uid}/{key}".encode()).hexdigest()[:IDENTITY_LENGTH]


def answers_of(progress: Progress, owner: Owner, world: World) -> tuple[Answer, ...]:
    """The last answer to every open question."""
    found = (answer_to(key, owner, world) for key in _keys(progress))
    return tuple(answer for answer in found if answer is not None)


def _keys(progress: Progress) -> Iterator[str]:
    if progress.waiting:
        yield key_of(progress, progress.waiting)

    yield from (notice.key for notice in progress.notices)


def answer_to(key: str, owner: Owner, world: World) -> Answer | None:
    """A Job speaks for itself; what an address said is remembered until this process ends."""
    if found := job_of(key, owner, world):
        return _meaning(key, found)

    asked = world.memory(owner.key).asked.get(key)
    return asked.answer if asked else None


def job_of(key: str, owner: Owner, world: World) -> Object | None:
    """The Job that asks this question, if it was made."""
    name = job_name(owner, identity_of(owner, key))
    found = world.find(kinds.JOBS, owner.namespace, name)
    return found if found is not None and owner.owns(found) else None


def _meaning(key: str, found: Object) -> Answer:
    end, words = job_end(found)
    name = found["metadata"]["name"]
    if end == "Complete":
        return Answer(key=key, said=Said.YES, sentence=f"Job {name} is complete", started=True)

    if end == "Failed":
        return Answer(key=key, said=Said.NO, sentence=f"Job {name} failed: {words}", started=True)

    return Answer(key=key, said=Said.NOT_YET, sentence=f"Job {name} runs", started=True)
