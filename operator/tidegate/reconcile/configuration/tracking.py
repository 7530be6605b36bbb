"""What the configuration of a pod template comes to: the copies that its pods name, or what is still to be known."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

from tidegate.clients import Kind
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked, Copy, Reading
from tidegate.reconcile import kinds
from tidegate.reconcile.memory import Memory
from tidegate.reconcile.world import World
from tidegate.sentences import shortened
from tidegate.watch import Object
from tidegate.workloads import Owner, Reference, absent, copy_name, fingerprint, references

from .configs import Configs
from .quiet import quiet
from .standing import Absent, Content, Place, Standing, Unread, Unreadable, Untracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The tracked configuration of a template. `names`: by what each is used; `contents`: what is to be copied."""

    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    contents: Mapping[Place, str] = field(default_factory=dict)
    follows: frozenset[Place] = frozenset()
    hash: str = ""
    reading: Reading | None = None
    blocked: Blocked | None = None
    resting: Reading | None = None

    @property
    def complete(self) -> bool:
        """True where everything is known."""
        return self.reading is None and self.blocked is None


NOTHING = Tracking()


def tracking_of(pods: Object, source: object, owner: Owner, world: World) -> Tracking:
    """The configuration of a template that was made from `source`."""
    found = {
        reference: world.configs.look((reference.kind, owner.namespace, reference.name))
        for reference in references(pods)
    }
    return tracked(found, source, owner, memory=world.memory(owner.key))


def tracked(found: Mapping[Reference, Standing], source: object, owner: Owner, *, memory: Memory) -> Tracking:
    """What the standing of every reference comes to. Nothing is told of half of it."""
    follows = frozenset((reference.kind, owner.namespace, reference.name) for reference in found)
    if any(isinstance(standing, Unread) for standing in found.values()):
        return Tracking(follows=follows, reading=Reading())

    if blocked := _unreadable(found):
        return Tracking(follows=follows, blocked=blocked)

    missing = _missing(found)
    resting = _resting((source, tuple(found.items())), memory, sure=missing is None)
    if missing:
        return Tracking(follows=follows, blocked=None if resting else missing, reading=resting)

    names = {ref.used: name for ref, standing in found.items() if (name := _name(ref, standing, owner))}
    contents = {
        (ref.kind, owner.namespace, ref.name): standing.hash
        for ref, standing in found.items()
        if isinstance(standing, Content)
    }
    return Tracking(names=names, contents=contents, follows=follows, hash=_hash(names), resting=resting)


def unused_copies(owner: Owner, kept: list[Object], tracking: Tracking, configs: Configs) -> tuple[Copy, ...]:
    """Copies of a Release that neither a kept ReplicaSet nor the declared template names."""
    used = {tuple(used) for found in kept for used in found["uses"]}
    used |= {(kind, name) for (kind, _), name in tracking.names.items()}
    return tuple(
        Copy(kind, found["metadata"]["name"])
        for kind, found in configs.copies(owner.key)
        if owner.owns(found) and (kind, found["metadata"]["name"]) not in used
    )


def named_copies(owner: Owner, workload: Object, configs: Configs) -> list[tuple[Kind, Object]]:
    """The copies that a ReplicaSet's pods name, ours or once ours: without them no pod starts again."""
    used = {tuple(use) for use in workload["uses"]}
    return [
        (kinds.CONFIG_KINDS[kind], copy)
        for kind, copy in configs.copies(owner.key)
        if (kind, copy["metadata"]["name"]) in used and owner.may_take(copy)
    ]


def _name(reference: Reference, standing: Standing, owner: Owner) -> str | None:
    """By what name the pods use it; None for its own. What is absent is used by a name that nobody has."""
    match standing:
        case Content(content):
            return copy_name(owner.name, reference.name, content)
        case Absent():
            return copy_name(owner.name, reference.name, absent(reference.kind, reference.name))
        case Untracked() | Unread() | Unreadable():
            return None
        case _:
            assert_never(standing)


def _hash(names: Mapping[tuple[str, str], str]) -> str:
    return fingerprint({"/".join(used): name for used, name in names.items()}) if names else ""


def _unreadable(found: Mapping[Reference, Standing]) -> Blocked | None:
    for reference, standing in found.items():
        if isinstance(standing, Unreadable):
            sentence = f"{_where(reference)} cannot be read: {standing.sentence}"
            again = None if standing.again is None else timedelta(seconds=standing.again)
            return Blocked(reason=Reason.CONFIG_UNREADABLE, sentence=shortened(sentence), again=again)

    return None


def _missing(found: Mapping[Reference, Standing]) -> Blocked | None:
    for reference, standing in found.items():
        if isinstance(standing, Absent) and not reference.optional:
            remedy = "create it, or mark the reference as optional"
            return Blocked(reason=Reason.CONFIG_MISSING, sentence=f"{_where(reference)} is missing: {remedy}")

    return None


def _where(reference: Reference) -> str:
    return f"spec.trackConfig: {reference.kind} {reference.name} ({reference.where})"


def _resting(seen: object, memory: Memory, *, sure: bool) -> Reading | None:
    """How long a change must still rest before it counts. A first look counts at once, if nothing is missing."""
    now = time.monotonic()
    memory.quiet = quiet(memory.quiet, seen, now, sure=sure)
    left = memory.quiet.left(now)
    return Reading(timedelta(seconds=left)) if left > 0 else None
