"""A copy of configuration that is lost is made again, or its loss is said; it stops no way back."""

from dataclasses import replace

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import World, deployed
from tidegate.decision import Phase, Reason, Snapshot, decide
from tidegate.decision.actions import RemakeCopy, SetWeight
from tidegate.decision.copies import copy_missing
from tidegate.decision.snapshot import Blocked, LostCopy, Original
from tidegate.decision.workload import Restart

REFUSED = Blocked(reason=Reason.REFUSED, sentence="exceeded quota")
AGAIN = RemakeCopy(kind="ConfigMap", original="settings", content="bcdfghjklm")


def lost(revision: str, now: Original) -> LostCopy:
    return LostCopy(
        revision=revision,
        kind="ConfigMap",
        name="web-settings-bcdfghjklm",
        original="settings",
        content="bcdfghjklm",
        now=now,
    )


def lacking(world: World, revision: str, now: Original = Original.OTHER) -> Snapshot:
    """The world while a copy of a revision's is gone."""
    look = replace(world.look(), lost=(lost(revision, now),))
    return look if look.blocked else replace(look, blocked=copy_missing(look))


def first() -> World:
    """A first revision whose pods come up."""
    world = World()
    world.turn()
    return world


def promoting() -> World:
    """Past the point of no return."""
    world = deployed()
    world.target = "v2"
    world.turn_until(Phase.PROMOTING)
    return world


@pytest.mark.parametrize(
    ("world", "revision"),
    [(first(), "v1"), (deployed(), "v1"), (at_first_step(), "v1"), (at_first_step(), "v2"), (promoting(), "v2")],
    ids=["first", "served", "stable in a rollout", "candidate", "promoting"],
)
def test_a_lost_copy_is_made_again_where_its_original_holds_the_same(world: World, revision: str) -> None:
    decision = decide(lacking(world, revision, Original.SAME))

    assert decision.actions == (AGAIN,)
    assert decision.progress.candidate == world.progress.candidate


def test_a_copy_that_two_revisions_name_is_made_once() -> None:
    look = replace(at_first_step().look(), lost=tuple(lost(revision, Original.SAME) for revision in ("v1", "v2")))

    assert decide(look).actions == (AGAIN,)


def test_what_was_refused_a_moment_ago_is_not_tried_at_once() -> None:
    world = deployed()
    world.blocked = REFUSED

    decision = decide(lacking(world, "v1", Original.SAME))

    assert (decision.actions, decision.reason) == ((), Reason.REFUSED)


@pytest.mark.parametrize("revision", ["v1", "v2"])
def test_a_rollout_holds_while_a_copy_cannot_be_made_again(revision: str) -> None:
    decision = decide(lacking(at_first_step(), revision))

    assert (decision.actions, decision.reason) == ((), Reason.CONFIG_MISSING)
    assert "ConfigMap web-settings-bcdfghjklm is missing" in decision.sentence
    assert "give ConfigMap settings the content of then again" in decision.sentence


def test_while_an_original_is_read_nothing_is_said() -> None:
    decision = decide(lacking(at_first_step(), "v1", Original.UNREAD))

    assert decision.reason is not Reason.CONFIG_MISSING


@pytest.mark.parametrize("now", Original)
def test_a_lost_copy_does_not_stop_a_rollback(now: Original) -> None:
    world = at_first_step()
    world.evidence = BREACH

    decision = decide(lacking(world, "v1", now))

    assert decision.progress.phase is Phase.ROLLING_BACK
    assert isinstance(decision.actions[0], SetWeight)
    assert decision.actions[1:] == ((AGAIN,) if now is Original.SAME else ())


def test_a_rollback_goes_on_where_the_copy_is_refused() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.turn()
    world.blocked = REFUSED

    decision = decide(lacking(world, "v1", Original.SAME))

    assert AGAIN not in decision.actions


def test_what_is_promoted_in_full_does_without_stables_copy() -> None:
    world = at_first_step()
    world.progress = replace(world.progress, straight=True)

    assert decide(lacking(world, "v1")).reason is not Reason.CONFIG_MISSING
    assert decide(lacking(world, "v2")).reason is Reason.CONFIG_MISSING


def test_at_rest_it_is_not_ready_and_another_revision_starts() -> None:
    world = deployed()
    decision = decide(lacking(world, "v1"))
    assert (decision.reason, decision.progress.phase) == (Reason.CONFIG_MISSING, Phase.STALLED)

    world.target = "v2"

    assert decide(lacking(world, "v1")).progress.candidate == "v2"


def test_no_pod_is_restarted_that_could_not_come_back() -> None:
    world = deployed()
    world.progress = replace(world.progress, restart_since=world.now)
    look = replace(world.look(), restart=Restart(due=("web-1",)))
    assert decide(look).actions

    assert decide(replace(look, lost=(lost("v1", Original.OTHER),))).actions == ()
