"""What an Event says of a rollout that goes back: which revision, and which rollout of it."""

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import World, deployed
from tidegate.decision import Phase
from tidegate.decision.progress import Asks
from tidegate.reconcile.told import of_revision, rollout_of


def breached() -> World:
    world = at_first_step()
    world.evidence = BREACH
    return world


def aborted() -> World:
    world = at_first_step()
    world.asks = Asks(abort="1")
    return world


def superseded() -> World:
    world = at_first_step()
    world.target = "v3"
    return world


@pytest.mark.parametrize("world", [breached(), aborted(), superseded()], ids=["breached", "aborted", "superseded"])
def test_the_revision_that_goes_back_is_named_from_the_first_word_to_the_last(world: World) -> None:
    said = []
    for phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK):
        world.turn_until(phase)
        said.append((of_revision(world.progress, world.progress.sentence), rollout_of(world.progress)))

    # The same twice is told once.
    assert said[0] == said[1]
    assert said[0][0] == f"revision v2: {world.progress.history[0].sentence}"


def test_the_same_revision_that_is_aborted_again_is_another_rollout() -> None:
    world = aborted()
    world.run()
    first = rollout_of(world.progress)
    world.asks = Asks(abort="1", retry="1")
    world.turn_until(Phase.PROGRESSING)
    world.asks = Asks(abort="2", retry="1")
    world.run()

    assert world.progress.phase is Phase.ROLLED_BACK
    assert rollout_of(world.progress) != first


def test_a_revision_that_is_named_already_is_not_named_twice() -> None:
    sentence = "revision v1 is served"

    assert of_revision(deployed().progress, sentence) == sentence


def test_stables_template_that_comes_back_after_a_rollback_is_not_told_as_one() -> None:
    world = breached()
    world.run()
    world.target = "v1"
    world.run()

    assert of_revision(world.progress, world.progress.sentence) == world.progress.sentence
