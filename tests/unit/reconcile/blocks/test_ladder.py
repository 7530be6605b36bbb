"""The ladder of what must be mended: its order, and what it does not hold against an undo."""

from dataclasses import dataclass, replace
from typing import cast

import pytest

from tests.unit.decision.world import START, deployed
from tests.unit.reconcile.stores import world_of
from tidegate.decision.progress import Outcome, Rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked, Snapshot
from tidegate.reconcile import kinds
from tidegate.reconcile.blocks import ladder
from tidegate.reconcile.blocks.ladder import Rule, blocked_by, not_for_an_undo
from tidegate.reconcile.seen.seen import Seen

LOOK = deployed().look()
BEFORE = Rollout(
    revision="v0", outcome=Outcome.PROMOTED, reason=Reason.PROMOTED, sentence="", started_at=START, ended_at=START
)
FORWARD = replace(LOOK, progress=replace(LOOK.progress, candidate="v2", history=(BEFORE,)))
UNDO = replace(FORWARD, progress=replace(FORWARD.progress, candidate="v0", overruled="v1", straight=True))
WORLD = world_of(kinds.RELEASES)


@dataclass(frozen=True, slots=True)
class Looked:
    snapshot: Snapshot


def seen(look: Snapshot) -> Seen:
    return cast("Seen", Looked(look))


def saying(sentence: str) -> Rule:
    return lambda _seen, _world: Blocked(reason=Reason.INVALID_SPEC, sentence=sentence) if sentence else None


def test_the_first_rule_that_applies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BLOCKS", (saying(""), saying("first"), saying("second")))

    assert blocked_by(seen(FORWARD), WORLD) == Blocked(reason=Reason.INVALID_SPEC, sentence="first")


def test_nothing_is_to_mend_where_no_rule_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "BLOCKS", (saying(""),))

    assert blocked_by(seen(FORWARD), WORLD) is None


def test_what_only_a_new_revision_needs_does_not_hold_up_an_undo() -> None:
    rule = not_for_an_undo(saying("mend this"))

    assert rule(seen(FORWARD), WORLD) is not None
    assert rule(seen(UNDO), WORLD) is None
