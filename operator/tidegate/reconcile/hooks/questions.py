"""The questions to hooks that are open after a decision: what is sent, and to whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from tidegate.api import Hook, InvalidSpec, When
from tidegate.api.names import ANNOTATION_PLAN, ANNOTATION_STARTED
from tidegate.api.release import ReleaseSpec
from tidegate.decision import Decision, Reason
from tidegate.decision.hooks import key_of
from tidegate.decision.progress import Notice, Progress
from tidegate.decision.status import stamp
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.spec import read_spec
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import name_of

from .answers import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to one hook, and all that asking it needs. `hook` is None where it is declared no more."""

    key: str
    hook: Hook | None
    revision: str
    facts: Object
    left: timedelta
    seen: Seen

    @property
    def identity(self) -> str:
        """The same at every ask."""
        return identity_of(self.seen.owner, self.key)

    @property
    def body(self) -> bytes:
        """What is sent."""
        owner = self.seen.owner
        whose = {"id": self.identity, "release": owner.name, "namespace": owner.namespace}
        return msgspec.json.encode({**whose, **self.facts})


def questions(seen: Seen, decision: Decision, world: World) -> Iterator[Question]:
    """The gate that is waited for, while nothing else holds; and what is still to be told."""
    progress = decision.progress
    if seen.snapshot.deleting:
        return

    if decision.reason is Reason.HOOK_WAITS:
        yield from _of_the_gate(seen, progress)

    yield from (_of_a_notice(seen, notice, world) for notice in progress.notices)


def _of_the_gate(seen: Seen, progress: Progress) -> Iterator[Question]:
    waiting = progress.waiting
    if waiting is None or waiting.started:
        return

    hook = _named(seen.wanted.pinned.spec, waiting.hook)
    step = seen.wanted.pinned.plan.step(progress.step)
    facts = {
        "when": hook.when.value if hook else "",
        "stable": progress.stable,
        "candidate": progress.candidate,
        "step": step.name,
        "weight": step.weight,
        "rolloutStartedAt": stamp(progress.started_at),
    }
    yield Question(
        key=key_of(progress, waiting),
        hook=hook,
        revision=progress.candidate or "",
        facts=facts,
        left=(hook.expiry if hook else timedelta()) - seen.snapshot.since(waiting.since),
        seen=seen,
    )


def _of_a_notice(seen: Seen, notice: Notice, world: World) -> Question:
    facts = {
        "when": notice.when.value,
        "stable": notice.revision if notice.when is When.AFTER_PROMOTION else notice.stable,
        "candidate": notice.revision,
        "reason": notice.reason.value,
        "rolloutStartedAt": stamp(notice.started_at),
    }
    return Question(
        key=notice.key,
        hook=_named(_spec_of(seen, notice, world), notice.hook),
        revision=notice.revision,
        facts=facts,
        left=notice.until - seen.snapshot.now,
        seen=seen,
    )


def _named(spec: ReleaseSpec, name: str) -> Hook | None:
    return next((hook for hook in spec.hooks if hook.name == name), None)


def _spec_of(seen: Seen, notice: Notice, world: World) -> ReleaseSpec:
    """What that rollout was started with, as long as its ReplicaSet is kept; else what is declared now."""
    name = name_of(seen.owner, notice.revision)
    found = world.find(seen.made_by, seen.owner.namespace, name)
    annotations = (found["metadata"].get("annotations") or {}) if found else {}
    if annotations.get(ANNOTATION_STARTED) != stamp(notice.started_at):
        return seen.spec

    try:
        return read_spec(seen.wanted.declared, annotations.get(ANNOTATION_PLAN)).spec
    except InvalidSpec:
        return seen.spec
